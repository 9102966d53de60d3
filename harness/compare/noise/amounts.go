package noise

import (
	"math"
	"slices"
)

// Amount is how much of one thing each run showed; all sides have equally many
// runs, baseline first. Zero means that a run showed none.
type Amount struct {
	Key    string
	PerRun [2][]float64
}

// Lane is what an amount was judged by.
type Lane string

// The lanes of amounts.
const (
	// Unjudged is what no run or hardly any showed, and what never varied.
	Unjudged Lane = ""
	Presence Lane = "presence"
	Amounts  Lane = "amounts"
)

// Judgement is what is known of one amount over all runs.
type Judgement struct {
	Key  string
	Lane Lane
	// Fold is how many times as much the candidate showed, as a power of two; in
	// the amount lane only.
	Fold float64
	// P is how likely a difference this large is when the sides do not matter, and
	// Q the share of false ones among all findings if this is one; in the amount
	// lane only.
	P, Q float64
	// Differs says that the sides differ.
	Differs bool
}

const (
	// often is how much of something there must be in some run before its absence
	// in others is judged.
	often = 5
	// minFold is the least difference that counts, as a power of two: half or
	// twice as much.
	minFold = 1
	// offset keeps the logarithms of small counts from running away.
	offset = 0.5
)

// Counts judges how often things happened. Runs that went on for longer, and so
// counted more of everything, are levelled first.
func Counts(amounts []Amount) []Judgement {
	lane := sort(amounts)
	sizes := sizeFactors(amounts)
	return lane.judge(func(value float64, side, run int) float64 {
		return math.Log2(value/sizes[side][run] + offset)
	}, true)
}

// Levels judges how high things stood, such as bytes or seconds, whatever their
// unit. Nothing is a multiple of nought: what stood there in some run and is no matter
// of presence is not judged.
func Levels(amounts []Amount) []Judgement {
	s := sort(amounts)
	for i, a := range amounts {
		if s.lanes[i] == Amounts && a.least() <= 0 {
			s.lanes[i] = Unjudged
		}
	}
	return s.judge(func(value float64, _, _ int) float64 { return math.Log2(value) }, false)
}

// sorted are amounts and the lane that each belongs to.
type sorted struct {
	amounts []Amount
	lanes   []Lane
}

func sort(amounts []Amount) sorted {
	s := sorted{amounts, make([]Lane, len(amounts))}
	for i, a := range amounts {
		s.lanes[i] = a.lane()
	}
	return s
}

// lane is the presence lane for what some run showed often and others not at all,
// and the amount lane for all else that varies. Where no run shows much of it, one
// without any is no absence, and the others say nothing of how much there is.
func (a Amount) lane() Lane {
	all := slices.Concat(a.PerRun[0], a.PerRun[1])
	switch {
	case len(all) < 4, slices.Min(all) == slices.Max(all): // one run a side, or nothing that varies
		return Unjudged
	case a.oneSided(), gaps(a.PerRun[0]), gaps(a.PerRun[1]):
		return Presence
	case slices.Min(all) <= 0 && slices.Max(all) < often:
		return Unjudged
	default:
		return Amounts
	}
}

func (a Amount) least() float64 { return min(slices.Min(a.PerRun[0]), slices.Min(a.PerRun[1])) }

// oneSided says whether each run of one side showed it often, and no run of the
// other at all.
func (a Amount) oneSided() bool {
	b, c := a.PerRun[0], a.PerRun[1]
	return slices.Min(b) >= often && slices.Max(c) == 0 || slices.Min(c) >= often && slices.Max(b) == 0
}

// gaps says whether some of a side's runs showed it often and others not at all.
func gaps(runs []float64) bool { return slices.Min(runs) <= 0 && slices.Max(runs) >= often }

// judge judges each amount by its lane; those of the amount lane on the scale
// that is given, and with variances that follow the mean if trend is set.
func (s sorted) judge(scale func(value float64, side, run int) float64, trend bool) []Judgement {
	judged := make([]Judgement, len(s.amounts))
	var rows []row
	var of []int
	for i, a := range s.amounts {
		judged[i] = Judgement{Key: a.Key, Lane: s.lanes[i]}
		switch s.lanes[i] {
		case Presence:
			judged[i].Differs = a.oneSided()
		case Amounts:
			rows, of = append(rows, newRow(a, scale)), append(of, i)
		case Unjudged:
		}
	}
	p := moderate(rows, trend)
	q := benjaminiHochberg(p)
	for at, i := range of {
		j := &judged[i]
		j.Fold, j.P, j.Q = rows[at].mean[1]-rows[at].mean[0], p[at], q[at]
		j.Differs = j.Q <= Q && math.Abs(j.Fold) >= minFold
	}
	return judged
}

// Divide is the amounts with the runs of the group as the baseline, and the rest
// as the candidate.
func Divide(amounts []Amount, group Runs) []Amount {
	divided := make([]Amount, len(amounts))
	for i, a := range amounts {
		divided[i] = Amount{Key: a.Key}
		for run, value := range slices.Concat(a.PerRun[0], a.PerRun[1]) {
			side := 1
			if group.Has(run) {
				side = 0
			}
			divided[i].PerRun[side] = append(divided[i].PerRun[side], value)
		}
	}
	return divided
}

// minSized is how many things every run must have counted before runs can be
// levelled by them.
const minSized = 10

// sizeFactors are by how much each run counted more than the others: the median
// ratio, over all that every run counted, to its geometric mean (Anders and Huber,
// "Differential expression analysis for sequence count data", Genome Biology 11,
// 2010).
func sizeFactors(amounts []Amount) [2][]float64 {
	var ratios [2][][]float64
	for _, a := range amounts {
		all := slices.Concat(a.PerRun[0], a.PerRun[1])
		if slices.Min(all) <= 0 {
			continue
		}
		mean := 0.0
		for _, value := range all {
			mean += math.Log(value) / float64(len(all))
		}
		for side, runs := range a.PerRun {
			for run, value := range runs {
				if len(ratios[side]) == run {
					ratios[side] = append(ratios[side], nil)
				}
				ratios[side][run] = append(ratios[side][run], math.Log(value)-mean)
			}
		}
	}
	var sizes [2][]float64
	for side := range sizes {
		for run := range runsOf(amounts, side) {
			size := 1.0
			if run < len(ratios[side]) && len(ratios[side][run]) >= minSized {
				size = math.Exp(median(ratios[side][run]))
			}
			sizes[side] = append(sizes[side], size)
		}
	}
	return sizes
}

func runsOf(amounts []Amount, side int) int {
	if len(amounts) == 0 {
		return 0
	}
	return len(amounts[0].PerRun[side])
}

func median(values []float64) float64 {
	slices.Sort(values)
	half := len(values) / 2
	if len(values)%2 == 1 {
		return values[half]
	}
	return (values[half-1] + values[half]) / 2
}
