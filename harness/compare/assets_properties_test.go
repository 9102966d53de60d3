package compare_test

import (
	"io/fs"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rehearse-dev/rehearse/clusters"
	"github.com/rehearse-dev/rehearse/harness/compare"
	"github.com/rehearse-dev/rehearse/harness/record"
	"github.com/rehearse-dev/rehearse/harness/record/series"
)

// watched are rules and a dashboard, some of which lean on what differs between the
// sides of the real recording of time series.
var watched = files{
	"rules.yaml": `groups:
- name: containers
  rules:
  - alert: ContainerUsesMemory
    expr: container_memory_working_set_bytes{container!="",container!="POD"} > 1
  - alert: DockerCgroups
    expr: container_memory_working_set_bytes{id=~".*docker-.*"} > 1
  - alert: Nodes
    expr: sum(container_memory_working_set_bytes{id="/"}) > 1
  - record: memory:by:pod
    expr: sum by (pod) (container_memory_working_set_bytes)
`,
	"dashboard.json": `{"title":"Shop","uid":"shop","panels":[
{"id":1,"type":"timeseries","title":"Memory by container","datasource":{"type":"prometheus"},"targets":[{"refId":"A","expr":"sum by (container) (container_memory_working_set_bytes{container!=\"\"})"}]},
{"id":2,"type":"timeseries","title":"Memory of the node","datasource":{"type":"prometheus"},"targets":[{"refId":"A","expr":"container_memory_working_set_bytes{id=\"/\"}"}]}
]}`,
}

// watch judges the real time series of the given sides, over as many runs.
func watch(t *testing.T, runtimes [2]clusters.Runtime, baseline, candidate clusters.Side, runs int) *compare.Comparison {
	t.Helper()
	scenario := withShipper()
	scenario.Spec.Assets.AlertRules = []string{"rules.yaml"}
	scenario.Spec.Assets.Dashboards = []string{"dashboard.json"}
	in := compare.Input{Scenario: scenario, Assets: watched.fs()}
	for range runs {
		in.Baseline = append(in.Baseline, realSeries(t, baseline, clusters.Baseline, runtimes[0]))
		in.Candidate = append(in.Candidate, realSeries(t, candidate, clusters.Candidate, runtimes[1]))
	}
	c, err := compare.Compare(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestPropertiesOfRulesAndDashboards(t *testing.T) {
	t.Parallel()
	move := [2]clusters.Runtime{clusters.Docker, clusters.Containerd}
	there := watch(t, move, clusters.Baseline, clusters.Candidate, 1)
	kinds := map[record.Kind]bool{}
	for _, check := range there.Checks {
		kinds[check.Kind] = kinds[check.Kind] || check.State == compare.Differs
	}
	for _, kind := range []record.Kind{record.Metrics, record.Rules, record.Dashboards} {
		if !kinds[kind] {
			t.Errorf("no check of %s differs: nothing is shown of it here", kind)
		}
	}
	for _, side := range clusters.Sides() {
		for _, runs := range []int{1, 2} {
			if c := watch(t, alike, side, side, runs); len(c.Findings) > 0 || len(c.Noise.Varying) > 0 {
				t.Errorf("the %s beside itself, %d runs: %q, varying %v", side, runs, said(c), c.Noise.Varying)
			}
		}
	}
	unexplained := essences(watch(t, alike, clusters.Baseline, clusters.Candidate, 1))
	if diff := cmp.Diff(mirrored(unexplained), essences(watch(t, alike, clusters.Candidate, clusters.Baseline, 1))); diff != "" {
		t.Errorf("swapped (-want +got):\n%s", diff)
	}
	for _, f := range there.Findings {
		checkWatched(t, f)
	}
	twice := watch(t, move, clusters.Baseline, clusters.Candidate, 2)
	if diff := cmp.Diff(assetLines(there), assetLines(twice)); diff != "" {
		t.Errorf("assets of two runs that are the same (-want +got):\n%s", diff)
	}
	for _, id := range ids(there) {
		if !slices.Contains(ids(twice), id) {
			t.Errorf("%s is found in one run and not in two that are the same", id)
		}
	}
}

// checkWatched asks whether a finding has evidence from both sides, each in a file that
// is there, and on a line of it.
func checkWatched(t *testing.T, f compare.Finding) {
	t.Helper()
	run := series.DirFS("testdata/quickstart-series")
	for _, side := range clusters.Sides() {
		if !slices.ContainsFunc(f.Evidence, func(e compare.Evidence) bool { return e.Side == side }) {
			t.Errorf("%s has no evidence from the %s", f.ID, side)
		}
	}
	for _, e := range f.Evidence {
		content := watched[strings.TrimPrefix(e.File, "assets/")]
		if content == "" && e.Line > 0 {
			raw, err := fs.ReadFile(run, e.File)
			if err != nil {
				t.Errorf("%s: evidence in a file that is not there: %v", f.ID, err)
			}
			content = string(raw)
		}
		if content == "" {
			if _, err := fs.Stat(run, e.File); err != nil {
				t.Errorf("%s: %v", f.ID, err)
			}
		}
		if lines := strings.Count(content, "\n") + 1; e.Line > lines || e.Text == "" {
			t.Errorf("%s: %q at %s:%d, which has %d lines", f.ID, e.Text, e.File, e.Line, lines)
		}
	}
}
