package queries_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rehearse-dev/rehearse/harness/assets/queries"
	"github.com/rehearse-dev/rehearse/harness/assets/queries/queriestest"
)

// judged is the judgement of an expression over two load scripts.
func judged(tb testing.TB, expr, baseline, candidate string) queries.Judgement {
	tb.Helper()
	return judgedOver(tb, expr, queries.NewPair(queriestest.Load(tb, baseline), queriestest.Load(tb, candidate), queries.Options{}))
}

func judgedOver(tb testing.TB, expr string, p *queries.Pair) queries.Judgement {
	tb.Helper()
	e, err := queries.Parse(expr, p.Options.MaxRange)
	if err != nil {
		tb.Fatal(err)
	}
	b, err := p.Baseline.Outcome(tb.Context(), e)
	if err != nil {
		tb.Fatal(err)
	}
	c, err := p.Candidate.Outcome(tb.Context(), e)
	if err != nil {
		tb.Fatal(err)
	}
	j, err := p.Judge(tb.Context(), e, b, c)
	if err != nil {
		tb.Fatal(err)
	}
	return j
}

// The pods of a node as dockershim and as containerd show them.
const (
	dockershim = `
		container_network_receive_bytes_total{container="POD",image="pause",name="k8s_POD_web",pod="web"} 0+10x16
		container_network_receive_bytes_total{id="/"} 0+10x16
		container_cpu_usage_seconds_total{container="web",image="sha256:12ab",name="k8s_web_web",pod="web"} 0+1x16
		container_cpu_usage_seconds_total{container="db",image="sha256:34cd",name="k8s_db_db",pod="db"} 0+1x16
		container_cpu_usage_seconds_total{container="POD",image="pause",name="k8s_POD_web",pod="web"} 0+1x16
		container_cpu_usage_seconds_total{container="POD",image="pause",name="k8s_POD_db",pod="db"} 0+1x16
		container_cpu_usage_seconds_total{pod="web"} 0+1x16
		container_cpu_usage_seconds_total{pod="db"} 0+1x16
		container_fs_usage_bytes{container="web",pod="web"} 5x16
		container_fs_usage_bytes{container="db",pod="db"} 5x16
		container_fs_usage_bytes{id="/"} 50x16
		kubelet_docker_operations_errors_total{operation_type="pull_image"} 1+1x16
		kubelet_runtime_operations_errors_total{operation_type="pull_image"} 0+1x16
		node_systemd_unit_state{name="docker.service",state="active"} 1x16
		node_systemd_unit_state{name="kubelet.service",state="active"} 1x16
		reason{pod="bad",reason="ContainerCannotRun"} 1x16
		up{job="a"} 1x16
	`
	containerd = `
		container_network_receive_bytes_total{image="registry.k8s.io/pause",name="0a1b",pod="web"} 0+10x16
		container_network_receive_bytes_total{id="/"} 0+10x16
		container_cpu_usage_seconds_total{container="web",image="docker.io/shop/web:1",name="9f9f",pod="web"} 0+1x16
		container_cpu_usage_seconds_total{container="db",image="docker.io/shop/db:1",name="8e8e",pod="db"} 0+1x16
		container_cpu_usage_seconds_total{image="registry.k8s.io/pause",name="0a1b",pod="web"} 0+1x16
		container_cpu_usage_seconds_total{image="registry.k8s.io/pause",name="2a1b",pod="db"} 0+1x16
		container_cpu_usage_seconds_total{pod="web"} 0+1x16
		container_cpu_usage_seconds_total{pod="db"} 0+1x16
		container_fs_usage_bytes{id="/"} 50x16
		kubelet_runtime_operations_errors_total{operation_type="pull_image"} 0+1x16
		node_systemd_unit_state{name="containerd.service",state="active"} 1x16
		node_systemd_unit_state{name="kubelet.service",state="active"} 1x16
		reason{pod="bad",reason="StartError"} 1x16
		up{job="a"} 1x16
	`
)

