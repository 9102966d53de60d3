package compare_test

import (
	"testing"

	"github.com/rehearse-dev/rehearse/clusters"
	"github.com/rehearse-dev/rehearse/harness/compare"
	"github.com/rehearse-dev/rehearse/harness/record"
	"github.com/rehearse-dev/rehearse/scenarios"
)

// nodes are recordings of a side whose node lists the given facts.
func nodes(facts string) files { return files{record.NodeFile: "[{" + facts + "}]"} }

func TestVerdict(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		baseline, candidate files
		failOn              compare.Severity
		want                compare.Verdict
	}{
		"nothing differs":                       {nodes(`"links":["lo"]`), nodes(`"links":["lo"]`), "", compare.Equivalent},
		"nothing was compared":                  {nodes(""), nodes(""), "", compare.Inconclusive},
		"something changes":                     {nodes(`"links":["docker0","lo"]`), nodes(`"links":["lo"]`), "", compare.Different},
		"a change, when only breaks count":      {nodes(`"links":["docker0","lo"]`), nodes(`"links":["lo"]`), compare.Breaks, compare.Equivalent},
		"the migration itself":                  {nodes(`"links":["lo"],"units":[{"name":"docker.service","state":"active/running"}]`), nodes(`"links":["lo"]`), "", compare.Equivalent},
		"the migration itself, when that fails": {nodes(`"links":["lo"],"units":[{"name":"docker.service","state":"active/running"}]`), nodes(`"links":["lo"]`), compare.Info, compare.Different},
		"a gap":                                 {files{"gaps": "web"}, files{}, "", compare.Inconclusive},
		"a gap beside a change":                 {nodes(`"links":["docker0","lo"]`), files{"gaps": "web", record.NodeFile: `[{"links":["lo"]}]`}, "", compare.Different},
		"nodes that were not looked at":         {nodes(`"links":["docker0"]`), files{}, "", compare.Inconclusive},
		"nodes of which nothing was seen":       {nodes(`"links":["docker0"]`), nodes(""), "", compare.Inconclusive},
		"a suite that left no result":           {files{"suites/a.json": `{"suite":"a"}`}, files{}, "", compare.Inconclusive},
		"an endpoint that answered nonsense": {files{
			record.MetricsIndex: lines(`{"target":"pod/shop/web","pod":"web","file":"metrics/x"}`), "metrics/x": "<html>",
		}, files{
			record.MetricsIndex: lines(`{"target":"pod/shop/web","pod":"web","file":"metrics/x"}`), "metrics/x": "up 1\n",
		}, "", compare.Inconclusive},
		"an endpoint that answered on one side": {files{
			record.MetricsIndex: lines(`{"target":"pod/shop/web","pod":"web","file":"metrics/x"}`, `{"target":"kubelet","file":"metrics/x"}`), "metrics/x": "up 1\n",
		}, files{
			record.MetricsIndex: lines(`{"target":"kubelet","file":"metrics/x"}`), "metrics/x": "up 1\n",
		}, "", compare.Equivalent},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := compare.Compare(t.Context(), compare.Input{
				Scenario:  &scenarios.Scenario{},
				Baseline:  []*record.Recording{open(t, clusters.Baseline, clusters.Docker, row.baseline)},
				Candidate: []*record.Recording{open(t, clusters.Candidate, clusters.Containerd, row.candidate)},
				FailOn:    row.failOn,
			})
			if err != nil {
				t.Fatal(err)
			}
			if got.Verdict != row.want {
				t.Errorf("verdict = %q, want %q; findings %v, gaps %v", got.Verdict, row.want, said(got), got.Gaps)
			}
		})
	}
}

func TestCompareRefuses(t *testing.T) {
	t.Parallel()
	one := []*record.Recording{open(t, clusters.Baseline, clusters.Docker, files{})}
	for name, in := range map[string]compare.Input{
		"no scenario":           {Baseline: one, Candidate: one},
		"no recording":          {Scenario: &scenarios.Scenario{}},
		"one recording too few": {Scenario: &scenarios.Scenario{}, Baseline: one},
		"a recording in shreds": {Scenario: &scenarios.Scenario{}, Baseline: []*record.Recording{open(t, clusters.Baseline, clusters.Docker, files{record.MetricsIndex: "{"})}, Candidate: []*record.Recording{open(t, clusters.Candidate, clusters.Containerd, files{record.MetricsIndex: ""})}},
		"an expression in shreds": {
			Scenario: &scenarios.Scenario{Spec: scenarios.Spec{Agents: []scenarios.Agent{{Name: "a", Signals: []scenarios.Signal{{Logs: "("}}}}}},
			Baseline: one, Candidate: one,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if c, err := compare.Compare(t.Context(), in); err == nil {
				t.Errorf("Compare = %v, want an error", c)
			}
		})
	}
}
