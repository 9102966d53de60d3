package noise_test

import (
	"math"
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/rehearse-dev/rehearse/harness/compare/noise"
)

func near(got, want, within float64) bool { return math.Abs(got-want) <= within }

func TestDecoysMixTheSidesOnceEach(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]int{0: 0, 1: 0, 2: 2, 3: 9, 4: 34, 5: 125, 8: 125, noise.MaxRuns: 125} {
		seen := map[noise.Runs]bool{}
		for _, group := range noise.Decoys(n) {
			if group.Count() != n || group == noise.Baseline(n) || group&noise.Baseline(n) == 0 || seen[group] {
				t.Errorf("Decoys(%d) has %b", n, group)
			}
			seen[group] = true
		}
		if len(seen) != want {
			t.Errorf("Decoys(%d) are %d, want %d", n, len(seen), want)
		}
	}
}

func TestSightingDiffers(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		values  []noise.Runs // three runs of the candidate, then three of the baseline
		partial bool
		want    bool
	}{
		"in every run":                                   {[]noise.Runs{0b111111}, false, false},
		"lost":                                           {[]noise.Runs{0b000111}, false, true},
		"new":                                            {[]noise.Runs{0b111000}, false, true},
		"missing in one run of the baseline":             {[]noise.Runs{0b000011}, false, false},
		"in one run of the candidate too":                {[]noise.Runs{0b001111}, false, false},
		"another value on each side":                     {[]noise.Runs{0b000111, 0b111000}, false, true},
		"one more value on one side":                     {[]noise.Runs{0b111111, 0b000111}, false, true},
		"one more value, where some may be missed":       {[]noise.Runs{0b111111, 0b000111}, true, false},
		"lost, where some may be missed":                 {[]noise.Runs{0b000111}, true, true},
		"another on each side, where some may be missed": {[]noise.Runs{0b000111, 0b111000}, true, true},
		"something else in every run of one side only":   {[]noise.Runs{1, 2, 4}, false, true},
		"something else in every run":                    {[]noise.Runs{1, 2, 4, 8, 16, 32}, false, false},
		"values that come again, never on the other":     {[]noise.Runs{0b000101, 0b000010, 0b011000, 0b100000}, false, true},
		"values that come again on one side only":        {[]noise.Runs{0b000101, 0b000010, 8, 16, 32}, false, false},
		"values that go over to the other side":          {[]noise.Runs{0b000101, 0b001010, 0b110000}, false, false},
		"nothing":                                        {nil, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := noise.Sighting{Values: row.values, N: 3, Partial: row.partial}
			if got := s.Differs(); got != row.want {
				t.Errorf("%06b differs = %t, want %t", row.values, got, row.want)
			}
		})
	}
}

// TestDecoysEstimateByExchangeability compares the decoys with the formula for
// values that n of 2n runs show: of M in mixed ways, 2M/(C(2n,n)-2) are expected
// to look like a difference.
func TestDecoysEstimateByExchangeability(t *testing.T) {
	t.Parallel()
	for n, ways := range map[int]float64{2: 6, 3: 20, 4: 70} {
		mixed, estimate := 0.0, 0.0
		for runs := range noise.Runs(1 << (2 * n)) {
			s := noise.Sighting{Values: []noise.Runs{runs}, N: n}
			if runs.Count() == n && !s.Differs() {
				mixed++
			}
			estimate += s.Decoy()
		}
		if want := 2 * mixed / (ways - 2); !near(estimate, want, 1e-9) {
			t.Errorf("%d runs a side: decoys expect %.3f, the formula %.3f", n, estimate, want)
		}
	}
}

