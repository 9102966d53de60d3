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
	"github.com/rehearse-dev/rehearse/scenarios"
)

// ComparisonFile is where a run folder's judgement lies.
const ComparisonFile = "comparison.json"

// Judging says how recordings are to be judged. The zero value judges them as the
// scenario asks for.
type Judging struct {
	// FailOn is the mildest severity that makes the verdict different; empty means
	// changes.
	FailOn compare.Severity
	// Expectations take the place of those in the run folder; nil leaves these.
	Expectations *scenarios.Expectations
	// Strict makes the verdict different when an expectation no longer holds.
	Strict bool
	// Against is an earlier rehearsal to compare the findings with; nil for none.
	Against *compare.Earlier
}

// Judge compares the recordings of a run folder, all of its runs. It reads
// nothing else, so the same folder gives the same comparison again.
func Judge(ctx context.Context, run fs.FS, how Judging) (_ *compare.Comparison, err error) {
	var r Record
	if err := readJSON(run, RehearsalFile, &r); err != nil {
		return nil, fmt.Errorf("judging: %w", err)
	}
	in := compare.Input{Scenario: r.Scenario, FailOn: how.FailOn, Expectations: how.Expectations, Strict: how.Strict, Against: how.Against}
	if in.Assets, err = fs.Sub(run, AssetsDir); err != nil {
		return nil, fmt.Errorf("judging: %w", err)
	}
	if in.Expectations == nil {
		if in.Expectations, err = expectations(run); err != nil {
			return nil, fmt.Errorf("judging: %w", err)
		}
	}
	opened := &openings{run: run}
	defer func() { err = errors.Join(err, opened.close()) }()
	if err := opened.all(&r, &in); err != nil {
		return nil, fmt.Errorf("judging: %w", err)
	}
	if n := len(in.Baseline); n < r.Repeat {
		in.Warnings = append(in.Warnings, fmt.Sprintf("%d of %d runs were recorded to their end: the others are left out", n, r.Repeat))
	}
	return compare.Compare(ctx, in)
}

// expectations are those that the run folder holds; nil without any.
func expectations(run fs.FS) (*scenarios.Expectations, error) {
	content, err := fs.ReadFile(run, scenarios.ExpectationsFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return scenarios.ReadExpectations(scenarios.ExpectationsFile, content)
}

// complete is how many runs at most are whole: a rehearsal that failed did so in
// its last run, which shows too little.
func (r *Record) complete() int {
	if r.Error != "" {
		return r.Runs
	}
	return MaxRepeat
}

// openings are the recordings of a run folder while they are judged, with their
// time series.
type openings struct {
	run    fs.FS
	opened []io.Closer
}

func (o *openings) close() error {
	var errs []error
	for _, c := range o.opened {
		errs = append(errs, c.Close())
	}
	return errors.Join(errs...)
}

// all opens both recordings of every run that is whole.
func (o *openings) all(r *Record, in *compare.Input) error {
	for n := 1; n == 1 || n <= r.complete(); n++ {
		pair, err := o.pair(n)
		if n > 1 && errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		in.Baseline, in.Candidate = append(in.Baseline, pair[0]), append(in.Candidate, pair[1])
	}
	return nil
}

func (o *openings) pair(n int) ([2]*record.Recording, error) {
	var pair [2]*record.Recording
	for i, side := range clusters.Sides() {
		r, err := record.Open(o.run, prefix(side, n))
		if err != nil {
			return pair, err
		}
		pair[i] = r
		db, err := series.Open(o.run, r.Prefix)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return pair, err
		}
		r.Series = db
		o.opened = append(o.opened, db)
	}
	return pair, nil
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
