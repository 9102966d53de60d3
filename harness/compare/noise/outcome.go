package noise

import (
	"math"

	"gonum.org/v1/gonum/stat/combin"
)

// Alpha is how unlikely counts must be, if the sides do not matter, to count as a
// difference although some runs went the other way.
const Alpha = 0.05

// Outcome is in which of n runs of each side something worked.
type Outcome struct {
	Worked Runs
	N      int // runs of each side
}

// Counts are the numbers of runs in which it worked, baseline first.
func (o Outcome) Counts() [2]int { return o.counts(Baseline(o.N)) }

// Steady says whether all runs of both sides went one way.
func (o Outcome) Steady() bool { return o.Worked == 0 || o.Worked.Count() == 2*o.N }

// Differs says whether it worked in all runs of one side and in none of the
// other, or in counts too far apart for chance.
func (o Outcome) Differs() bool { return o.differs(Baseline(o.N)) }

// Decoy is how often, among all decoys, the outcome differs between groups that
// mix the sides: from 0 to 1.
func (o Outcome) Decoy() float64 { return decoy(o.N, o.differs) }

// P is how likely counts as far apart as these, or further, are when the sides do
// not matter.
func (o Outcome) P() float64 { return fisher(o.Counts(), o.N) }

func (o Outcome) counts(group Runs) [2]int {
	return [2]int{(o.Worked & group).Count(), (o.Worked & group.rest(o.N)).Count()}
}

func (o Outcome) differs(group Runs) bool {
	counts := o.counts(group)
	flipped := counts == [2]int{o.N, 0} || counts == [2]int{0, o.N}
	return flipped || fisher(counts, o.N) <= Alpha
}

// fisher is the exact test of both directions (R. A. Fisher, "On the
// interpretation of χ² from contingency tables", J. R. Stat. Soc. 85, 1922). With
// the totals given, the first count is hypergeometric.
func fisher(worked [2]int, n int) float64 {
	all := worked[0] + worked[1]
	seen := hypergeometric(worked[0], all, n)
	p := 0.0
	for k := max(0, all-n); k <= min(n, all); k++ {
		// As likely but for rounding counts as well.
		if chance := hypergeometric(k, all, n); chance <= seen*(1+1e-9) {
			p += chance
		}
	}
	return min(p, 1)
}

// hypergeometric is how likely it is that k of the first n runs are among all
// that worked, of 2n.
func hypergeometric(k, all, n int) float64 {
	runs := float64(n)
	return math.Exp(combin.LogGeneralizedBinomial(runs, float64(k)) +
		combin.LogGeneralizedBinomial(runs, float64(all-k)) -
		combin.LogGeneralizedBinomial(2*runs, float64(all)))
}
