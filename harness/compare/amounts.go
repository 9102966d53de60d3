package compare

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/rehearse-dev/rehearse/harness/compare/noise"
	"github.com/rehearse-dev/rehearse/harness/record"
)

// howMuch is the aspect of how much of something there is.
const howMuch = "amount"

// Amount is how much of one thing both sides of one pair of runs had. A comparer
// leaves out what it could not measure on both sides.
type Amount struct {
	Kind record.Kind
	// Subject is what the check is about, and Part the part of it that this is the
	// amount of, such as a metric and one of its series.
	Subject, Part string
	// Level is set for how high something stands, such as bytes; otherwise the
	// amount is how often something happened.
	Level bool
	// Severity of a difference.
	Severity Severity
	// Values are not negative. Evidence says where they stand.
	Values   [2]float64
	Evidence [2]Evidence
}

// measured is one amount over all runs.
type measured struct {
	Amount // of the first pair of runs that has it
	runs   noise.Amount
	noise.Judgement
}

// amountsOverRuns judges the amounts of all runs: one check for each subject.
func amountsOverRuns(runs []pairRun, lanes map[string]*Lane) Section {
	var s Section
	all := gather(runs)
	judgeAmounts(all, lanes)
	bySubject := map[key][]measured{}
	for _, m := range all {
		if m.Lane != noise.Unjudged {
			k := key{string(m.Kind), m.Subject}
			bySubject[k] = append(bySubject[k], m)
		}
	}
	for _, k := range slices.SortedFunc(maps.Keys(bySubject), func(a, b key) int {
		return cmp.Or(cmp.Compare(a.aspect, b.aspect), cmp.Compare(a.subject, b.subject))
	}) {
		differing := slices.DeleteFunc(slices.Clone(bySubject[k]), func(m measured) bool { return !m.Differs })
		if len(differing) == 0 {
			s.agrees(record.Kind(k.aspect), key{howMuch, k.subject})
			continue
		}
		s.differs(amountFinding(differing))
	}
	return s
}

// gather puts the amounts of all pairs of runs together, in a fixed order. What a
// run does not name it has none of.
func gather(runs []pairRun) []measured {
	byName := map[string]*measured{}
	for i, r := range runs {
		for _, a := range r.Amounts {
			name := strings.Join([]string{string(a.Kind), a.Subject, a.Part, strconv.FormatBool(a.Level)}, "\x00")
			if byName[name] == nil {
				byName[name] = &measured{Amount: a, runs: noise.Amount{
					Key: name, PerRun: [2][]float64{make([]float64, len(runs)), make([]float64, len(runs))},
				}}
			}
			for side, value := range a.Values {
				byName[name].runs.PerRun[side][i] = value
			}
		}
	}
	var all []measured
	for _, name := range slices.Sorted(maps.Keys(byName)) {
		all = append(all, *byName[name])
	}
	return all
}

// judgeAmounts judges how often things happened and how high they stood, each
// with their like, and counts what the same lanes find among decoys.
func judgeAmounts(all []measured, lanes map[string]*Lane) {
	for _, level := range []bool{false, true} {
		var amounts []noise.Amount
		var of []int
		for i, m := range all {
			if m.Level == level {
				amounts, of = append(amounts, m.runs), append(of, i)
			}
		}
		if len(amounts) == 0 {
			continue
		}
		judge := noise.Counts
		if level {
			judge = noise.Levels
		}
		for i, j := range judge(amounts) {
			all[of[i]].Judgement = j
			if lane := lanes[laneName(j.Lane)]; lane != nil {
				lane.Judged++
				lane.Differ += ones(j.Differs)
			}
		}
		decoys := noise.Decoys(len(amounts[0].PerRun[0]))
		for _, group := range decoys {
			for _, j := range judge(noise.Divide(amounts, group)) {
				if j.Differs {
					lanes[laneName(j.Lane)].ByChance += 1 / float64(len(decoys))
				}
			}
		}
	}
}

func laneName(l noise.Lane) string {
	switch l {
	case noise.Presence:
		return presenceLane
	case noise.Amounts:
		return amountLane
	default:
		return ""
	}
}

func ones(b bool) int {
	if b {
		return 1
	}
	return 0
}

// amountFinding is one finding of all the parts of a subject that differ, those
// that differ most first.
func amountFinding(parts []measured) Finding {
	slices.SortStableFunc(parts, func(a, b measured) int { return cmp.Compare(b.weight(), a.weight()) })
	most := parts[0]
	f := Finding{
		Kind: most.Kind, Aspect: howMuch, Subject: most.Subject, Severity: most.Severity,
		Change: most.change(), Confidence: most.confidence(),
	}
	f.Baseline, f.Candidate = amountsOf(parts, 0), amountsOf(parts, 1)
	for _, p := range parts[:min(len(parts), maxEvidence)] {
		f.Evidence = append(f.Evidence, p.Evidence[0], p.Evidence[1])
		if p.change() != f.Change {
			f.Change = Changed
		}
	}
	return f
}

// amountsOf is what one side has of each part.
func amountsOf(parts []measured, side int) string {
	var said []string
	for _, p := range parts[:min(len(parts), maxValues)] {
		said = append(said, strings.TrimPrefix(p.Part+": ", ": ")+over(p.runs.PerRun[side]))
	}
	if more := len(parts) - maxValues; more > 0 {
		said = append(said, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(said, "; ")
}

// weight ranks amounts by how far the sides are apart.
func (m measured) weight() float64 {
	if m.Lane == noise.Presence {
		return math.Inf(1)
	}
	return math.Abs(m.Fold)
}

func (m measured) change() Change {
	switch {
	case slices.Max(m.runs.PerRun[1]) == 0:
		return Lost
	case slices.Max(m.runs.PerRun[0]) == 0:
		return New
	default:
		return Changed
	}
}

func (m measured) confidence() string {
	n := len(m.runs.PerRun[0])
	if m.Lane == noise.Presence {
		return fmt.Sprintf("in all %d runs", n)
	}
	test := fmt.Sprintf("(moderated t-test over %d + %d runs: p = %.2g, q = %.2g)", n, n, m.P, m.Q)
	if m.change() != Changed {
		return fmt.Sprintf("in all %d runs %s", n, test)
	}
	more := "more"
	if m.Fold < 0 {
		more = "less"
	}
	return fmt.Sprintf("%.1f times %s on the candidate %s", math.Exp2(math.Abs(m.Fold)), more, test)
}

// over is what the runs of one side show: the least and the most.
func over(values []float64) string {
	least, most := slices.Min(values), slices.Max(values)
	if least == most {
		return figure(least)
	}
	return figure(least) + " to " + figure(most)
}

func figure(value float64) string {
	return strconv.FormatFloat(value, 'g', 4, 64)
}