func TestJudge(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		expr string
		want queries.Verdict
		loss string // and where, if there is one
	}{
		"a matcher that lost its value":        {`rate(container_network_receive_bytes_total{container="POD"}[5m]) > 0`, queries.Dead, `lost label of container="POD" on container_network_receive_bytes_total at container="POD"`},
		"a matcher that lost its pattern":      {`container_cpu_usage_seconds_total{name=~"k8s_.+", pod="web"}`, queries.Dead, `lost name=~"k8s_.+" on container_cpu_usage_seconds_total at name=~"k8s_.+"`},
		"a label that no series has":           {`container_fs_usage_bytes{container!=""}`, queries.Dead, `lost label of container!="" on container_fs_usage_bytes at container!=""`},
		"a metric that is gone":                {`rate(kubelet_docker_operations_errors_total[5m]) > 0`, queries.Dead, `lost metric kubelet_docker_operations_errors_total at kubelet_docker_operations_errors_total`},
		"a metric that was never there":        {`nothing > 0`, queries.Unproven, ""},
		"series, but never true":               {`up == 0`, queries.Unproven, ""},
		"a dead selector of a rule never true": {`kubelet_docker_operations_errors_total > 1e6`, queries.Dead, `lost metric kubelet_docker_operations_errors_total at kubelet_docker_operations_errors_total`},
		"alive":                                {`sum by (pod) (rate(container_cpu_usage_seconds_total{container!="",container!="POD"}[5m])) > 0`, queries.Alive, ""},
		"an exclusion that excludes nothing":   {`container_cpu_usage_seconds_total{container!="POD"}`, queries.Changed, ""},
		"a number instead of nothing":          {`(sum(rate(kubelet_docker_operations_errors_total[5m])) or vector(0)) > 0`, queries.Dead, `lost metric kubelet_docker_operations_errors_total at kubelet_docker_operations_errors_total`},
		"one branch of two":                    {`kubelet_docker_operations_errors_total or kubelet_runtime_operations_errors_total`, queries.Alive, ""},
		"absent of what went":                  {`absent(kubelet_docker_operations_errors_total)`, queries.New, "absence, on the other side: lost metric kubelet_docker_operations_errors_total at kubelet_docker_operations_errors_total"},
		"absent of what came":                  {`absent(node_systemd_unit_state{name="containerd.service"})`, queries.Dead, `absence, on the other side: lost name="containerd.service" on node_systemd_unit_state at name="containerd.service"`},
		"an exclusion that went":               {`node_systemd_unit_state{name="kubelet.service"} unless on (state) node_systemd_unit_state{name="docker.service"}`, queries.New, `all excluded by unless node_systemd_unit_state{name="docker.service"} at node_systemd_unit_state{name="docker.service"}`},
		"an exclusion that came":               {`node_systemd_unit_state{name="kubelet.service"} unless on (state) node_systemd_unit_state{name="containerd.service"}`, queries.Dead, `all excluded by unless node_systemd_unit_state{name="containerd.service"} at node_systemd_unit_state{name="containerd.service"}`},
		"inside an aggregation":                {`sum(rate(kubelet_docker_operations_errors_total[5m])) / 2 > 0`, queries.Dead, `lost metric kubelet_docker_operations_errors_total at kubelet_docker_operations_errors_total`},
		"inside a subquery":                    {`max_over_time(rate(kubelet_docker_operations_errors_total[1m])[30m:1m]) > 0`, queries.Dead, `lost metric kubelet_docker_operations_errors_total at kubelet_docker_operations_errors_total`},
		"behind an offset":                     {`rate(kubelet_docker_operations_errors_total[1m] offset 1h) > 0`, queries.Dead, `lost metric kubelet_docker_operations_errors_total at kubelet_docker_operations_errors_total`},
		"at the moment of evaluation":          {`kubelet_docker_operations_errors_total @ end() > 0`, queries.Dead, `lost metric kubelet_docker_operations_errors_total at kubelet_docker_operations_errors_total @ end()`},
		"inside label_replace":                 {`label_replace(container_network_receive_bytes_total{container="POD"}, "a", "$1", "pod", "(.*)")`, queries.Dead, `lost label of container="POD" on container_network_receive_bytes_total at container="POD"`},
		"a join by a label of one side":        {`container_cpu_usage_seconds_total{container="web"} * on (name) group_left label_replace(up, "name", "k8s_web_web", "", "")`, queries.Dead, `no match in * on (name) by label name at ` + `container_cpu_usage_seconds_total{container="web"} * on (name) group_left label_replace(up, "name", "k8s_web_web", "", "")`},
		"a metric named by a pattern":          {`{__name__=~"kubelet_docker_.+"}`, queries.Dead, `lost metric {__name__=~"kubelet_docker_.+"} at {__name__=~"kubelet_docker_.+"}`},
		"no metric named":                      {`{name="docker.service"}`, queries.Dead, `lost metric {name="docker.service"} at {name="docker.service"}`},
		"two guilty matchers":                  {`node_systemd_unit_state{name="docker.service",state="failed"} or node_systemd_unit_state{name="docker.service",state="active"} > 0`, queries.Dead, `lost name="docker.service" on node_systemd_unit_state at name="docker.service"`},
		"series of one side in a rule of both": {`container_fs_usage_bytes > 1`, queries.Changed, ""},
		"a value that only one side has":       {`reason`, queries.Changed, ""},
		"a scalar of nothing":                  {`scalar(kubelet_docker_operations_errors_total) > bool 0`, queries.Dead, "lost metric kubelet_docker_operations_errors_total at kubelet_docker_operations_errors_total"},
		"a panel that shows nought for ever":   {`sum(kubelet_docker_operations_errors_total) or vector(0)`, queries.Dead, "lost metric kubelet_docker_operations_errors_total at kubelet_docker_operations_errors_total"},
		"a number for nothing, meant to be":    {`(sum(kubelet_docker_operations_errors_total) or vector(0)) == 0`, queries.New, "no value passes == 0 at (sum(kubelet_docker_operations_errors_total) or vector(0)) == 0"},
		"many to many on one side":             {`container_network_receive_bytes_total{pod="web"} * on (pod) container_network_receive_bytes_total{pod="web"}`, queries.Alive, ""},
		"a fill for what went":                 {`up + fill_right(0) kubelet_docker_operations_errors_total`, queries.Alive, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := judged(t, row.expr, dockershim, containerd)
			if got.Verdict != row.want {
				t.Errorf("verdict of %s = %q, want %q: %+v", row.expr, got.Verdict, row.want, got)
			}
			loss := ""
			if len(got.Losses) > 0 {
				l := got.Losses[0]
				loss = l.String() + " at " + row.expr[l.Start:l.End]
			}
			if diff := cmp.Diff(row.loss, loss); diff != "" {
				t.Errorf("loss of %s (-want +got):\n%s", row.expr, diff)
			}
		})
	}
}
