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
}

// Compare judges the recordings of a rehearsal. The same input gives the same
// comparison.
func Compare(ctx context.Context, in Input) (*Comparison, error) {
	if in.Scenario == nil || len(in.Baseline) == 0 || len(in.Baseline) != len(in.Candidate) {
		return nil, errors.New("comparing: want a scenario, and equally many recordings of both sides")
	}
	known, err := catalogue.Load()
	if err != nil {
		return nil, fmt.Errorf("comparing: %w", err)
	}
	section, err := sections(ctx, in)
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
		Warnings:   section.Warnings,
	}
	c.Findings = attribution{known, c.Pair}.fold(section.Findings, c.Checks, c.Assets)
	c.sort()
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

func sections(ctx context.Context, in Input) (Section, error) {
	runs := make([]Section, len(in.Baseline))
	comparers := append(Comparers(in.Scenario, in.Assets), Rules(ctx, in), Dashboards(ctx, in))
	for i := range in.Baseline {
		for _, comparer := range comparers {
			s, err := comparer.compare(in.Baseline[i], in.Candidate[i])
			if err != nil {
				return Section{}, err
			}
			runs[i] = join(runs[i], s)
		}
	}
	return repeated(runs), nil
}

// parityOf is the ledger of the first run: the pair stays the same in all.
func parityOf(in Input) ([]clusters.Parity, error) {
	b, err := in.Baseline[0].Parity()
	if err != nil {
		return nil, fmt.Errorf("reading parity: %w", err)
	}
	c, err := in.Candidate[0].Parity()
	if err != nil {
		return nil, fmt.Errorf("reading parity: %w", err)
	}
	return parity.Ledger(b, c), nil
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
