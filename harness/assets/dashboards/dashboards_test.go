package dashboards_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/rehearse-dev/rehearse/harness/assets/dashboards"
	"github.com/rehearse-dev/rehearse/harness/assets/queries"
	"github.com/rehearse-dev/rehearse/harness/assets/queries/queriestest"
)

func load(tb testing.TB, text string) *dashboards.Loaded {
	tb.Helper()
	all, err := dashboards.Load(fstest.MapFS{"d.json": {Data: []byte(text)}}, []string{"d.json"})
	if err != nil {
		tb.Fatal(err)
	}
	return all
}

func TestLoad(t *testing.T) {
	t.Parallel()
	const text = `{
  "title": "Pods",
  "__inputs": [{"name": "DS_PROM", "pluginId": "prometheus"}, {"name": "DS_LOGS", "pluginId": "loki"}],
  "templating": {"list": [
    {"name": "source", "type": "datasource", "query": "prometheus"},
    {"name": "pod", "type": "query", "query": {"query": "label_values(up, pod)", "refId": "A"}},
    {"name": "logs", "type": "query", "datasource": {"type": "loki"}, "query": "x"}
  ]},
  "panels": [
    {"id": 1, "type": "timeseries", "title": "CPU", "datasource": {"type": "prometheus", "uid": "x"},
     "targets": [
       {"refId": "A", "expr": "rate(cpu[5m])"},
       {"refId": "B", "expr": ""}
     ]},
    {"id": 2, "type": "row", "title": "Row", "collapsed": true, "panels": [
      {"id": 3, "title": "CPU", "datasource": "${DS_PROM}", "targets": [{"refId": "A", "expr": "inner"}]}
    ]},
    {"id": 4, "title": "Mixed", "datasource": {"type": "datasource", "uid": "-- Mixed --"}, "targets": [
      {"refId": "A", "datasource": {"type": "prometheus"}, "expr": "mixed"},
      {"refId": "B", "datasource": {"type": "loki"}, "expr": "{app=\"a\"}"}
    ]},
    {"id": 5, "title": "Logs", "datasource": "$DS_LOGS", "targets": [{"refId": "A", "expr": "{app=\"a\"}"}]},
    {"id": 6, "title": "Library", "libraryPanel": {"uid": "u", "name": "Shared"}},
    {"id": 7, "title": "Chosen", "datasource": {"uid": "${source}"}, "targets": [{"refId": "A", "expr": "chosen"}]},
    {"id": 8, "title": "Text", "type": "text"},
    null
  ],
  "rows": [{"panels": [{"title": "Old", "targets": [{"expr": "old"}]}]}]
}`
	all := load(t, text)
	if len(all.Dashboards) != 1 {
		t.Fatalf("loaded %+v", all)
	}
	var got []string
	lines := strings.Split(text, "\n")
	for _, q := range all.Dashboards[0].Queries {
		got = append(got, q.Panel+"/"+q.RefID+" "+q.Text)
		if !strings.Contains(lines[q.Line-1], `"`+q.Text+`"`) {
			t.Errorf("%s is not on line %d", q, q.Line)
		}
	}
	want := []string{"CPU #1/A rate(cpu[5m])", "CPU #3/A inner", "Mixed/A mixed", "Chosen/A chosen", "Old/1 old"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("queries (-want +got):\n%s", diff)
	}
	if len(all.Problems) != 1 || all.Problems[0].Line != 23 || !strings.Contains(all.Problems[0].Reason, `library panel "Shared"`) {
		t.Errorf("problems = %+v, want one about the library panel", all.Problems)
	}
	var skipped []string
	for _, s := range all.Skipped {
		skipped = append(skipped, s.Panel+" "+s.DataSource)
	}
	if diff := cmp.Diff([]string{"variable logs loki", "Mixed loki", "Logs loki"}, skipped); diff != "" {
		t.Errorf("skipped (-want +got):\n%s", diff)
	}
}

func TestWrappings(t *testing.T) {
	t.Parallel()
	const plain = `{"title": "D", "panels": [{"title": "P", "targets": [{"refId": "A", "expr": "up"}]}]}`
	for name, row := range map[string]struct {
		text, want string // the problem, if there is one
		line       int
	}{
		"an export":         {plain, "", 0},
		"the API's answer":  {`{"dashboard": ` + plain + `, "meta": {}}`, "", 0},
		"an object":         {`{"kind": "Dashboard", "spec": ` + plain + `}`, "", 0},
		"the second schema": {"{\n\"spec\":\n {\"elements\": {}}}", "schema v2", 3},
		"something else":    {`{"a": 1}`, "no dashboard", 0},
		"a list":            {`[]`, "no dashboard", 0},
		"nothing":           {``, "unexpected EOF", 1},
		"broken":            {"{\n\"panels\": [\n{,}]}", "invalid character", 3},
		"cut short":         {"{\n\"panels\": [\n", "unexpected EOF", 3},
		"two values":        {plain + "\n{}", "something stands behind the dashboard", 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			all := load(t, row.text)
			if row.want == "" {
				if len(all.Dashboards) != 1 || len(all.Dashboards[0].Queries) != 1 || len(all.Problems) > 0 {
					t.Errorf("loaded %+v", all)
				}
				return
			}
			if len(all.Problems) != 1 || all.Problems[0].Line != row.line || !strings.Contains(all.Problems[0].Reason, row.want) {
				t.Errorf("problems = %+v, want %q on line %d", all.Problems, row.want, row.line)
			}
		})
	}
}

