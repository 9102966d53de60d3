// Package series opens the time series of a recording: what lies in metrics/tsdb.
//
// It stands beside package record, and not in it, because a time series database
// has to be files on disk that can be mapped into memory: with it comes the
// storage engine, which nothing else that reads recordings needs.
package series

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"time"

	"github.com/prometheus/common/promslog"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb"

	"github.com/rehearse-dev/rehearse/harness/record"
)

// DirFS is os.DirFS for a run folder, of which [Open] reads series where they
// lie.
func DirFS(dir string) fs.FS { return onDisk{os.DirFS(dir), dir} }

type onDisk struct {
	fs.FS
	dir string
}

// DB is the series of one recording. It is a storage.Queryable, which many may
// use at the same time, and has to be closed behind the last of them.
type DB struct {
	blocks []*tsdb.Block
	temp   string // of a copy; empty for series that are read in place
}

// Open opens the series of the recording in the folder prefix of a run folder.
// The error is fs.ErrNotExist when none were recorded. Series of a folder that is
// not on disk, or was not made by [DirFS], are copied to a temporary place, which
// Close removes.
func Open(run fs.FS, prefix string) (*DB, error) {
	name := path.Join(prefix, record.SeriesDir)
	db, err := open(run, name)
	if err != nil {
		return nil, fmt.Errorf("opening series %q: %w", name, err)
	}
	return db, nil
}

func open(run fs.FS, name string) (*DB, error) {
	blocks, err := fs.ReadDir(run, name)
	if err != nil {
		return nil, err
	}
	db := &DB{}
	dir := ""
	if disk, ok := run.(onDisk); ok {
		dir = filepath.Join(disk.dir, filepath.FromSlash(name))
	} else if dir, err = db.copy(run, name); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	for _, b := range blocks {
		block, err := tsdb.OpenBlock(promslog.NewNopLogger(), filepath.Join(dir, b.Name()), nil, nil)
		if err != nil {
			return nil, errors.Join(err, db.Close())
		}
		db.blocks = append(db.blocks, block)
	}
	slices.SortFunc(db.blocks, func(a, b *tsdb.Block) int { return int(a.MinTime() - b.MinTime()) })
	return db, nil
}

func (d *DB) copy(run fs.FS, name string) (string, error) {
	sub, err := fs.Sub(run, name)
	if err != nil {
		return "", err
	}
	if d.temp, err = os.MkdirTemp("", "rehearse-series-"); err != nil {
		return "", err
	}
	return d.temp, os.CopyFS(d.temp, sub)
}

// Querier reads the series between two times, in milliseconds since 1970.
func (d *DB) Querier(mint, maxt int64) (storage.Querier, error) {
	var queriers []storage.Querier
	for _, b := range d.blocks {
		if !b.OverlapsClosedInterval(mint, maxt) {
			continue
		}
		q, err := tsdb.NewBlockQuerier(b, mint, maxt)
		if err != nil {
			for _, q := range queriers {
				err = errors.Join(err, q.Close())
			}
			return nil, fmt.Errorf("reading series: %w", err)
		}
		queriers = append(queriers, q)
	}
	return storage.NewMergeQuerier(queriers, nil, storage.ChainedSeriesMerge), nil
}

// Range is when the first and the last sample were taken; zero times when there
// are none.
func (d *DB) Range() (first, last time.Time) {
	for i, b := range d.blocks {
		if i == 0 {
			first = time.UnixMilli(b.MinTime()).UTC()
		}
		// A block ends before its end.
		if end := time.UnixMilli(b.MaxTime() - 1).UTC(); end.After(last) {
			last = end
		}
	}
	return first, last
}

// Close gives back what Open took.
func (d *DB) Close() error {
	var errs []error
	for _, b := range d.blocks {
		errs = append(errs, b.Close())
	}
	if d.temp != "" {
		errs = append(errs, os.RemoveAll(d.temp))
	}
	return errors.Join(errs...)
}
