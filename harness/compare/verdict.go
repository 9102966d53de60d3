package compare

import (
	"cmp"
	"slices"

	"github.com/rehearse-dev/rehearse/harness/record"
)

// sort puts everything into the order in which it is shown.
func (c *Comparison) sort() {
	slices.SortFunc(c.Findings, func(x, y Finding) int {
		return cmp.Or(rank(x.Severity)-rank(y.Severity), explained(x)-explained(y), cmp.Compare(x.ID, y.ID))
	})
	slices.SortFunc(c.Checks, func(x, y Check) int {
		return cmp.Or(cmp.Compare(x.Kind, y.Kind), cmp.Compare(x.Name, y.Name))
	})
	slices.SortFunc(c.Assets, compareAssets)
	slices.SortFunc(c.Gaps, compareGaps)
	slices.Sort(c.Warnings)
}

func explained(f Finding) int {
	if f.Cause == "" {
		return 0
	}
	return 1
}

// null says whether both sides have one runtime. Such a rehearsal asks what the
// harness sees where nothing differs; an agent that needs the other runtime is
// silent on both sides, and proves or hides nothing of that.
func (c *Comparison) null() bool { return c.Pair.Baseline.Runtime == c.Pair.Candidate.Runtime }

// hides says whether a gap may hide a finding. Callers find the same runtime on
// both sides of a null rehearsal: that nobody was allowed to watch them, as root
// alone is, says nothing of the harness.
func (c *Comparison) hides(g Gap) bool { return !c.null() || g.Kind != record.Access }

// judge counts, and reaches the verdict. Where nothing could be compared, nothing
// is equivalent.
func (c *Comparison) judge(failOn Severity) {
	c.Counts = Counts{Checks: len(c.Checks), Gaps: len(c.Gaps), Findings: map[Severity]int{}}
	for _, check := range c.Checks {
		switch check.State {
		case Agrees:
			c.Counts.Agree++
		case Unproven:
			c.Counts.Unproven++
		case Differs:
		}
	}
	different := c.Strict && len(c.Stale()) > 0
	for _, f := range c.Findings {
		c.Counts.Findings[f.Severity]++
		if f.Expected != "" {
			c.Counts.Expected++
			continue
		}
		different = different || rank(f.Severity) <= rank(cmp.Or(failOn, Changes))
	}
	switch {
	case different:
		c.Verdict = Different
	case slices.ContainsFunc(c.Gaps, c.hides), c.Counts.Checks == 0, c.Counts.Unproven > 0 && !c.null():
		c.Verdict = Inconclusive
	default:
		c.Verdict = Equivalent
	}
}