const (
	docker = `
		cpu{pod="a",ns="x",name="k8s_a"} 0+1x16
		cpu{pod="b",ns="x",name="k8s_b"} 0+1x16
		mem{pod="a"} 5x16
		docker_up{node="n"} 1x16
		empty 0x16
	`
	containerd = `
		cpu{pod="a",ns="x",name="0a0a"} 0+1x16
		cpu{pod="b",ns="x",name="1b1b"} 0+1x16
		mem{pod="a"} 5x16
		containerd_up{node="n"} 1x16
		empty 0x16
	`
)

// judged are the verdicts of a dashboard with one panel per expression and the
// given variables, and what was evaluated.
func judged(tb testing.TB, variables string, exprs ...string) ([]string, []dashboards.Problem) {
	tb.Helper()
	var panels []string
	for i, expr := range exprs {
		panels = append(panels, fmt.Sprintf(`{"title": "P%d", "targets": [{"refId": "A", "expr": %q}]}`, i, expr))
	}
	all := load(tb, fmt.Sprintf(`{"title": "D", "templating": {"list": [%s]}, "panels": [%s]}`, variables, strings.Join(panels, ",")))
	found, problems, err := dashboards.Judge(tb.Context(), all.Dashboards, queriestest.Load(tb, docker), queriestest.Load(tb, containerd), queries.Options{})
	if err != nil {
		tb.Fatal(err)
	}
	var verdicts []string
	for _, j := range found {
		verdicts = append(verdicts, string(j.Verdict)+" "+j.Expr)
	}
	return verdicts, slices.Concat(all.Problems, problems)
}