func TestOutcome(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		worked          noise.Runs // the candidate's runs, then the baseline's
		n               int
		p               float64
		differs, steady bool
	}{
		"Fisher's lady tasting tea":      {0b0001_0111, 4, 34. / 70, false, false},
		"all of four cups":               {0b0000_1111, 4, 2. / 70, true, false},
		"a flip in one run":              {0b0_1, 1, 1, true, false},
		"a flip in three runs":           {0b111_000, 3, 0.1, true, false},
		"always":                         {0b111_111, 3, 1, false, true},
		"never":                          {0, 3, 1, false, true},
		"once not":                       {0b110_111, 3, 1, false, false},
		"always on one side, else once":  {0b00010_11111, 5, 10. / 210, true, false},
		"always on one side, else twice": {0b00110_11111, 5, 40. / 240, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := noise.Outcome{Worked: row.worked, N: row.n}
			if got := o.P(); !near(got, row.p, 1e-9) {
				t.Errorf("P = %v, want %v", got, row.p)
			}
			if o.Differs() != row.differs || o.Steady() != row.steady {
				t.Errorf("differs %t, steady %t; want %t, %t", o.Differs(), o.Steady(), row.differs, row.steady)
			}
		})
	}
}

func TestOutcomesOfDecoys(t *testing.T) {
	t.Parallel()
	for worked, want := range map[noise.Runs]float64{
		0b000_111: 0,      // a flip between the sides is none between mixed groups
		0b001_011: 1. / 9, // one division of nine tells these runs apart
		0b000_011: 0,
	} {
		if got := (noise.Outcome{Worked: worked, N: 3}).Decoy(); !near(got, want, 1e-9) {
			t.Errorf("decoys of %06b = %v, want %v", worked, got, want)
		}
	}
}

// few are too few amounts to learn from: each is tested by Student's t alone.
func TestLevelsOfFewThingsAreStudents(t *testing.T) {
	t.Parallel()
	powers := func(exponents ...float64) []float64 {
		for i, e := range exponents {
			exponents[i] = math.Exp2(e)
		}
		return exponents
	}
	got := noise.Levels([]noise.Amount{
		{Key: "three apart", PerRun: [2][]float64{powers(1, 2, 3), powers(4, 5, 6)}},
		{Key: "the same", PerRun: [2][]float64{powers(1, 2, 3), powers(1, 2, 3)}},
		{Key: "constant", PerRun: [2][]float64{powers(1, 1, 1), powers(1, 1, 1)}},
		{Key: "exactly twice as much", PerRun: [2][]float64{powers(1, 1, 1), powers(2, 2, 2)}},
		{Key: "exactly, but less than twice", PerRun: [2][]float64{powers(1, 1, 1), powers(1.5, 1.5, 1.5)}},
	})
	want := []noise.Judgement{
		// t = 3/sqrt(1*(1/3+1/3)) with 4 degrees of freedom.
		{Key: "three apart", Lane: noise.Amounts, Fold: 3, P: 0.021312, Q: 0.028416, Differs: true},
		{Key: "the same", Lane: noise.Amounts, P: 1, Q: 1},
		{Key: "constant"},
		{Key: "exactly twice as much", Lane: noise.Amounts, Fold: 1, Differs: true},
		{Key: "exactly, but less than twice", Lane: noise.Amounts, Fold: 0.5},
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateApprox(0, 1e-6)); diff != "" {
		t.Errorf("Levels (-want +got):\n%s", diff)
	}
}

func TestCountsChooseTheLane(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		perRun  [2][]float64
		lane    noise.Lane
		differs bool
	}{
		"none":                          {[2][]float64{{0, 0}, {0, 0}}, noise.Unjudged, false},
		"one run a side":                {[2][]float64{{9}, {0}}, noise.Unjudged, false},
		"many, then none":               {[2][]float64{{9, 8}, {0, 0}}, noise.Presence, true},
		"none, then many":               {[2][]float64{{0, 0}, {9, 8}}, noise.Presence, true},
		"many in one run of one side":   {[2][]float64{{9, 0}, {0, 0}}, noise.Presence, false},
		"many in one run of each":       {[2][]float64{{9, 0}, {7, 0}}, noise.Presence, false},
		"many, then hardly any":         {[2][]float64{{90, 80}, {0, 1}}, noise.Amounts, true},
		"few, then none":                {[2][]float64{{6, 1}, {0, 0}}, noise.Amounts, false},
		"a few in some run":             {[2][]float64{{3, 0}, {0, 1}}, noise.Unjudged, false},
		"one in each run of one side":   {[2][]float64{{1, 1}, {0, 0}}, noise.Unjudged, false},
		"some in every run, all alike":  {[2][]float64{{3, 3}, {3, 3}}, noise.Unjudged, false},
		"some in every run, not at all": {[2][]float64{{3, 4}, {5, 3}}, noise.Amounts, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := noise.Counts([]noise.Amount{{PerRun: row.perRun}})[0]
			if got.Lane != row.lane || got.Differs != row.differs {
				t.Errorf("Counts(%v) = lane %q, differs %t; want %q, %t", row.perRun, got.Lane, got.Differs, row.lane, row.differs)
			}
		})
	}
}

