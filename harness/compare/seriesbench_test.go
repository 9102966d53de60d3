package compare_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/common/promslog"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/tsdb"

	"github.com/rehearse-dev/rehearse/clusters"
	"github.com/rehearse-dev/rehearse/harness/compare"
	"github.com/rehearse-dev/rehearse/harness/record"
	"github.com/rehearse-dev/rehearse/harness/record/series"
	"github.com/rehearse-dev/rehearse/scenarios"
)

// BenchmarkMillionSeries compares the schema of two recordings of a million series
// each, as cAdvisor has them for 12,500 containers.
func BenchmarkMillionSeries(b *testing.B) {
	if os.Getenv("REHEARSE_BENCH") == "" {
		b.Skip("needs a minute and 1 GiB: set REHEARSE_BENCH=1, or use make bench")
	}
	in := compare.Input{
		Scenario:  &scenarios.Scenario{},
		Baseline:  []*record.Recording{manySeries(b, clusters.Baseline, clusters.Dockershim)},
		Candidate: []*record.Recording{manySeries(b, clusters.Candidate, clusters.Containerd)},
	}
	peak := watchMemory(b)
	for b.Loop() {
		c, err := compare.Compare(b.Context(), in)
		if err != nil {
			b.Fatal(err)
		}
		if len(c.Findings) == 0 {
			b.Fatal("nothing was found")
		}
	}
	b.ReportMetric(float64(peak())/(1<<20), "MiB-peak")
}

// watchMemory returns a function that says how much memory the program took at
// most, in bytes, mapped files included.
func watchMemory(b *testing.B) func() uint64 {
	b.Helper()
	debug.FreeOSMemory() // of making the recordings
	if err := os.WriteFile("/proc/self/clear_refs", []byte("5"), 0o200); err != nil {
		b.Logf("the peak covers the whole program: %v", err)
	}
	return func() uint64 {
		status, err := os.ReadFile("/proc/self/status")
		if err != nil {
			b.Fatal(err)
		}
		_, after, _ := strings.Cut(string(status), "VmHWM:")
		var kib uint64
		if _, err := fmt.Sscan(after, &kib); err != nil {
			b.Fatal(err)
		}
		return kib << 10
	}
}

const (
	benchPods    = 12_500
	benchMetrics = 80
)

// manySeries records a million series of a side.
func manySeries(b *testing.B, side clusters.Side, runtime clusters.Runtime) *record.Recording {
	b.Helper()
	dir := b.TempDir()
	at := filepath.Join(dir, string(side), "1")
	if err := os.MkdirAll(at, 0o755); err != nil {
		b.Fatal(err)
	}
	w, err := record.Create(at, record.Meta{Side: side, Runtime: runtime, Names: record.Names{Pods: map[string]record.Pod{}}})
	if err != nil {
		b.Fatal(err)
	}
	w.Update(func(m *record.Meta) {
		for i := range benchPods {
			m.Names.Pods[strconv.Itoa(i)] = record.Pod{Namespace: "shop", Name: fmt.Sprintf("web-%d", i), Role: fmt.Sprintf("web-%d", i%100)}
		}
	})
	target := record.Target{Job: "kubelet/cadvisor", Labels: map[string]string{"job": "kubelet", "instance": "n"}, Node: "n", Port: "10250", Path: "/metrics/cadvisor", Answered: 4}
	into, err := w.Dir(record.SeriesDir)
	if err := errors.Join(err,
		record.Lines(w, record.TargetsFile, []record.Target{target}), record.Lines[record.Family](w, record.FamiliesFile, nil),
		record.Lines[record.Exposition](w, record.MetricsIndex, nil), fill(b.Context(), into, runtime), w.Close()); err != nil {
		b.Fatal(err)
	}
	r, err := record.Open(series.DirFS(dir), string(side)+"/1")
	if err != nil {
		b.Fatal(err)
	}
	r.Series = openSeries(b, dir, r.Prefix)
	return r
}

// fill writes a block of what cAdvisor shows of each pod's container.
func fill(ctx context.Context, dir string, runtime clusters.Runtime) error {
	w, err := tsdb.NewBlockWriter(promslog.NewNopLogger(), dir, (2 * time.Hour).Milliseconds())
	if err != nil {
		return err
	}
	for i := range benchPods {
		app := w.Appender(ctx)
		for m := range benchMetrics {
			ls := benchLabels(i, m, runtime)
			for t := range int64(4) {
				if _, err := app.Append(0, ls, 15_000*(t+1), float64(t)); err != nil {
					return errors.Join(err, w.Close())
				}
			}
		}
		if err := app.Commit(); err != nil {
			return errors.Join(err, w.Close())
		}
	}
	_, err = w.Flush(ctx)
	return errors.Join(err, w.Close())
}

func benchLabels(pod, metric int, runtime clusters.Runtime) labels.Labels {
	hash := fmt.Sprintf("%064x", pod)
	id, name, image := "cri-containerd-"+hash, hash, "docker.io/shop/web:1"
	if runtime != clusters.Containerd {
		id, name, image = "docker-"+hash, fmt.Sprintf("k8s_web_web-%d_shop_uid_0", pod), "sha256:"+hash
	}
	return labels.FromStrings(model.MetricNameLabel, fmt.Sprintf("container_metric_%02d", metric), "job", "kubelet", "instance", "n",
		"namespace", "shop", "pod", fmt.Sprintf("web-%d", pod), "container", "web", "image", image, "name", name,
		"id", "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod"+strconv.Itoa(pod)+".slice/"+id+".scope")
}
