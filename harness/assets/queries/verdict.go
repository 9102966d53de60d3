package queries

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
)

// Verdict is what became of an expression between baseline and candidate.
type Verdict string

// The verdicts.
const (
	// Alive: it got as far on the candidate as on the baseline, and had results.
	Alive Verdict = "alive"
	// Dead: it got further on the baseline.
	Dead Verdict = "dead"
	// New: it got further on the candidate.
	New Verdict = "new"
	// Changed: it has results on both sides, not alike.
	Changed Verdict = "changed"
	// Unproven: it had no results on either side, which says nothing about it.
	Unproven Verdict = "unproven"
)

const (
	// once is how often something is true by chance: once is chance, twice is
	// behaviour. It is for windows with evaluations enough to tell.
	once        = 1
	enoughSteps = 4
	// Counts differ when one is twice the other, and more than a few apart; numbers
	// when one is ten times the other.
	manyfold  = 2
	aFew      = 2
	tenfold   = 10
	closeness = 2 // how far values may lie apart that a threshold happens to part
)

// levels compares how far both sides got. Results that only one side has, and
// only once, are chance.
func levels(baseline, candidate Outcome) Verdict {
	b, c := baseline.beside(candidate), candidate.beside(baseline)
	switch {
	case b > c:
		return Dead
	case b < c:
		return New
	case b < Results:
		return Unproven
	}
	return Alive
}

// beside is the level of an outcome beside that of the other side.
func (o Outcome) beside(other Outcome) Level {
	if o.Level >= Results && other.Level < Results && o.True <= once && o.Of >= enoughSteps {
		return Chosen
	}
	if o.Almost && other.Level == Firing {
		return Firing
	}
	return o.Level
}

// Difference is one way in which results of both sides are not alike.
type Difference struct {
	// What differs: label names, values of a label, count, values.
	What                string
	Baseline, Candidate string
	// Chance says that one run can hardly tell the difference from chance: only
	// numbers differ, or which of several values there were.
	Chance bool
}

func (d Difference) String() string {
	return fmt.Sprintf("%s: %s on the baseline, %s on the candidate", d.What, d.Baseline, d.Candidate)
}

// differences compares the results of two outcomes that both have some.
func differences(b, c Outcome) []Difference {
	if b.Level < Results || c.Level < Results {
		return nil
	}
	var all []Difference
	note := func(chance bool, what string, baseline, candidate any) {
		all = append(all, Difference{what, fmt.Sprint(baseline), fmt.Sprint(candidate), chance})
	}
	bNames, cNames := slices.Sorted(maps.Keys(b.Labels)), slices.Sorted(maps.Keys(c.Labels))
	if !slices.Equal(bNames, cNames) {
		note(false, "labels", listed3(bNames), listed3(cNames))
	}
	for _, name := range bNames {
		lost, gained := without(b.Labels[name], c.Labels[name]), without(c.Labels[name], b.Labels[name])
		if len(lost) > 0 && len(gained) > 0 {
			note(len(lost) < len(b.Labels[name]), "values of label "+name, listed3(lost), listed3(gained))
		}
	}
	if manyMore(b.Series, c.Series) {
		note(false, "number of series", b.Series, c.Series)
	}
	if apart(b.Low, c.Low, tenfold) && apart(b.High, c.High, tenfold) {
		note(true, "values", between(b), between(c))
	}
	return all
}

// manyMore is true for two counts of which one is more than chance makes it.
func manyMore(a, b int) bool {
	low, high := min(a, b), max(a, b)
	return high >= manyfold*low && high-low > aFew
}

// without are the values that others lack.
func without(values, others []string) []string {
	var left []string
	for _, v := range values {
		if !slices.Contains(others, v) {
			left = append(left, v)
		}
	}
	return left
}

// apart is true for two numbers of which one is that many times the other.
func apart(a, b float64, times float64) bool {
	if math.IsNaN(a) || math.IsNaN(b) {
		return false
	}
	return a*b < 0 || max(math.Abs(a), math.Abs(b)) >= times*min(math.Abs(a), math.Abs(b)) && a != b
}

// between writes the range of an outcome's numbers.
func between(o Outcome) string {
	if o.Low == o.High {
		return fmt.Sprintf("%.4g", o.Low)
	}
	return fmt.Sprintf("%.4g to %.4g", o.Low, o.High)
}

// shown bounds how many values a sentence lists.
const shown = 3

func listed3(values []string) string {
	if len(values) == 0 {
		return "none"
	}
	text := strings.Join(values[:min(len(values), shown)], ", ")
	if more := len(values) - shown; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}
