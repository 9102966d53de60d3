package noise

import (
	"cmp"
	"slices"
)

// Q is the share of false findings that the amount lane allows.
const Q = 0.05

// benjaminiHochberg turns p-values into q-values: the smallest share of false
// discoveries at which each would be one (Benjamini and Hochberg, "Controlling
// the false discovery rate", J. R. Stat. Soc. B 57, 1995). It holds for tests
// that do not depend on each other, and for those that rise and fall together.
func benjaminiHochberg(p []float64) []float64 {
	order := make([]int, len(p))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(p[a], p[b]) })
	q := make([]float64, len(p))
	least := 1.0
	for rank := len(order); rank > 0; rank-- {
		i := order[rank-1]
		least = min(least, p[i]*float64(len(p))/float64(rank))
		q[i] = least
	}
	return q
}
