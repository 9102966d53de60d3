package compare_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/prometheus/common/promslog"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/tsdb"

	"github.com/rehearse-dev/rehearse/clusters"
	"github.com/rehearse-dev/rehearse/harness/compare"
	"github.com/rehearse-dev/rehearse/harness/record"
	"github.com/rehearse-dev/rehearse/harness/record/series"
	"github.com/rehearse-dev/rehearse/scenarios"
)

// write makes series in the notation of promtool's unit tests, one sample each 15
// seconds, and gives them to a recording.
func write(tb testing.TB, r *record.Recording, lines string) {
	tb.Helper()
	dir := tb.TempDir()
	into := filepath.Join(dir, filepath.FromSlash(record.SeriesDir))
	if err := os.MkdirAll(into, 0o755); err != nil {
		tb.Fatal(err)
	}
	w, err := tsdb.NewBlockWriter(promslog.NewNopLogger(), into, (2 * time.Hour).Milliseconds())
	if err != nil {
		tb.Fatal(err)
	}
	app := w.Appender(tb.Context())
	for line := range strings.Lines(lines) {
		ls, values, err := parser.NewParser(parser.Options{}).ParseSeriesDesc(strings.TrimSpace(line))
		if err != nil {
			tb.Fatalf("%s: %v", line, err)
		}
		for i, v := range values {
			if v.Omitted {
				continue
			}
			if _, err := app.Append(0, ls, 15_000*int64(i+1), v.Value); err != nil {
				tb.Fatal(err)
			}
		}
	}
	if err := app.Commit(); err != nil {
		tb.Fatal(err)
	}
	if _, err := w.Flush(tb.Context()); err != nil {
		tb.Fatal(err)
	}
	if err := w.Close(); err != nil {
		tb.Fatal(err)
	}
	r.Series = openSeries(tb, dir, ".")
}

// openSeries opens the series of the recording in the folder prefix of dir until the
// test ends.
func openSeries(tb testing.TB, dir, prefix string) *series.DB {
	tb.Helper()
	db, err := series.Open(series.DirFS(dir), prefix)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := db.Close(); err != nil {
			tb.Error(err)
		}
	})
	return db
}

// sides are what both sides recorded of a pod web, in series.
type sides struct{ baseline, candidate string }

// compareSeries judges a pair that recorded series of kubelet and of the pod
// shop/web, and expositions of neither.
func compareSeries(t *testing.T, runtimes [2]clusters.Runtime, s sides) []string {
	t.Helper()
	var recordings [2]*record.Recording
	for i, text := range []string{s.baseline, s.candidate} {
		pod := "web-7d9f8b6c5d-" + []string{"x2x4z", "bq7mp"}[i]
		object := fmt.Sprintf(`{"kind":"Pod","metadata":{"namespace":"shop","name":%q,"uid":"w"},"status":{"phase":"Running","conditions":[{"type":"Ready","status":"True"}]}}`, pod)
		kubelet := `{"job":"kubelet","labels":{"job":"kubelet","instance":"n","namespace":"kube-system","metrics_path":%q},"node":"n","port":"10250","path":%[1]q,"answered":4,"failed":0}`
		r := open(t, clusters.Sides()[i], runtimes[i], files{
			record.ObjectsFile:  lines(object),
			record.MetricsIndex: "",
			record.TargetsFile: lines(fmt.Sprintf(kubelet, "/metrics"), fmt.Sprintf(kubelet, "/metrics/cadvisor"),
				fmt.Sprintf(`{"job":"pods","labels":{"job":"pods","instance":"p","namespace":"shop","pod":%q},"namespace":"shop","pod":%[1]q,"port":"80","path":"/metrics","answered":4,"failed":4}`, pod)),
			record.FamiliesFile: lines(`{"job":"pods","name":"latency_seconds","type":"histogram"}`),
		})
		write(t, r, strings.NewReplacer(
			"CADVISOR", `job="kubelet",instance="n",metrics_path="/metrics/cadvisor",namespace="shop",pod="`+pod+`"`,
			"NODE", `job="kubelet",instance="n",metrics_path="/metrics/cadvisor",namespace="kube-system",id="/"`,
			"KUBELET", `job="kubelet",instance="n",metrics_path="/metrics",namespace="kube-system"`,
			"POD", `job="pods",instance="p",namespace="shop",pod="`+pod+`"`,
			"ID", id).Replace(text))
		recordings[i] = r
	}
	c, err := compare.Compare(t.Context(), compare.Input{Scenario: &scenarios.Scenario{}, Baseline: recordings[:1], Candidate: recordings[1:]})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range c.Findings {
		for _, side := range clusters.Sides() {
			if !slices.ContainsFunc(f.Evidence, func(e compare.Evidence) bool { return e.Side == side && e.Text != "" }) {
				t.Errorf("%s has no evidence from the %s", f.ID, side)
			}
		}
	}
	return said(c)
}

const (
	everywhere  = "cpu{CADVISOR,container=\"web\",id=\"/a/docker-ID.scope\"} 1 2 3 4\n"
	nodeOnly    = "cpu{NODE} 1 2 3 4\n"
	podOnly     = "cpu{CADVISOR,id=\"/kubepods\"} 1 2 3 4\n"
	alive       = "up{POD} 1 1 1 1\n"
	shimmed     = "cpu{CADVISOR,container=\"web\",name=\"k8s_web_web_shop_u_0\",id=\"/a/docker-ID.scope\"} 1 2 3 4\n"
	onContained = "cpu{CADVISOR,container=\"web\",name=\"ID\",id=\"/a/cri-containerd-ID.scope\"} 1 2 3 4\n"
)

