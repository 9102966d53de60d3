package noise_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/rehearse-dev/rehearse/harness/compare/noise"
)

// The simulated rehearsals: counts of many things in n runs of each side, spread
// as those of logs and metrics are. Counts are negative-binomial, how much they
// vary differs from thing to thing, and some runs are longer than others.
const (
	things = 2000
	// different is the share of things that truly differ: by 3, 6 or 20 times,
	// or by being on one side only.
	different = 0.05
	// coming is the share of things that come and go by chance, where there are
	// such things.
	coming = 0.05
)

type rehearsal struct {
	amounts []noise.Amount
	differs []bool // which truly do
}

// simulation draws rehearsals.
type simulation struct{ *rand.Rand }

func newSimulation(seed uint64) simulation { return simulation{rand.New(rand.NewPCG(seed, 1))} }

func (s simulation) rehearse(n int, share float64, comeAndGo bool) rehearsal {
	sizes := make([]float64, 2*n)
	for i := range sizes {
		sizes[i] = math.Exp(s.NormFloat64() * 0.15)
	}
	var r rehearsal
	for i := range things {
		mean := math.Exp(s.Float64() * math.Log(5000))
		varies := 0.03 / s.gamma(2, 0.5)
		means := [2]float64{mean, mean}
		truly := s.Float64() < share
		if truly {
			means = s.effect(mean)
		}
		r.differs = append(r.differs, truly && max(means[0], means[1]) >= 1)
		a := noise.Amount{Key: strconv.Itoa(i)}
		draw := func(side, run int) float64 { return s.count(means[side]*sizes[side*n+run], varies) }
		if comeAndGo && !truly && s.Float64() < coming {
			mean := math.Exp(math.Log(5) + s.Float64()*math.Log(100))
			draw = func(int, int) float64 { return s.count(mean, 0.05) * float64(s.IntN(2)) }
		}
		for side := range 2 {
			for run := range n {
				a.PerRun[side] = append(a.PerRun[side], draw(side, run))
			}
		}
		r.amounts = append(r.amounts, a)
	}
	return r
}

func (s simulation) effect(mean float64) [2]float64 {
	times := []float64{3, 1. / 3, 6, 1. / 6, 20, 1. / 20}
	switch i := s.IntN(8); i {
	case 6:
		return [2]float64{0, mean}
	case 7:
		return [2]float64{mean, 0}
	default:
		return [2]float64{mean, mean * times[i]}
	}
}

func (s simulation) gamma(shape, scale float64) float64 {
	return distuv.Gamma{Alpha: shape, Beta: 1 / scale, Src: s}.Rand()
}

func (s simulation) count(mean, varies float64) float64 {
	if mean <= 0 {
		return 0
	}
	return distuv.Poisson{Lambda: s.gamma(1/varies, mean*varies), Src: s}.Rand()
}

// tally is what was found in one or more rehearsals.
type tally struct {
	found, false float64
	there        float64 // that truly differ
	rehearsals   float64
}

// add judges a rehearsal; what other lanes than those named find does not count.
func (t *tally) add(r rehearsal, lanes ...noise.Lane) {
	for i, j := range noise.Counts(r.amounts) {
		if r.differs[i] {
			t.there++
		}
		if !j.Differs || len(lanes) > 0 && !slices.Contains(lanes, j.Lane) {
			continue
		}
		t.found++
		if !r.differs[i] {
			t.false++
		}
	}
	t.rehearsals++
}

func (t *tally) falseShare() float64 { return t.false / max(t.found, 1) }
func (t *tally) power() float64      { return (t.found - t.false) / t.there }

// TestSimulation holds the method to what it promises, on seeds that stay the
// same: with three runs a side few of the findings are false and most of what
// differs is found, and where nothing differs nothing is found.
func TestSimulation(t *testing.T) {
	t.Parallel()
	const seeds, runs = 20, 3
	var differing, null tally
	for seed := range uint64(seeds) {
		s := newSimulation(seed)
		differing.add(s.rehearse(runs, different, false))
		null.add(s.rehearse(runs, 0, false))
	}
	t.Logf("false share %.3f, power %.3f; %.2f findings per %d things where nothing differs",
		differing.falseShare(), differing.power(), null.found/null.rehearsals, things)
	if got := differing.falseShare(); got > 0.06 {
		t.Errorf("false share = %.3f, want at most 0.06", got)
	}
	if got := differing.power(); got < 0.75 {
		t.Errorf("power = %.3f, want at least 0.75", got)
	}
	if got := null.found / null.rehearsals; got > 0.5 {
		t.Errorf("findings where nothing differs = %.2f, want at most 0.5", got)
	}
}

// TestPresenceLaneKnowsItsFalseShare adds things that come and go by chance: how
// many of them pass for differences is known without knowing which.
func TestPresenceLaneKnowsItsFalseShare(t *testing.T) {
	t.Parallel()
	const seeds = 40
	for _, n := range []int{2, 3} {
		var presence tally
		expected := 0.0
		for seed := range uint64(seeds) {
			r := newSimulation(seed).rehearse(n, different, true)
			presence.add(r, noise.Presence)
			expected += decoyed(r.amounts, n, noise.Presence)
		}
		t.Logf("%d runs a side: %.1f found, %.1f false, %.1f expected to be false",
			n, presence.found/seeds, presence.false/seeds, expected/seeds)
		if off := math.Abs(expected-presence.false) / seeds; off > 1 {
			t.Errorf("%d runs a side: %.2f false findings, %.2f expected", n, presence.false/seeds, expected/seeds)
		}
	}
}

// decoyed is how many findings of a lane are to be expected by chance.
func decoyed(amounts []noise.Amount, n int, lane noise.Lane) float64 {
	found := 0.0
	for _, group := range noise.Decoys(n) {
		for _, j := range noise.Counts(noise.Divide(amounts, group)) {
			if j.Differs && j.Lane == lane {
				found++
			}
		}
	}
	return found / float64(len(noise.Decoys(n)))
}

// BenchmarkSimulation repeats the simulation on seeds of its own, as many as
// -benchtime asks for, and reports what the test bounds.
func BenchmarkSimulation(b *testing.B) {
	for _, n := range []int{2, 3, 5} {
		b.Run(fmt.Sprintf("%d runs a side", n), func(b *testing.B) {
			var differing, mixed, null tally
			seed := uint64(1000)
			for b.Loop() {
				s := newSimulation(seed)
				differing.add(s.rehearse(n, different, false))
				mixed.add(s.rehearse(n, different, true))
				null.add(s.rehearse(n, 0, false))
				seed++
			}
			b.ReportMetric(differing.falseShare(), "false-share")
			b.ReportMetric(differing.power(), "power")
			b.ReportMetric(mixed.falseShare(), "false-share-coming-and-going")
			b.ReportMetric(null.found/null.rehearsals, "null-findings")
		})
	}
}

func BenchmarkCounts(b *testing.B) {
	r := newSimulation(1).rehearse(3, different, true)
	b.ReportAllocs()
	for b.Loop() {
		noise.Counts(r.amounts)
	}
}