func TestJudge(t *testing.T) {
	t.Parallel()
	const (
		pod      = `{"name": "pod", "type": "query", "query": "label_values(cpu{ns=\"$ns\"}, pod)", "includeAll": true}`
		ns       = `{"name": "ns", "type": "query", "query": "label_values(ns)"}`
		all      = `{"name": "pod", "type": "query", "query": "label_values(cpu, pod)", "includeAll": true, "allValue": ".+"}`
		names    = `{"name": "name", "type": "query", "query": "label_values(cpu, name)", "regex": "/k8s_(.*)/"}`
		gone     = `{"name": "node", "type": "query", "query": {"query": "label_values(docker_up, node)"}}`
		interval = `{"name": "res", "type": "interval", "query": "30s,1h", "current": {"value": "$__auto_interval_res"}}`
		custom   = `{"name": "agg", "type": "custom", "query": "the sum : sum, max", "current": {"value": ["max"]}}`
		metric   = `{"name": "m", "type": "custom", "query": "cpu,mem"}`
		label    = `{"name": "by", "type": "custom", "query": "pod,ns"}`
		number   = `{"name": "n", "type": "textbox", "query": "1"}`
		result   = `{"name": "r", "type": "query", "query": "query_result(sum by (pod) (cpu))", "regex": "/pod=\"(?<value>[^\"]+)\"/"}`
	)
	for name, row := range map[string]struct {
		variables, expr string
		want            []string
	}{
		"other values of a label":               {"", `rate(cpu[5m])`, []string{`changed rate(cpu[5m])`}},
		"alive":                                 {"", `sum by (pod) (rate(cpu[5m]))`, []string{`alive sum by (pod) (rate(cpu[5m]))`}},
		"empty after the move":                  {"", `docker_up`, []string{`dead docker_up`}},
		"there after the move":                  {"", `containerd_up`, []string{`new containerd_up`}},
		"never anything":                        {"", `nothing`, []string{`unproven nothing`}},
		"nothing but NaN":                       {"", `empty / empty`, []string{`unproven empty / empty`}},
		"Grafana's intervals":                   {"", `sum(rate(cpu[$__rate_interval]) + rate(cpu[${__interval}]) + rate(cpu[[[__range]]]) * $__range_s)`, []string{`alive sum(rate(cpu[1m]) + rate(cpu[1m]) + rate(cpu[1m]) * 60)`}},
		"a variable in an equation":             {all, `cpu{pod="$pod"}`, []string{`alive cpu`, `changed cpu{pod=~"(?:.+)"}`}},
		"a variable in an inequation":           {custom, `mem{pod!="$agg"}`, []string{`alive mem{pod!~"max"}`}},
		"a variable in a pattern":               {ns + "," + pod, `mem{pod=~"${pod:regex}"}`, []string{`alive {ns!=""}`, `alive cpu{ns=~"x"}`, `alive mem{pod=~"(?:a|b)"}`}},
		"a variable within a value":             {ns + "," + pod, `mem{pod=~"[[pod:pipe]]-?.*"}`, []string{`alive {ns!=""}`, `alive cpu{ns=~"x"}`, `alive mem{pod=~"(?:a|b)-?.*"}`}},
		"a variable that lost its values":       {gone, `mem{node!="$node"}`, []string{`dead docker_up`, `alive mem{node!~"n"}`}},
		"values that a pattern no longer finds": {names, `mem`, []string{`dead cpu`, `alive mem`}},
		"an interval of the dashboard's own":    {interval, `sum(rate(cpu[$res]))`, []string{`alive sum(rate(cpu[30s]))`}},
		"an interval beside a variable":         {interval + "," + all, `sum(rate(cpu{pod="$pod"}[$res]))`, []string{`alive cpu`, `alive sum(rate(cpu{pod=~"(?:.+)"}[30s]))`}},
		"a function":                            {custom, `$agg(mem)`, []string{`alive max(mem)`}},
		"a metric":                              {metric, `${m}{pod="a"} > 1`, []string{`changed {__name__=~"(?:cpu|mem)",pod="a"} > 1`}},
		"a label":                               {label, `sum by ($by) (cpu)`, []string{`alive sum by (pod) (cpu)`}},
		"a number":                              {number, `topk($n, mem)`, []string{`alive topk(1, mem)`}},
		"a result":                              {result, `mem{pod=~"$r"}`, []string{`alive sum by (pod) (cpu)`, `alive mem{pod=~"(?:a|b)"}`}},
		"a matcher that died":                   {"", `sum(cpu{name=~"k8s_.+"}) or vector(0)`, []string{`dead sum(cpu{name=~"k8s_.+"}) or vector(0)`}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, problems := judged(t, row.variables, row.expr)
			if len(problems) > 0 {
				t.Errorf("problems: %+v", problems)
			}
			if diff := cmp.Diff(row.want, got); diff != "" {
				t.Errorf("judged (-want +got):\n%s", diff)
			}
		})
	}
}

func TestWhatCannotBeJudgedIsAProblem(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct{ variables, expr, want string }{
		"no PromQL":                    {"", `up ==`, "unexpected end of input"},
		"a variable that there is not": {"", `up{job="$job"}`, `variable "job" is not defined`},
		"the names of labels":          {`{"name": "l", "type": "query", "query": "label_names()"}`, `mem`, "label_names()"},
		"a query that is none":         {`{"name": "l", "type": "query", "query": "label_values(mem{, pod)"}`, `mem`, "unexpected"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, problems := judged(t, row.variables, row.expr)
			if len(problems) != 1 || !strings.Contains(problems[0].Reason, row.want) {
				t.Errorf("problems = %+v, want one with %q", problems, row.want)
			}
		})
	}
}

// FuzzLoad reads and judges whatever is called a dashboard.
func FuzzLoad(f *testing.F) {
	for _, seed := range []string{
		`{"panels": [{"targets": [{"expr": "up{job=~\"$job\"}"}]}], "templating": {"list": [{"name": "job", "type": "query", "query": "label_values(up, job)", "regex": "/(a|b)/"}]}}`,
		`{"rows": [{"panels": [null, {"datasource": null, "targets": null}]}]}`, `{"panels": {}}`, `[[[`, `{"panels": [{"targets": ["a", 1, null, []]}]}`,
		`{"panels": [{"targets": [{"expr": "rehearsevariable0x + $x"}]}], "templating": {"list": [{"name": "x", "type": "custom", "query": "a,b"}]}}`,
	} {
		f.Add(seed)
	}
	series := queriestest.Load(f, docker)
	f.Fuzz(func(t *testing.T, text string) {
		all := load(t, text)
		found, _, err := dashboards.Judge(t.Context(), all.Dashboards, series, series, queries.Options{})
		if err != nil {
			t.Fatal(err)
		}
		for _, j := range found {
			if j.Verdict != queries.Alive && j.Verdict != queries.Unproven {
				t.Errorf("%s is %s between a recording and itself", j.Name, j.Verdict)
			}
			if j.Line < 1 || j.Line > strings.Count(text, "\n")+1 {
				t.Errorf("%s is on line %d", j.Name, j.Line)
			}
		}
	})
}
