package compare_test

import (
	"testing"

	"github.com/rehearse-dev/rehearse/clusters"
	"github.com/rehearse-dev/rehearse/harness/compare"
	"github.com/rehearse-dev/rehearse/harness/record"
)

func BenchmarkCompare(b *testing.B) {
	mini := quickstartMini(b)
	in := compare.Input{
		Scenario:  &mini.scenario,
		Baseline:  []*record.Recording{open(b, clusters.Baseline, clusters.Docker, mini.baseline)},
		Candidate: []*record.Recording{open(b, clusters.Candidate, clusters.Containerd, mini.candidate)},
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := compare.Compare(b.Context(), in); err != nil {
			b.Fatal(err)
		}
	}
}
