package harness

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"github.com/rehearse-dev/rehearse/clusters"
	"github.com/rehearse-dev/rehearse/harness/compare"
	"github.com/rehearse-dev/rehearse/harness/record"
	"github.com/rehearse-dev/rehearse/harness/record/series"
)

// ComparisonFile is where a run folder's judgement lies.
const ComparisonFile = "comparison.json"

// Judge compares the two recordings of a run folder. It reads nothing else, so
// the same folder gives the same comparison again. A finding of severity failOn
// or graver makes the verdict different.
func Judge(ctx context.Context, run fs.FS, failOn compare.Severity) (_ *compare.Comparison, err error) {
	var r Record
	if err := readJSON(run, RehearsalFile, &r); err != nil {
		return nil, fmt.Errorf("judging: %w", err)
	}
	recordings, closeAll, err := openRecordings(run)
	defer func() { err = errors.Join(err, closeAll()) }()
	if err != nil {
		return nil, fmt.Errorf("judging: %w", err)
	}
	assets, err := fs.Sub(run, AssetsDir)
	if err != nil {
		return nil, fmt.Errorf("judging: %w", err)
	}
	return compare.Compare(ctx, compare.Input{
		Scenario:  r.Scenario,
		Assets:    assets,
		Baseline:  recordings[:1],
		Candidate: recordings[1:],
		FailOn:    failOn,
	})
}

// openRecordings opens both recordings with their time series. Whatever it
// returns, the function gives back what was opened.
func openRecordings(run fs.FS) (recordings [2]*record.Recording, closeAll func() error, err error) {
	var opened []io.Closer
	closeAll = func() error {
		var errs []error
		for _, c := range opened {
			errs = append(errs, c.Close())
		}
		return errors.Join(errs...)
	}
	for i, side := range clusters.Sides() {
		r, err := record.Open(run, prefix(side, 1))
		if err != nil {
			return recordings, closeAll, err
		}
		recordings[i] = r
		db, err := series.Open(run, r.Prefix)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return recordings, closeAll, err
		}
		r.Series, opened = db, append(opened, db)
	}
	return recordings, closeAll, nil
}

// ReadComparison reads the judgement of a run folder.
func ReadComparison(run fs.FS) (*compare.Comparison, error) {
	var c compare.Comparison
	if err := readJSON(run, ComparisonFile, &c); err != nil {
		return nil, fmt.Errorf("reading comparison: %w", err)
	}
	return &c, nil
}

func readJSON(run fs.FS, name string, v any) error {
	raw, err := fs.ReadFile(run, name)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(raw, v); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}
