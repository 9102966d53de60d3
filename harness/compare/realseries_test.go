package compare_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rehearse-dev/rehearse/clusters"
	"github.com/rehearse-dev/rehearse/harness/compare"
	"github.com/rehearse-dev/rehearse/harness/record"
	"github.com/rehearse-dev/rehearse/harness/record/series"
	"github.com/rehearse-dev/rehearse/scenarios"
)

// realSeries opens one side of a real recording that has series and no
// expositions.
func realSeries(t *testing.T, of, as clusters.Side, runtime clusters.Runtime) *record.Recording {
	t.Helper()
	const dir = "testdata/quickstart-series"
	r, err := record.Open(series.DirFS(dir), string(of)+"/1")
	if err != nil {
		t.Fatal(err)
	}
	r.Series, r.Meta.Side, r.Meta.Runtime = openSeries(t, dir, r.Prefix), as, runtime
	return r
}

// withShipper is a scenario that judges the shipper by its signal, which is
// therefore not judged as a metric.
func withShipper() *scenarios.Scenario {
	s := &scenarios.Scenario{}
	s.Spec.Agents = []scenarios.Agent{{Name: "log-shipper", Signals: []scenarios.Signal{{Metric: "shipper_records_total"}}}}
	return s
}

func TestRealSeries(t *testing.T) {
	t.Parallel()
	const docker, containerd = clusters.Docker, clusters.Containerd
	known := []string{"changes BASE-002", "changes MET-004", "info MET-006"}
	for name, row := range map[string]struct {
		baseline, candidate               clusters.Side
		baselineRuntime, candidateRuntime clusters.Runtime
		want                              []string
	}{
		"the move":                 {clusters.Baseline, clusters.Candidate, docker, containerd, known},
		"the move back":            {clusters.Candidate, clusters.Baseline, containerd, docker, known},
		"Docker beside itself":     {clusters.Baseline, clusters.Baseline, docker, docker, nil},
		"containerd beside itself": {clusters.Candidate, clusters.Candidate, containerd, containerd, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, err := compare.Compare(t.Context(), compare.Input{
				Scenario:  withShipper(),
				Baseline:  []*record.Recording{realSeries(t, row.baseline, clusters.Baseline, row.baselineRuntime)},
				Candidate: []*record.Recording{realSeries(t, row.candidate, clusters.Candidate, row.candidateRuntime)},
			})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, f := range c.Findings {
				if f.Kind == record.Metrics {
					got = append(got, string(f.Severity)+" "+f.ID)
				}
			}
			slices.Sort(got)
			if diff := cmp.Diff(row.want, got); diff != "" {
				t.Errorf("findings about metrics (-want +got):\n%s", diff)
			}
		})
	}
}

// TestFindingsNameTheirBaselines expects of a finding about metrics to say from
// which kind of Docker it is a move.
func TestFindingsNameTheirBaselines(t *testing.T) {
	t.Parallel()
	c, err := compare.Compare(t.Context(), compare.Input{
		Scenario:  withShipper(),
		Baseline:  []*record.Recording{realSeries(t, clusters.Baseline, clusters.Baseline, clusters.Docker)},
		Candidate: []*record.Recording{realSeries(t, clusters.Candidate, clusters.Candidate, clusters.Containerd)},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string][]clusters.Runtime{"BASE-002": {clusters.Docker}, "MET-004": {clusters.Docker, clusters.Dockershim}, "MET-006": {clusters.Docker, clusters.Dockershim}}
	got := map[string][]clusters.Runtime{}
	for _, f := range c.Findings {
		if f.Kind == record.Metrics {
			got[f.ID] = f.Baselines
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("baselines (-want +got):\n%s", diff)
	}
}
