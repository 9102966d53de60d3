package compare_test

import (
	"testing"

	"github.com/rehearse-dev/rehearse/clusters"
	"github.com/rehearse-dev/rehearse/harness/compare"
	"github.com/rehearse-dev/rehearse/harness/record"
	"github.com/rehearse-dev/rehearse/scenarios"
)

// FuzzEvidence judges arbitrary log and metric text against itself: whatever a
// container writes or exposes, judging never panics and finds nothing.
func FuzzEvidence(f *testing.F) {
	for _, seed := range []string{
		"", "\n", "{\"log\":\"a\\n\",\"stream\":\"stdout\",\"time\":\"x\"}\n", "2026-11-23T04:31:19Z stdout P a\n\xff\n",
		"# TYPE a counter\na{b=\"c\"} 1\n", "a{} NaN\n", "kubelet_docker_operations_total 1\n", "{\"log\":1}\n", "{\"log\":\"\\ud800\"}\n",
	} {
		f.Add(seed)
	}
	index := `{"namespace":"shop","pod":"web","podUID":"u1","container":"web","path":"/var/log/pods/w/web/0.log","file":"logs/pods/w"}` + "\n"
	metrics := `{"target":"kubelet","file":"metrics/k"}` + "\n" + `{"target":"kubelet/cadvisor","file":"metrics/k"}` + "\n"
	f.Fuzz(func(t *testing.T, text string) {
		same := files{record.LogIndex: index, "logs/pods/w": text, record.MetricsIndex: metrics, "metrics/k": text}
		c, err := compare.Compare(t.Context(), compare.Input{
			Scenario:  &scenarios.Scenario{},
			Baseline:  []*record.Recording{open(t, clusters.Baseline, clusters.Docker, same)},
			Candidate: []*record.Recording{open(t, clusters.Candidate, clusters.Containerd, same)},
		})
		if err != nil {
			t.Fatal(err)
		}
		if len(c.Findings) > 0 {
			t.Errorf("findings between a recording and itself: %v", said(c))
		}
	})
}