// TestLongerRunsCountMoreOfEverything halves everything in some runs: that is no
// difference in anything.
func TestLongerRunsCountMoreOfEverything(t *testing.T) {
	t.Parallel()
	r := newSimulation(7).rehearse(3, 0, false)
	for i := range r.amounts {
		for run, value := range r.amounts[i].PerRun[1] {
			r.amounts[i].PerRun[1][run] = math.Ceil(value / 3)
		}
	}
	for _, j := range noise.Counts(r.amounts) {
		if j.Differs && j.Lane == noise.Amounts && math.Abs(j.Fold) > 3 {
			t.Errorf("%s differs by 2^%.2f", j.Key, j.Fold)
		}
	}
}

func TestSwappedSidesMirror(t *testing.T) {
	t.Parallel()
	r := newSimulation(3).rehearse(3, different, true)
	there := noise.Counts(r.amounts)
	for i, a := range r.amounts {
		r.amounts[i].PerRun[0], r.amounts[i].PerRun[1] = a.PerRun[1], a.PerRun[0]
	}
	back := noise.Counts(r.amounts)
	for i := range back {
		back[i].Fold = -back[i].Fold
	}
	if diff := cmp.Diff(there, back, cmpopts.EquateApprox(1e-6, 1e-9)); diff != "" {
		t.Errorf("swapped (-want +got):\n%.2000s", diff)
	}
}

// TestValuesOfPAreEven draws from what the test assumes: logarithms are normal,
// and variances differ from thing to thing. Then every p-value is as likely as any
// other.
func TestValuesOfPAreEven(t *testing.T) {
	t.Parallel()
	s := rand.New(rand.NewPCG(5, 5))
	var amounts []noise.Amount
	for range 4000 {
		spread := math.Exp(s.NormFloat64() * 0.5)
		var a noise.Amount
		for side := range 2 {
			for range 3 {
				a.PerRun[side] = append(a.PerRun[side], math.Exp2(10+spread*s.NormFloat64()))
			}
		}
		amounts = append(amounts, a)
	}
	for _, limit := range []float64{0.01, 0.05, 0.5} {
		below := 0.0
		for _, j := range noise.Levels(amounts) {
			if j.P <= limit {
				below++
			}
		}
		share := below / float64(len(amounts))
		if sigma := math.Sqrt(limit * (1 - limit) / float64(len(amounts))); !near(share, limit, 4*sigma) {
			t.Errorf("%.4f of the p-values are at most %.2f", share, limit)
		}
	}
}

func TestDivide(t *testing.T) {
	t.Parallel()
	got := noise.Divide([]noise.Amount{{Key: "k", PerRun: [2][]float64{{1, 2}, {3, 4}}}}, 0b0101)
	want := []noise.Amount{{Key: "k", PerRun: [2][]float64{{1, 3}, {2, 4}}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Divide (-want +got):\n%s", diff)
	}
}

// TestLevelsOfNought has one thing that stood at nothing on one side: it must not
// spoil what is known of the others.
func TestLevelsOfNought(t *testing.T) {
	t.Parallel()
	amounts := []noise.Amount{{Key: "nought", PerRun: [2][]float64{{3, 6, 4}, {0, 0, 0}}}}
	for i := range 30 {
		v := float64(100 + 10*i)
		amounts = append(amounts, noise.Amount{Key: strconv.Itoa(i), PerRun: [2][]float64{{v, v * 1.1, v * 1.05}, {8 * v, 8.4 * v, 8.2 * v}}})
	}
	for i, j := range noise.Levels(amounts) {
		if wants := i > 0; j.Differs != wants {
			t.Errorf("%s: lane %q, p = %g, differs %t; want %t", j.Key, j.Lane, j.P, j.Differs, wants)
		}
	}
}