func TestSeries(t *testing.T) {
	t.Parallel()
	docker := [2]clusters.Runtime{clusters.Docker, clusters.Containerd}
	for name, row := range map[string]struct {
		runtimes [2]clusters.Runtime
		sides
		want []string
	}{
		"the same": {docker, sides{nodeOnly + everywhere, nodeOnly + everywhere}, nil},
		"no container has series on cri-dockerd": {docker, sides{nodeOnly + podOnly, nodeOnly + podOnly + onContained}, []string{
			"changes BASE-002 new kubelet/cadvisor container+kubelet/cadvisor cpu",
		}},
		"dockershim's names": {[2]clusters.Runtime{clusters.Dockershim, clusters.Containerd}, sides{nodeOnly + shimmed, nodeOnly + onContained}, []string{
			"changes MET-002 changed kubelet/cadvisor container", "changes MET-004 changed kubelet/cadvisor containers",
		}},
		"a level that was there until its pod ended": {alike, sides{
			nodeOnly + everywhere + "mem{NODE} 1 1 1 1\nmem{CADVISOR,container=\"web\"} 1 2 stale _\n",
			nodeOnly + everywhere + "mem{NODE} 1 1 1 1\n",
		}, []string{"changes metrics-c26d103c lost kubelet/cadvisor mem"}},
		"a level that was glimpsed once on one side": {alike, sides{
			nodeOnly + everywhere + "mem{NODE} 1 1 1 1\nmem{CADVISOR,container=\"web\"} 1 stale _ _\n",
			nodeOnly + everywhere + "mem{NODE} 1 1 1 1\n",
		}, nil},
		"a level that is there on one side and was glimpsed on the other": {alike, sides{
			nodeOnly + everywhere + "mem{NODE} 1 1 1 1\nmem{CADVISOR,container=\"web\"} 1 2 3 4\n",
			nodeOnly + everywhere + "mem{NODE} 1 1 1 1\nmem{CADVISOR,container=\"web\"} _ 1 stale _\n",
		}, nil},
		"one container of a pod has no series": {alike, sides{
			everywhere + "cpu{CADVISOR,container=\"sidecar\"} 1 2 3 4\n", everywhere,
		}, []string{"changes metrics-da8abefb lost kubelet/cadvisor container"}},
		"a counter that counted little is chance": {alike, sides{
			alive + "errors_total{POD,code=\"500\"} 0 0 1 2\n", alive,
		}, nil},
		"a counter that counted often is not": {alike, sides{
			alive + "errors_total{POD,code=\"500\"} 0 10 20 30\n", alive,
		}, []string{"changes metrics-7ae7f5cb lost pod/shop/web errors_total"}},
		"a counter's reset is no loss": {alike, sides{
			alive + "errors_total{POD,code=\"500\"} 90 100 0 1\n", alive + "errors_total{POD,code=\"500\"} 0 1 2 3\n",
		}, nil},
		"what is not a number is there": {alike, sides{
			alive + "ratio{POD} NaN NaN NaN NaN\n", alive + "ratio{POD} 1 1 1 1\n",
		}, nil},
		"a histogram is one metric": {alike, sides{
			alive + "latency_seconds_bucket{POD,le=\"+Inf\"} 10 20 30 40\nlatency_seconds_count{POD,path=\"a\"} 10 20 30 40\nlatency_seconds_sum{POD,path=\"a\"} 1 2 3 4\n", alive,
		}, []string{"changes metrics-7ae7f5cb lost pod/shop/web latency_seconds"}},
		"a label holds IDs with their runtime's name": {docker, sides{
			"info{POD,container_id=\"docker://ID\"} 1 1 1 1\n", "info{POD,container_id=\"containerd://ID\"} 1 1 1 1\n",
		}, []string{"changes EVT-013 changed pod/shop/web info"}},
		"a label had to make room for its target's": {docker, sides{
			"info{POD,exported_pod=\"other-1\",container_runtime_version=\"docker://26.1.5\"} 1 1 1 1\n",
			"info{POD,exported_pod=\"other-2\",container_runtime_version=\"containerd://2.4.2\"} 1 1 1 1\n",
		}, []string{"info MET-014 changed pod/shop/web info"}},
		"words in labels are the workload's own": {alike, sides{
			"info{POD,state=\"ready\"} 1 1 1 1\n", "info{POD,state=\"waiting\"} 1 1 1 1\n",
		}, nil},
		"paths in labels lead to another runtime": {alike, sides{
			"size{POD,mountpoint=\"/var/lib/docker/overlay2\"} 1 1 1 1\n", "size{POD,mountpoint=\"/run/containerd/x\"} 1 1 1 1\n",
		}, []string{"changes metrics-47b80586 changed pod/shop/web size"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := compareSeries(t, row.runtimes, row.sides)
			if diff := cmp.Diff(row.want, got, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
			if same := compareSeries(t, alike, sides{row.baseline, row.baseline}); len(same) > 0 {
				t.Errorf("findings between a side and itself: %q", same)
			}
			swapped := compareSeries(t, [2]clusters.Runtime{row.runtimes[1], row.runtimes[0]}, sides{row.candidate, row.baseline})
			if len(swapped) != len(got) {
				t.Errorf("with sides swapped: %q, want as many findings as %q", swapped, got)
			}
		})
	}
}
