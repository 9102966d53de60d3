// Cuts the time series of a run of the quickstart scenario down to what tests
// need:
//
//	go run trim.go RUN-FOLDER
//
// What is left stands as it was recorded: series, pods and targets are only left
// out.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"log"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/common/promslog"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb"
	"github.com/prometheus/prometheus/tsdb/chunkenc"

	"github.com/rehearse-dev/rehearse/harness/record"
	"github.com/rehearse-dev/rehearse/harness/record/series"
)

func main() {
	for _, side := range []string{"baseline", "candidate"} {
		if err := trim(context.Background(), os.Args[1], side+"/1"); err != nil {
			log.Fatal(err)
		}
	}
}

func trim(ctx context.Context, run, prefix string) error {
	r, err := record.Open(series.DirFS(run), prefix)
	if err != nil {
		return err
	}
	into := filepath.Join(prefix, record.SeriesDir)
	if err := errors.Join(os.RemoveAll(prefix), os.MkdirAll(into, 0o755)); err != nil {
		return err
	}
	meta := r.Meta
	meta.Names = record.Names{Nodes: meta.Names.Nodes, Pods: meta.Names.Pods}
	for uid, p := range meta.Names.Pods {
		if !keepPod(p.Name) {
			delete(meta.Names.Pods, uid)
		}
	}
	w, err := record.Create(prefix, meta)
	if err != nil {
		return err
	}
	return errors.Join(
		copyLines(w, r, record.TargetsFile, func(t record.Target) bool { return keepJob(t.Labels["job"]) && (t.Pod == "" || keepPod(t.Pod)) }),
		copyLines(w, r, record.FamiliesFile, func(f record.Family) bool { return keepJob(f.Job) && keepMetric(f.Name) }),
		copyLines(w, r, record.MetricsIndex, func(record.Exposition) bool { return false }),
		copyLines(w, r, record.ObjectsFile, keepObject),
		copySeries(ctx, run, prefix, into), w.Close())
}

func keepPod(name string) bool {
	return slices.ContainsFunc([]string{"store-", "web-", "log-shipper-", "coredns-"}, func(role string) bool {
		return strings.HasPrefix(name, role)
	})
}

func keepJob(job string) bool { return job == "kubelet" || job == "kubernetes-pods" }

func keepMetric(name string) bool {
	return !slices.ContainsFunc([]string{"go_", "process_", "rest_client_", "apiserver_", "storage_"}, func(prefix string) bool {
		return strings.HasPrefix(name, prefix)
	})
}

func keepObject(o record.Object) bool {
	var of struct {
		Kind     string
		Metadata struct{ Name string }
	}
	return json.Unmarshal(o, &of) == nil && of.Kind == "Pod" && keepPod(of.Metadata.Name)
}

// keepSeries keeps the node's own series and those of a few pods, and of
// histograms only the last bucket.
func keepSeries(ls labels.Labels) bool {
	le, id := ls.Get("le"), ls.Get("id")
	switch {
	case !keepJob(ls.Get("job")), !keepMetric(ls.Get(model.MetricNameLabel)), le != "" && le != "+Inf":
		return false
	case ls.Get("pod") != "":
		return keepPod(ls.Get("pod"))
	case ls.Get("device") != "" && id == "/", ls.Get("interface") != "" && ls.Get("interface") != "eth0":
		return strings.Contains(ls.Get("device"), "shm")
	default:
		return id == "" || id == "/" || strings.HasSuffix(id, "/docker.service") || strings.HasSuffix(id, "/containerd.service") || strings.HasSuffix(id, ".scope") && strings.Contains(ls.Get(model.MetricNameLabel), "_cpu_")
	}
}

func copyLines[T any](w *record.Writer, r *record.Recording, name string, keep func(T) bool) error {
	var kept []T
	for line, err := range record.Entries[T](r, name) {
		if err != nil {
			return err
		}
		if keep(line.Entry) {
			kept = append(kept, line.Entry)
		}
	}
	return record.Lines(w, name, kept)
}

func copySeries(ctx context.Context, run, prefix, into string) error {
	db, err := series.Open(series.DirFS(run), prefix)
	if err != nil {
		return err
	}
	defer db.Close()
	q, err := db.Querier(math.MinInt64, math.MaxInt64)
	if err != nil {
		return err
	}
	defer q.Close()
	w, err := tsdb.NewBlockWriter(promslog.NewNopLogger(), into, (24 * time.Hour).Milliseconds())
	if err != nil {
		return err
	}
	app := w.Appender(ctx)
	all := q.Select(ctx, true, nil, labels.MustNewMatcher(labels.MatchRegexp, model.MetricNameLabel, ".+"))
	for all.Next() {
		if !keepSeries(all.At().Labels()) {
			continue
		}
		if err := copyOne(app, all.At()); err != nil {
			return err
		}
	}
	if err := errors.Join(all.Err(), app.Commit()); err != nil {
		return err
	}
	_, err = w.Flush(ctx)
	return errors.Join(err, w.Close())
}

func copyOne(app storage.Appender, s storage.Series) error {
	it := s.Iterator(nil)
	for it.Next() == chunkenc.ValFloat {
		t, v := it.At()
		if _, err := app.Append(0, s.Labels(), t, v); err != nil {
			return err
		}
	}
	return it.Err()
}
