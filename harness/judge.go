package harness

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"

	"github.com/rehearse-dev/rehearse/clusters"
	"github.com/rehearse-dev/rehearse/harness/compare"
	"github.com/rehearse-dev/rehearse/harness/record"
)

// ComparisonFile is where a run folder's judgement lies.
const ComparisonFile = "comparison.json"

// Judge compares the two recordings of a run folder. It reads nothing else, so
// the same folder gives the same comparison again. A finding of severity failOn
// or graver makes the verdict different.
func Judge(ctx context.Context, run fs.FS, failOn compare.Severity) (*compare.Comparison, error) {
	var r Record
	if err := readJSON(run, RehearsalFile, &r); err != nil {
		return nil, fmt.Errorf("judging: %w", err)
	}
	var recordings [2]*record.Recording
	for i, side := range clusters.Sides() {
		recording, err := record.Open(run, prefix(side, 1))
		if err != nil {
			return nil, fmt.Errorf("judging: %w", err)
		}
		recordings[i] = recording
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
