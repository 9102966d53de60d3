package noise

import (
	"cmp"
	"math"
	"slices"

	"gonum.org/v1/gonum/mathext"
)

// The moderated t-test is limma's: G. K. Smyth, "Linear models and empirical
// Bayes methods for assessing differential expression in microarray experiments",
// Stat. Appl. Genet. Mol. Biol. 3 (2004), sections 5 and 6; with a prior that
// follows the mean, "limma-trend": Law and others, "voom: precision weights
// unlock linear model analysis tools for RNA-seq read counts", Genome Biology 15
// (2014). A few runs say little of how much one thing varies, but thousands of
// things say together how much things of their size do. Each variance is drawn
// towards that.

const (
	// maxPrior bounds how many runs the common variance may weigh against those
	// of the thing itself.
	maxPrior = 20
	// minWindow is how many things on each side of one, in the order of their
	// means, tell how much things of its size vary.
	minWindow = 50
	// minLearned is from how many things on a common variance is learned; fewer
	// are tested on their own.
	minLearned = 10
	// minVariance stands in for the variance of what did not vary at all.
	minVariance = 1e-6
)

// row is one amount on the scale on which it is tested.
type row struct {
	mean     [2]float64
	variance float64 // within the sides
	n        [2]float64
}

func newRow(a Amount, scale func(value float64, side, run int) float64) row {
	var r row
	var squares float64
	for side, runs := range a.PerRun {
		r.n[side] = float64(len(runs))
		for run, value := range runs {
			r.mean[side] += scale(value, side, run) / r.n[side]
		}
		for run, value := range runs {
			distance := scale(value, side, run) - r.mean[side]
			squares += distance * distance
		}
	}
	r.variance = squares / r.freedom()
	return r
}

// freedom is the number of runs beyond what it takes to know both means.
func (r row) freedom() float64 { return r.n[0] + r.n[1] - 2 }

// level is what the expected variance depends on.
func (r row) level() float64 { return max(r.mean[0], r.mean[1]) }

// moderate returns the p-value of each row, all of which have the same runs.
func moderate(rows []row, trend bool) []float64 {
	p := make([]float64, len(rows))
	if len(rows) == 0 {
		return p
	}
	before := learn(rows, trend)
	for i, r := range rows {
		d := r.freedom()
		variance := (before.freedom*before.variance[i] + d*r.variance) / (before.freedom + d)
		variance = max(variance, minVariance)
		t := (r.mean[1] - r.mean[0]) / math.Sqrt(variance*(1/r.n[0]+1/r.n[1]))
		p[i] = tail(t, before.freedom+d)
	}
	return p
}

// tail is how likely Student's t is to be this far from zero, on either side.
func tail(t, freedom float64) float64 {
	return mathext.RegIncBeta(freedom/2, 0.5, freedom/(freedom+t*t))
}

// prior is what all rows together say of the variance of each.
type prior struct {
	variance []float64
	freedom  float64 // how many runs that is worth
}

// learn fits the prior by the moments of the logarithms of the variances, whose
// distribution is known when the variances vary as chi-square does.
func learn(rows []row, trend bool) prior {
	none := prior{variance: make([]float64, len(rows))}
	d := rows[0].freedom()
	order, logs := varying(rows, d)
	if len(order) < minLearned {
		return none
	}
	expected := trendOf(rows, order, logs, trend)
	spread := 0.0
	for i, at := range order {
		spread += (logs[i] - expected[at]) * (logs[i] - expected[at]) / float64(len(order)-1)
	}
	none.freedom = maxPrior
	// What is left of the spread, besides that of chi-square, is that of the
	// variances themselves.
	if left := spread - trigamma(d/2); left > 0 {
		none.freedom = min(maxPrior, 2*inverseTrigamma(left))
	}
	half := none.freedom / 2
	for i := range rows {
		none.variance[i] = math.Exp(expected[i] + mathext.Digamma(half) - math.Log(half))
	}
	return none
}

// varying are the rows that vary, by their level, and the logarithm of each one's
// variance without what chance puts it off by on average.
func varying(rows []row, d float64) (order []int, logs []float64) {
	for i, r := range rows {
		if r.variance > 0 {
			order = append(order, i)
		}
	}
	slices.SortFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(rows[a].level(), rows[b].level()), a-b)
	})
	for _, i := range order {
		logs = append(logs, math.Log(rows[i].variance)-mathext.Digamma(d/2)+math.Log(d/2))
	}
	return order, logs
}

// trendOf is the mean of the logarithms around each row's level, or without a
// trend the mean of all.
func trendOf(rows []row, order []int, logs []float64, trend bool) []float64 {
	sums := make([]float64, len(logs)+1)
	for i, l := range logs {
		sums[i+1] = sums[i] + l
	}
	window := len(order)
	if trend {
		window = max(minWindow, len(order)/20)
	}
	expected := make([]float64, len(rows))
	for i, r := range rows {
		at, _ := slices.BinarySearchFunc(order, r.level(), func(other int, level float64) int {
			return cmp.Compare(rows[other].level(), level)
		})
		low, high := max(0, at-window), min(len(order), at+window+1)
		expected[i] = (sums[high] - sums[low]) / float64(high-low)
	}
	return expected
}

// trigamma is the derivative of digamma.
func trigamma(x float64) float64 { return mathext.Zeta(2, x) }

// inverseTrigamma solves trigamma(x) = y for y above zero by Newton's method on
// 1/trigamma, which is nearly straight, so that it never leaves the way (Smyth's
// appendix).
func inverseTrigamma(y float64) float64 {
	x := 0.5 + 1/y
	for range 50 {
		value := trigamma(x)
		// Zeta(3, x) times -2 is the derivative of trigamma.
		step := value * (1 - value/y) / (-2 * mathext.Zeta(3, x))
		x += step
		if math.Abs(step) < 1e-9*x {
			break
		}
	}
	return x
}
