package compare

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/rehearse-dev/rehearse/clusters"
	"github.com/rehearse-dev/rehearse/clusters/parity"
	"github.com/rehearse-dev/rehearse/harness/catalogue"
	"github.com/rehearse-dev/rehearse/harness/compare/noise"
	"github.com/rehearse-dev/rehearse/harness/record"
	"github.com/rehearse-dev/rehearse/scenarios"
)

// Input is what one comparison judges.
type Input struct {
	// Scenario names the agents whose signals are judged, and tells shipped
	// suites from the user's own.
	Scenario *scenarios.Scenario
	// Assets holds the files that the scenario's assets name, below the paths that
	// it has for them; nil when it names none.
	Assets fs.FS
	// Baseline and Candidate are the runs of each side, equally many and at least
	// one.
	Baseline, Candidate []*record.Recording
	// FailOn is the mildest severity that makes the verdict different; empty
	// means Changes.
	FailOn Severity
	// Expectations accept differences; nil accepts none. Strict makes the verdict
	// different when one of them no longer holds.
	Expectations *scenarios.Expectations
	Strict       bool
	// Against is an earlier rehearsal to compare the findings with; nil for none.
	Against *Earlier
	// Warnings are what has to be said of the recordings themselves.
	Warnings []string
}

// Compare judges the recordings of a rehearsal. The same input gives the same
// comparison.
func Compare(ctx context.Context, in Input) (*Comparison, error) {
	if in.Scenario == nil || len(in.Baseline) == 0 || len(in.Baseline) != len(in.Candidate) {
		return nil, errors.New("comparing: want a scenario, and equally many recordings of both sides")
	}
	if n := len(in.Baseline); n > noise.MaxRuns {
		return nil, fmt.Errorf("comparing: %d runs of each side: at most %d can be judged", n, noise.MaxRuns)
	}
	known, err := catalogue.Load()
	if err != nil {
		return nil, fmt.Errorf("comparing: %w", err)
	}
	section, measured, err := sections(ctx, in)
	if err != nil {
		return nil, fmt.Errorf("comparing: %w", err)
	}
	ledger, err := parityOf(in)
	if err != nil {
		return nil, fmt.Errorf("comparing: %w", err)
	}
	c := &Comparison{
		APIVersion: APIVersion,
		Scenario:   Scenario{Name: in.Scenario.Metadata.Name, Summary: in.Scenario.Spec.Summary},
		Pair:       Pair{Baseline: side(in.Baseline), Candidate: side(in.Candidate)},
		Parity:     ledger,
		Checks:     section.Checks,
		Assets:     section.Assets,
		Gaps:       gaps(in, section.Gaps),
		Warnings:   slices.Concat(in.Warnings, section.Warnings),
		Noise:      measured,
		Strict:     in.Strict,
	}
	c.Findings = attribution{known, c.Pair}.fold(section.Findings, c.Checks, c.Assets)
	spareProven(c.Findings, c.Checks)
	if err := c.accept(in.Expectations, ended(in)); err != nil {
		return nil, fmt.Errorf("comparing: %w", err)
	}
	c.sort()
	c.since(in.Against)
	c.judge(in.FailOn)
	return c, nil
}

// Comparers lists the comparers of evidence in the order in which they run. Those
// of the user's assets, which read more than recordings, come after them.
func Comparers(s *scenarios.Scenario, assets fs.FS) []Comparer {
	var shipped []string
	for _, suite := range s.Spec.Suites {
		shipped = append(shipped, suite.Builtin...)
	}
	return []Comparer{Specs(shipped), Logs(), Messages(), Agents(s.Spec.Agents), Stimuli(), Stores(s), Events(), Status(), Metrics(s.Spec.Agents), Objects(), Node(), Access(), Searches(assets, s.Spec.Assets.LogSearches)}
}

// sections runs all comparers on every pair of runs, and judges the pairs as one.
func sections(ctx context.Context, in Input) (Section, Noise, error) {
	comparers := append(Comparers(in.Scenario, in.Assets), Rules(ctx, in), Dashboards(ctx, in), Live(ctx, in))
	if len(in.Baseline) > 1 {
		comparers = append(comparers, MetricAmounts(in.Scenario.Spec.Agents), EventAmounts())
	}
	runs := make([]pairRun, len(in.Baseline))
	for i, baseline := range in.Baseline {
		var found []Section
		for _, comparer := range comparers {
			s, err := comparer.compare(baseline, in.Candidate[i])
			if err != nil {
				return Section{}, Noise{}, err
			}
			found = append(found, s)
		}
		runs[i] = newPairRun(join(found...), baseline, in.Candidate[i])
	}
	section, measured := overRuns(runs)
	return section, measured, nil
}

// parityOf is the ledger of all runs. What differs between the runs of one side
// is shown with all its values.
func parityOf(in Input) ([]clusters.Parity, error) {
	var sides [2]map[string]string
	for i, runs := range [2][]*record.Recording{in.Baseline, in.Candidate} {
		values := map[string][]string{}
		for _, r := range runs {
			properties, err := r.Parity()
			if err != nil {
				return nil, fmt.Errorf("reading parity: %w", err)
			}
			for name, value := range properties {
				if !slices.Contains(values[name], value) {
					values[name] = append(values[name], value)
				}
			}
		}
		sides[i] = map[string]string{}
		for name, all := range values {
			slices.Sort(all)
			sides[i][name] = strings.Join(all, "; ")
		}
	}
	return parity.Ledger(sides[0], sides[1]), nil
}

func side(runs []*record.Recording) Side {
	meta := runs[0].Meta
	return Side{Runtime: meta.Runtime, Versions: meta.Versions, Runs: len(runs)}
}

// gaps are those of the recordings and those that comparing came upon.
func gaps(in Input, found []Gap) []Gap {
	all := found
	for i, runs := range [2][]*record.Recording{in.Baseline, in.Candidate} {
		for _, r := range runs {
			for _, g := range r.Meta.Gaps {
				all = append(all, Gap{Side: clusters.Sides()[i], Gap: g})
			}
		}
	}
	slices.SortFunc(all, compareGaps)
	return slices.Compact(all)
}

func compareGaps(a, b Gap) int {
	return strings.Compare(gapText(a), gapText(b))
}

func gapText(g Gap) string {
	return strings.Join([]string{string(g.Side), string(g.Kind), g.Subject, g.Reason}, "\x00")
}
