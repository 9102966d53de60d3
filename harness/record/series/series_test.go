package series_test

import (
	"context"
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/common/promslog"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/tsdb"

	"github.com/rehearse-dev/rehearse/harness/record"
	"github.com/rehearse-dev/rehearse/harness/record/series"
)

// run is a run folder whose baseline has one block per list of times, each with
// the series m.
func run(t *testing.T, blocks ...[]int64) string {
	t.Helper()
	dir := t.TempDir()
	into := filepath.Join(dir, "baseline", "1", filepath.FromSlash(record.SeriesDir))
	if err := os.MkdirAll(into, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, times := range blocks {
		if err := block(t.Context(), into, times); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func block(ctx context.Context, dir string, times []int64) error {
	w, err := tsdb.NewBlockWriter(promslog.NewNopLogger(), dir, time.Hour.Milliseconds())
	if err != nil {
		return err
	}
	app := w.Appender(ctx)
	for _, at := range times {
		if _, err := app.Append(0, labels.FromStrings(model.MetricNameLabel, "m"), at, float64(at)); err != nil {
			return errors.Join(err, w.Close())
		}
	}
	if err := app.Commit(); err != nil {
		return errors.Join(err, w.Close())
	}
	_, err = w.Flush(ctx)
	return errors.Join(err, w.Close())
}

// times are when m has samples, between two times.
func times(t *testing.T, db *series.DB, from, to int64) []int64 {
	t.Helper()
	q, err := db.Querier(from, to)
	if err != nil {
		t.Fatal(err)
	}
	var found []int64
	all := q.Select(t.Context(), true, nil, labels.MustNewMatcher(labels.MatchEqual, model.MetricNameLabel, "m"))
	for all.Next() {
		for it := all.At().Iterator(nil); it.Next() != 0; {
			found = append(found, it.AtT())
		}
	}
	if err := errors.Join(all.Err(), q.Close()); err != nil {
		t.Fatal(err)
	}
	return found
}

// inMemory is a run folder that is not on disk.
func inMemory(t *testing.T, dir string) fs.FS {
	t.Helper()
	files := fstest.MapFS{}
	root := os.DirFS(dir)
	err := fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := fs.ReadFile(root, name)
		files[name] = &fstest.MapFile{Data: raw}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestOpen(t *testing.T) {
	t.Parallel()
	blocks := [][]int64{{3000, 4000}, {1000, 2000}}
	for name, open := range map[string]func(string) fs.FS{
		"a folder on disk":              series.DirFS,
		"a folder that nobody knows of": os.DirFS,
		"files that are not on disk":    func(dir string) fs.FS { return inMemory(t, dir) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db, err := series.Open(open(run(t, blocks...)), "baseline/1")
			if err != nil {
				t.Fatal(err)
			}
			if got := times(t, db, math.MinInt64, math.MaxInt64); len(got) != 4 || got[0] != 1000 || got[3] != 4000 {
				t.Errorf("all samples are at %v, want those of both blocks", got)
			}
			if got := times(t, db, 1500, 3500); len(got) != 2 || got[0] != 2000 || got[1] != 3000 {
				t.Errorf("samples between are at %v, want 2000 and 3000", got)
			}
			first, last := db.Range()
			if first.UnixMilli() != 1000 || last.UnixMilli() != 4000 {
				t.Errorf("Range() = %s, %s", first, last)
			}
			if err := db.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestOpenWithoutSamples(t *testing.T) {
	t.Parallel()
	db, err := series.Open(series.DirFS(run(t)), "baseline/1")
	if err != nil {
		t.Fatal(err)
	}
	if first, last := db.Range(); !first.IsZero() || !last.IsZero() || len(times(t, db, 0, math.MaxInt64)) != 0 {
		t.Errorf("Range() = %s, %s, want nothing", first, last)
	}
	if err := db.Close(); err != nil {
		t.Error(err)
	}
}

func TestOpenSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	if _, err := series.Open(series.DirFS(run(t)), "candidate/1"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Open(nothing recorded) = %v, want fs.ErrNotExist", err)
	}
	for _, file := range []string{"meta.json", "index", "tombstones"} {
		t.Run("a damaged "+file, func(t *testing.T) {
			t.Parallel()
			dir := run(t, []int64{1000})
			found, err := filepath.Glob(filepath.Join(dir, "baseline", "1", "metrics", "tsdb", "*", file))
			if err != nil || len(found) != 1 {
				t.Fatalf("%v, %v", found, err)
			}
			if err := os.WriteFile(found[0], []byte("damaged"), 0o644); err != nil {
				t.Fatal(err)
			}
			_, err = series.Open(series.DirFS(dir), "baseline/1")
			if err == nil || errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), `opening series "baseline/1/metrics/tsdb"`) {
				t.Errorf("Open() = %v, want an error that names the folder", err)
			}
		})
	}
}
