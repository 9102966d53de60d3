package scrape_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rehearse-dev/rehearse/harness/record"
	"github.com/rehearse-dev/rehearse/harness/scrape"
)

const kubelet = "/api/v1/nodes/https:n1:10250/proxy/metrics"

// watched is the label set of a series of the test cluster's kubelet.
func watched(path string, own ...string) string {
	all := append([]string{`endpoint="https-metrics"`, `instance="10.0.0.1:10250"`, `job="kubelet"`, fmt.Sprintf(`metrics_path=%q`, path),
		`namespace="kube-system"`, `node="n1"`, `service="kubelet"`}, own...)
	slices.Sort(all)
	return "{" + strings.Join(all, ", ") + "}"
}

// distinct are values without repetitions that follow each other.
func distinct(values []string) []string { return slices.Compact(slices.Clone(values)) }

func TestWhatTargetsDo(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		target answer
		metric string
		want   []string // the first values of the only series, without repetitions
		up     []string
	}{
		"a counter goes up and is reset": {
			func(w http.ResponseWriter, _ *http.Request, nth int) {
				expose(w, fmt.Sprintf("# TYPE m counter\nm_total %d\n", []int{1, 5, 9, 2, 4}[min(nth, 5)-1]))
			}, "m_total", []string{"1", "5", "9", "2", "4"}, []string{"1"},
		},
		"a target answers every other time": {
			func(w http.ResponseWriter, _ *http.Request, nth int) {
				if nth%2 == 0 {
					fail(w, http.StatusServiceUnavailable, "ServiceUnavailable", "no route to host")
					return
				}
				expose(w, "m 1\n")
			}, "m", []string{"1", "stale", "1", "stale"}, []string{"1", "0", "1", "0"},
		},
		"not a number is a value": {
			says("m NaN\n"), "m", []string{"NaN"}, []string{"1"},
		},
		"a series goes away while its target answers": {
			func(w http.ResponseWriter, _ *http.Request, nth int) {
				if nth == 3 {
					expose(w, "other 1\n")
					return
				}
				expose(w, "m 1\n")
			}, "m", []string{"1", "stale", "1"}, []string{"1"},
		},
		"a series stands twice with two values": {
			says("m 1\nm 2\nlast 1\n"), "m", []string{"1"}, []string{"1"},
		},
		"what stands behind a duplicate is taken": {
			says("m 1\nm 2\nlast 1\n"), "last", []string{"1"}, []string{"1"},
		},
		"the target's own times go backwards": {
			func(w http.ResponseWriter, _ *http.Request, nth int) {
				expose(w, fmt.Sprintf("m %d %d\nlast 1\n", nth, []int64{5000, 4000, 6000}[min(nth, 3)-1]))
			}, "last", []string{"1"}, []string{"1"},
		},
		"half an answer is none": {
			func(w http.ResponseWriter, _ *http.Request, nth int) {
				if nth == 2 {
					w.Header().Set("Content-Length", "1000")
				}
				expose(w, "m 1\n")
			}, "m", []string{"1", "stale", "1"}, []string{"1", "0", "1"},
		},
		"an answer becomes garbage": {
			func(w http.ResponseWriter, _ *http.Request, nth int) {
				if nth > 2 {
					expose(w, "<html>not metrics</html>\n")
					return
				}
				expose(w, "m 1\n")
			}, "m", []string{"1", "stale"}, []string{"1", "0"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCluster(t)
			c.targets[kubelet] = row.target
			r := c.record(scrape.Recorder{}, func(*record.Writer) { c.wait(kubelet, 6) })
			for metric, want := range map[string][]string{row.metric: row.want, "up": row.up} {
				got := distinct(r.samples(metric)[watched("/metrics")])
				if diff := cmp.Diff(want, got[:min(len(got), len(want))]); diff != "" {
					t.Errorf("%s (-want +got):\n%s", metric, diff)
				}
			}
		})
	}
}
