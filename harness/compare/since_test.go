package compare_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rehearse-dev/rehearse/clusters"
	"github.com/rehearse-dev/rehearse/harness/compare"
	"github.com/rehearse-dev/rehearse/harness/record"
	"github.com/rehearse-dev/rehearse/scenarios"
)

// heard is a side on which the agent of a scenario exposed these metrics.
func heard(metrics ...string) files {
	f := files{
		record.ObjectsFile:  `{"kind":"Pod","metadata":{"namespace":"agents","name":"shipper","uid":"s"},"status":{"conditions":[{"type":"Ready","status":"True"}]}}` + "\n",
		record.MetricsIndex: `{"target":"pod/agents/shipper","pod":"shipper","file":"metrics/s"}` + "\n",
		"metrics/s":         "up 1\n",
	}
	for _, metric := range metrics {
		f["metrics/s"] += metric + " 1\n"
	}
	return f
}

func TestSince(t *testing.T) {
	t.Parallel()
	scenario := &scenarios.Scenario{Metadata: scenarios.Metadata{Name: "shop"}}
	scenario.Spec.Agents = []scenarios.Agent{{Name: "shipper", Signals: []scenarios.Signal{{Metric: "lines"}, {Metric: "bytes"}, {Metric: "pods"}}}}
	judge := func(of *scenarios.Scenario, against *compare.Earlier, baseline, candidate files) *compare.Comparison {
		got, err := compare.Compare(t.Context(), compare.Input{
			Scenario: of, Against: against,
			Baseline:  []*record.Recording{open(t, clusters.Baseline, clusters.Docker, baseline)},
			Candidate: []*record.Recording{open(t, clusters.Candidate, clusters.Containerd, candidate)},
		})
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	all := heard("lines", "bytes", "pods")
	before := judge(scenario, nil, all, heard("pods"))
	earlier := &compare.Earlier{Name: "shop-20261101", Comparison: before}
	lost := func(signal string) string {
		c := judge(scenario, nil, all, heard(allBut(signal)...))
		return c.Findings[0].ID
	}
	lines, bytes, pods := lost("lines"), lost("bytes"), lost("pods")
	past := func(id string) compare.Past {
		for _, f := range before.Findings {
			if f.ID == id {
				return compare.Past{ID: id, Severity: f.Severity, Title: f.Title}
			}
		}
		t.Fatalf("no finding %s", id)
		return compare.Past{}
	}
	other := *scenario
	other.Spec.Agents = nil
	for name, row := range map[string]struct {
		now      *compare.Comparison
		want     compare.Since
		warnings int
	}{
		"nothing moved":         {judge(scenario, earlier, all, heard("pods")), compare.Since{Still: inOrder(before, lines, bytes)}, 0},
		"one is fixed, one new": {judge(scenario, earlier, all, heard("lines")), compare.Since{New: []string{pods}, Still: []string{bytes}, Fixed: []compare.Past{past(lines)}}, 0},
		"all is fixed":          {judge(scenario, earlier, all, all), compare.Since{Fixed: pasts(before, past)}, 0},
		"nobody looked":         {judge(&other, earlier, all, all), compare.Since{Unseen: pasts(before, past)}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			row.want.Name = "shop-20261101"
			if diff := cmp.Diff(&row.want, row.now.Since); diff != "" {
				t.Errorf("since (-want +got):\n%s", diff)
			}
			if len(row.now.Warnings) != row.warnings {
				t.Errorf("warnings = %q, want %d", row.now.Warnings, row.warnings)
			}
		})
	}
	if before.Since != nil {
		t.Errorf("since = %v without an earlier rehearsal", before.Since)
	}
	renamed := *scenario
	renamed.Metadata.Name = "stall"
	if got := judge(&renamed, earlier, all, all); len(got.Warnings) != 1 {
		t.Errorf("warnings = %q, want one about the other scenario", got.Warnings)
	}
}

// allBut are the signals but for one.
func allBut(signal string) []string {
	var rest []string
	for _, s := range []string{"lines", "bytes", "pods"} {
		if s != signal {
			rest = append(rest, s)
		}
	}
	return rest
}

// inOrder are the IDs in the order of the findings.
func inOrder(c *compare.Comparison, of ...string) []string {
	var list []string
	for _, f := range c.Findings {
		for _, id := range of {
			if id == f.ID {
				list = append(list, id)
			}
		}
	}
	return list
}

func pasts(c *compare.Comparison, past func(string) compare.Past) []compare.Past {
	var list []compare.Past
	for _, f := range c.Findings {
		list = append(list, past(f.ID))
	}
	return list
}
