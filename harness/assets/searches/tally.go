package searches

import (
	"slices"
	"time"
)

// Tally gathers what one search finds on one side, in one reading.
type Tally struct {
	Hits        int
	First, Last time.Time // zero when no hit has a time
	// Samples are the first few hits.
	Samples []Sample
	// Groups are hits per value of Threshold.By; nil without one.
	Groups map[string]int
	// Origins are hits per origin.
	Origins map[string]int

	search *Search
	// seconds are hits per group and second, for windows.
	seconds map[string]map[int64]int
}

// Sample is a line that was hit.
type Sample struct {
	File   string
	Line   int
	Text   string // the raw line, or the beginning of a very long one
	Found  string // the same of the text that was searched
	Origin string
}

const (
	maxSamples = 3
	maxSample  = 2000 // bytes
	// maxGroups bounds the values of a field that are counted apart, such as those of
	// a request's ID.
	maxGroups   = 10_000
	otherGroups = "(others)"
)

// NewTally begins to count.
func NewTally(s *Search) *Tally {
	t := &Tally{search: s, Origins: map[string]int{}, seconds: map[string]map[int64]int{}}
	if len(s.by) > 0 {
		t.Groups = map[string]int{}
	}
	return t
}

// See counts the line if the search finds it. File, number and raw are where it
// stands, and what stands there.
func (t *Tally) See(l *Line, file string, number int, raw []byte) {
	if !t.search.Matches(l) {
		return
	}
	t.Hits++
	t.Origins[l.String()]++
	if len(t.Samples) < maxSamples {
		t.Samples = append(t.Samples, Sample{file, number, beginning(raw), beginning(l.Text), l.String()})
	}
	if !l.Time.IsZero() {
		if t.First.IsZero() || l.Time.Before(t.First) {
			t.First = l.Time
		}
		if l.Time.After(t.Last) {
			t.Last = l.Time
		}
	}
	t.count(l)
}

func beginning(text []byte) string { return string(text[:min(len(text), maxSample)]) }

func (t *Tally) count(l *Line) {
	group := ""
	if t.Groups != nil {
		group = t.search.group(l)
		if _, known := t.Groups[group]; !known && len(t.Groups) >= maxGroups {
			group = otherGroups
		}
		t.Groups[group]++
	}
	if t.search.Threshold.Within.Duration == 0 {
		return
	}
	if t.seconds[group] == nil {
		t.seconds[group] = map[int64]int{}
	}
	t.seconds[group][l.Time.Unix()]++
}

// Peak is the most hits of one group within the search's window, to the second.
func (t *Tally) Peak() int {
	if t.search.Threshold.Within.Duration == 0 {
		if t.Groups == nil {
			return t.Hits
		}
		peak := 0
		for _, hits := range t.Groups {
			peak = max(peak, hits)
		}
		return peak
	}
	peak := 0
	for _, seconds := range t.seconds {
		peak = max(peak, peakOf(seconds, int64(t.search.Threshold.Within.Duration/second)))
	}
	return peak
}

// peakOf slides a window of so many seconds over the hits of each second.
func peakOf(hits map[int64]int, window int64) int {
	moments := make([]int64, 0, len(hits))
	for moment := range hits {
		moments = append(moments, moment)
	}
	slices.Sort(moments)
	peak, sum, first := 0, 0, 0
	for _, moment := range moments {
		sum += hits[moment]
		for moments[first] <= moment-window {
			sum -= hits[moments[first]]
			first++
		}
		peak = max(peak, sum)
	}
	return peak
}

// Alarms says whether the threshold was reached.
func (t *Tally) Alarms() bool { return t.Peak() >= t.search.Threshold.needed() }
