package noise

import (
	"math/bits"

	"gonum.org/v1/gonum/stat/combin"
)

// MaxRuns of one side that can be judged.
const MaxRuns = 16

// maxDecoys bounds the divisions of many runs that are tried: five runs a side
// have 125, eight have 6,434.
const maxDecoys = 125

// Runs is a set of runs of both sides. Where there are n of each, bit r stands
// for run r of the baseline and bit n+r for run r of the candidate.
type Runs uint64

// Baseline is all n runs of the baseline.
func Baseline(n int) Runs { return 1<<n - 1 }

// Has says whether the set has the run, by its bit.
func (r Runs) Has(run int) bool { return r>>run&1 == 1 }

// Count is the number of runs in the set.
func (r Runs) Count() int { return bits.OnesCount64(uint64(r)) }

// rest are the runs, of n a side, that are not in the set.
func (r Runs) rest(n int) Runs { return ^r & (1<<(2*n) - 1) }

// Decoys are the divisions of n runs a side into two groups of n that mix the
// sides, each as one of its groups; the rest is the other. Two runs a side have
// 2 of them, three have 9, one has none. Of many runs' divisions some are taken,
// evenly, and the same each time.
func Decoys(n int) []Runs {
	if n < 2 {
		return nil
	}
	// The first run is always in the group, so that no division comes twice; the
	// first combination of the others is the true division.
	all := combin.Binomial(2*n-1, n-1)
	wanted := min(all-1, maxDecoys)
	decoys := make([]Runs, 0, wanted)
	chosen := make([]int, n-1)
	for i := range wanted {
		group := Runs(1)
		for _, run := range combin.IndexToCombination(chosen, 1+i*(all-1)/wanted, 2*n-1, n-1) {
			group |= 1 << (run + 1)
		}
		decoys = append(decoys, group)
	}
	return decoys
}

// decoy is the share of the decoys of n runs a side that pass for a difference.
func decoy(n int, differs func(group Runs) bool) float64 {
	decoys := Decoys(n)
	found := 0
	for _, group := range decoys {
		if differs(group) {
			found++
		}
	}
	return float64(found) / float64(max(len(decoys), 1))
}
