package queries_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rehearse-dev/rehearse/harness/assets/queries"
	"github.com/rehearse-dev/rehearse/harness/assets/queries/queriestest"
)

func TestRewrites(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		expr, cause, want string
		counts            [2]int
		alive             bool
	}{
		"a pause container's network": {
			`sum(rate(container_network_receive_bytes_total{container="POD"}[5m])) > 0`, "MET-001",
			`sum(rate(container_network_receive_bytes_total{pod!=""}[5m])) > 0`,
			[2]int{1, 1},
			true,
		},
		"a pause container": {
			`container_cpu_usage_seconds_total{container="POD"}`, "MET-001",
			`container_cpu_usage_seconds_total{container=~"POD|",image=~".*pause.*"}`,
			[2]int{2, 2},
			true,
		},
		"a name that Docker gave": {
			`rate(container_cpu_usage_seconds_total{name=~"^k8s_.*"}[1h])`, "MET-002",
			`rate(container_cpu_usage_seconds_total{container!=""}[1h])`,
			[2]int{4, 2},
			true,
		},
		"an image's ID": {
			`container_cpu_usage_seconds_total{image=~"sha256:.+"}`, "MET-003",
			`container_cpu_usage_seconds_total{image!=""}`,
			[2]int{4, 4},
			true,
		},
		"a metric with another name": {
			`rate(kubelet_docker_operations_errors_total{operation_type="pull_image"}[5m]) > 0`, "MET-009",
			`rate(kubelet_runtime_operations_errors_total{operation_type="pull_image"}[5m]) > 0`,
			[2]int{1, 1},
			true,
		},
		"a unit": {
			`node_systemd_unit_state{name="docker.service",state="active"} == 1`, "MET-013",
			`node_systemd_unit_state{name=~"(docker|containerd)[.]service",state="active"} == 1`,
			[2]int{1, 1},
			true,
		},
		"a unit among units": {
			`node_systemd_unit_state{name=~"docker.service|cri-docker.service"} == 1`, "MET-013",
			`node_systemd_unit_state{name=~"docker.service|cri-docker.service|containerd[.]service"} == 1`,
			[2]int{1, 1},
			true,
		},
		"a reason": {
			`reason{reason="ContainerCannotRun"} > 0`, "EVT-001",
			`reason{reason=~"ContainerCannotRun|StartError"} > 0`,
			[2]int{1, 1},
			true,
		},
		"two selectors in one expression": {
			`container_network_receive_bytes_total{container="POD"} / ignoring (name, image, container) container_network_receive_bytes_total{name=~"k8s_.+"}`, "MET-001",
			`container_network_receive_bytes_total{pod!=""} / ignoring (name, image, container) container_network_receive_bytes_total{pod!=""}`,
			[2]int{1, 1},
			true,
		},
		"nothing that takes its place": {`container_fs_usage_bytes{container!=""}`, "", "", [2]int{}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := judged(t, row.expr, dockershim, containerd)
			if got.Verdict != queries.Dead || len(got.Losses) == 0 {
				t.Fatalf("%s is %s", row.expr, got.Verdict)
			}
			loss := got.Losses[0]
			if loss.Known != row.cause {
				t.Errorf("known as %q, want %q", loss.Known, row.cause)
			}
			r := loss.Rewrite
			if row.counts == [2]int{} {
				if r != nil {
					t.Errorf("offered %s, want nothing", r.Expr)
				}
				return
			}
			if r == nil {
				t.Fatal("offered nothing")
			}
			if diff := cmp.Diff(row.want, r.Expr); diff != "" {
				t.Errorf("rewrite (-want +got):\n%s", diff)
			}
			if counts := [2]int{r.Baseline, r.Candidate}; counts != row.counts || r.Alive != row.alive {
				t.Errorf("series %v, alive %t, want %v, %t", counts, r.Alive, row.counts, row.alive)
			}
		})
	}
}

// TestBlind is about a baseline that shows less than what was before it: the
// selector chooses nothing on either side, and is still known.
func TestBlind(t *testing.T) {
	t.Parallel()
	const expr = `rate(container_network_receive_bytes_total{container="POD"}[5m]) > 0`
	criDockerd := `container_network_receive_bytes_total{id="/"} 0+10x16`
	p := queries.NewPair(queriestest.Load(t, criDockerd), queriestest.Load(t, containerd), queries.Options{})
	if got := judgedOver(t, expr, p); got.Verdict != queries.Unproven {
		t.Errorf("verdict = %q, want unproven", got.Verdict)
	}
	e, err := queries.Parse(expr, p.Options.MaxRange)
	if err != nil {
		t.Fatal(err)
	}
	losses, err := p.Blind(t.Context(), e)
	if err != nil {
		t.Fatal(err)
	}
	if len(losses) != 1 || losses[0].Known != "MET-001" || losses[0].Rewrite == nil {
		t.Fatalf("Blind = %+v, want a known habit and a rewrite", losses)
	}
	if r := losses[0].Rewrite; r.Baseline != 0 || r.Candidate != 1 {
		t.Errorf("the rewrite has %d and %d series, want 0 and 1", r.Baseline, r.Candidate)
	}
}
