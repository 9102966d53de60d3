package scrape

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb"
	"github.com/prometheus/prometheus/tsdb/chunkenc"

	"github.com/rehearse-dev/rehearse/harness/record"
)

// writeSeries puts the database into the recording, as blocks that are never
// written again.
func (s *session) writeSeries(ctx context.Context) error {
	dir, err := s.writer.Dir(record.SeriesDir)
	if err != nil {
		return err
	}
	if s.db.Head().NumSeries() == 0 && len(s.db.Blocks()) == 0 {
		return nil
	}
	redact := s.writer.Redaction()
	clean, err := isClean(s.db, redact)
	if err != nil {
		return fmt.Errorf("looking for secrets: %w", err)
	}
	if !clean {
		return rewrite(ctx, s.log, s.db, dir, redact)
	}
	return s.db.Snapshot(dir, true)
}

// isClean is true if no label of the database holds a secret. Secrets may have
// come to be known since their series was written.
func isClean(db *tsdb.DB, redact func(string) string) (bool, error) {
	head, err := db.Head().Index()
	if err != nil {
		return false, err
	}
	indexes := []tsdb.IndexReader{head}
	for _, b := range db.Blocks() {
		index, err := b.Index()
		if err != nil {
			return false, err
		}
		indexes = append(indexes, index)
	}
	clean := true
	var errs []error
	for _, index := range indexes {
		symbols := index.Symbols()
		for symbols.Next() {
			clean = clean && redact(symbols.At()) == symbols.At()
		}
		errs = append(errs, symbols.Err(), index.Close())
	}
	return clean, errors.Join(errs...)
}

// longest is more than any recording spans: of one block that is written series
// by series, the whole span has to be open to the end.
const longest = 365 * 24 * time.Hour

// rewrite copies every series with redacted labels. Of two series that this makes
// one, the later samples of the second are lost.
func rewrite(ctx context.Context, log *slog.Logger, db *tsdb.DB, dir string, redact func(string) string) (err error) {
	w, err := tsdb.NewBlockWriter(log, dir, longest.Milliseconds())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.Close()) }()
	q, err := db.Querier(math.MinInt64, math.MaxInt64)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, q.Close()) }()
	all := q.Select(ctx, false, nil, labels.MustNewMatcher(labels.MatchRegexp, model.MetricNameLabel, ".+"))
	b := &books{redact: redact}
	for all.Next() {
		if err := copySeries(w.Appender(ctx), all.At(), b.redacted(all.At().Labels())); err != nil {
			return err
		}
	}
	if err := all.Err(); err != nil {
		return err
	}
	_, err = w.Flush(ctx)
	return err
}

func copySeries(to storage.Appender, from storage.Series, ls labels.Labels) error {
	it := from.Iterator(nil)
	for kind := it.Next(); kind != chunkenc.ValNone; kind = it.Next() {
		var err error
		switch kind {
		case chunkenc.ValNone: // the end of the loop
		case chunkenc.ValFloat:
			t, v := it.At()
			_, err = to.Append(0, ls, t, v)
		case chunkenc.ValHistogram:
			t, h := it.AtHistogram(nil)
			_, err = to.AppendHistogram(0, ls, t, h, nil)
		case chunkenc.ValFloatHistogram:
			t, h := it.AtFloatHistogram(nil)
			_, err = to.AppendHistogram(0, ls, t, nil, h)
		}
		if err != nil && !errors.Is(err, storage.ErrOutOfOrderSample) && !errors.Is(err, storage.ErrDuplicateSampleForTimestamp) {
			return errors.Join(err, to.Rollback())
		}
	}
	return errors.Join(it.Err(), to.Commit())
}
