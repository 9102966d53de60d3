package compare

import (
	"strings"
	"unicode"

	"github.com/rehearse-dev/rehearse/harness/assets/searches"
)

// alike is how many of their words two lines must share for one to be called the other
// in other words.
const alike = 0.3

// wanted is a line whose nearest counterpart is looked for on the other side.
type wanted struct {
	words  map[string]bool
	origin string
	pair   *searchPair
	side   int // that is silent
}

// nearest finds, for each search that is silent on one side only, the line there that
// is most like its first hit on the other: a text that was worded anew reads as such.
// It looks where the hit came from, since that is where it should be.
func nearest(pairs []*searchPair, b, c *lookout) error {
	for side, l := range [2]*lookout{b, c} {
		var all []wanted
		for _, p := range pairs {
			here, there := p.tally(side), p.tally(1-side)
			if here.Hits > 0 || there.Hits == 0 {
				continue
			}
			all = append(all, wanted{words(there.Samples[0].Found), there.Samples[0].Origin, p, side})
		}
		if err := l.findNear(all); err != nil {
			return err
		}
	}
	return nil
}

func (l *lookout) findNear(all []wanted) error {
	if len(all) == 0 {
		return nil
	}
	for line, err := range searchLines(l.recording) {
		if err != nil {
			return err
		}
		origin := line.origin.String()
		for _, w := range all {
			if w.origin == origin && (line.whole || w.pair.reading == searches.Raw) {
				w.compare(l, line)
			}
		}
	}
	return nil
}

func (w wanted) compare(l *lookout, line searchLine) {
	text := line.message
	if w.pair.reading == searches.Raw {
		text = line.text
	}
	likeness := jaccard(w.words, words(string(text)))
	if likeness >= alike && likeness > w.pair.likeness {
		here := line.here(l.recording)
		w.pair.likeness, w.pair.near[w.side] = likeness, &here
	}
}

// words of a text, in lower case. What is short, or made of digits, is left out: it is
// a number, or a piece of an ID.
func words(text string) map[string]bool {
	all := map[string]bool{}
	for word := range strings.FieldsFuncSeq(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		if len(word) > 2 && !strings.ContainsFunc(word, unicode.IsDigit) {
			all[word] = true
		}
	}
	return all
}

// jaccard is the share of words that two sets have in common.
func jaccard(a, b map[string]bool) float64 {
	common := 0
	for word := range a {
		if b[word] {
			common++
		}
	}
	if common == 0 {
		return 0
	}
	return float64(common) / float64(len(a)+len(b)-common)
}
