package compare

import (
	"fmt"
	"strings"
	"time"

	"github.com/rehearse-dev/rehearse/harness/assets/searches"
	"github.com/rehearse-dev/rehearse/harness/normalise"
)

// How far what a search finds must lie apart to be told from chance, in one run on each
// side.
const (
	// fivefold is the factor between two numbers of hits.
	fivefold = 5
	// manyHits is how many the larger number has to be where both sides alarm.
	manyHits = 20
	// reworded is how many of their words a hit and the nearest line of a silent side
	// share when that tells of the same in other words.
	reworded = 0.5
)

// searchPair is one search, what it found on each side, and what to think of it.
type searchPair struct {
	search  *searches.Search
	reading searches.Reading // in which it is judged
	found   [2]found
	outcome searchOutcome
	// near is the nearest thing on a side that has no hit, if there is one, and how
	// like a hit it is.
	near     [2]*Evidence
	likeness float64
}

type searchOutcome struct {
	verdict  AssetVerdict
	change   Change
	severity Severity
	reason   string
}

// pairUp puts together what both sides found of a search, the one at index i of what
// they looked for, and chooses the reading in which it is judged.
func pairUp(s *searches.Search, b, c *lookout, i int) *searchPair {
	p := &searchPair{search: s, found: [2]found{b.found[i], c.found[i]}, reading: s.Reads}
	if p.reading == searches.Either {
		p.reading = searches.Message
		if p.envelopeOnly() {
			p.reading = searches.Raw
		}
	}
	return p
}

// judge reaches the verdict on a search.
func (p *searchPair) judge(b, c *lookout) {
	before, after := p.tally(0), p.tally(1)
	switch {
	case p.search.Expect == searches.Silence:
		p.outcome = judgeSilence(before, after, p.apart(b, c))
	case before.Alarms() && after.Alarms():
		p.outcome = judgeNumbers(p.search, before, after)
		if p.outcome.verdict == AssetAlive {
			p.outcome = judgeGroups(p.search, maskGroups(before.Groups, b.mask), maskGroups(after.Groups, c.mask))
		}
	default:
		p.outcome = judgeHits(before, after, p.apart(b, c))
	}
}

// apart says that one side alarms by more than chance. Once is chance, and what comes
// within a second is one event, told on several lines. There is no chance about an
// envelope that is another, about a journal whose unit is not there, and about an
// event that the other side tells in other words.
func (p *searchPair) apart(b, c *lookout) bool {
	before, after := p.tally(0), p.tally(1)
	louder, quieter := before, after
	if after.Hits > before.Hits {
		louder, quieter = after, before
	}
	if quieter.Hits > 0 {
		return far(before.Peak(), after.Peak())
	}
	return p.reading == searches.Raw && b.formats != c.formats && (p.envelopeOnly() || p.messagesOnBoth()) ||
		len(p.gone(0, b))+len(p.gone(1, c)) > 0 && p.journalsOnly() ||
		louder.Hits > 1 && (p.likeness >= reworded || !atOnce(louder))
}

// worked says on which sides a search did what it is for, which may be to find
// nothing.
func (p *searchPair) worked(asset JudgedAsset) [2]bool {
	if p.search.Expect != searches.Silence {
		return asset.worked()
	}
	switch p.outcome.verdict {
	case AssetNew:
		return [2]bool{true, false}
	case AssetChanged:
		return [2]bool{false, true}
	default:
		return asset.worked()
	}
}

// atOnce says that all hits came within a second.
func atOnce(t *searches.Tally) bool {
	return !t.First.IsZero() && t.Last.Sub(t.First) < time.Second
}

func (p *searchPair) tally(side int) *searches.Tally { return p.found[side].in(p.reading) }

// envelopeOnly says that no message matches, only whole lines of files.
func (p *searchPair) envelopeOnly() bool {
	return p.found[0].message.Hits+p.found[1].message.Hits == 0 && p.found[0].raw.Hits+p.found[1].raw.Hits > 0
}

func (p *searchPair) messagesOnBoth() bool {
	return p.found[0].message.Hits > 0 && p.found[1].message.Hits > 0
}

// far says that two numbers of hits are apart by more than chance.
func far(a, b int) bool { return max(a, b) > 1 && max(a, b) >= fivefold*min(a, b) }

func judgeHits(before, after *searches.Tally, apart bool) searchOutcome {
	b, a := before.Alarms(), after.Alarms()
	switch {
	case !a && !b && before.Hits+after.Hits > 0:
		return unprovenSearch("its threshold is reached on neither side")
	case !a && !b:
		return unprovenSearch("it finds nothing on either side")
	case !apart && b:
		return unprovenSearch("what it finds on the baseline only is so little that it may be chance")
	case !apart:
		return unprovenSearch("what it finds on the candidate only is so little that it may be chance")
	case b && after.Hits > 0:
		return searchOutcome{AssetDead, Lost, Breaks, "it finds less, and its threshold is not reached any more"}
	case b:
		return searchOutcome{AssetDead, Lost, Breaks, "it finds nothing any more"}
	default:
		return searchOutcome{AssetNew, New, Changes, "it speaks up on the candidate only"}
	}
}

func judgeSilence(before, after *searches.Tally, apart bool) searchOutcome {
	b, a := before.Alarms(), after.Alarms()
	switch {
	case !a && !b:
		return searchOutcome{verdict: AssetAlive, reason: "it is silent on both sides, as expected"}
	case a && b:
		return unprovenSearch("it should be silent, and is not on the baseline either")
	case !apart:
		return unprovenSearch("it should be silent, and what it finds on one side is so little that it may be chance")
	case a:
		return searchOutcome{AssetNew, New, Breaks, "it should be silent, and is not any more"}
	default:
		return searchOutcome{AssetChanged, Lost, Changes, "it should be silent, and is so on the candidate only"}
	}
}

// judgeNumbers compares how much a search finds that finds enough on both sides.
func judgeNumbers(s *searches.Search, before, after *searches.Tally) searchOutcome {
	switch {
	case many(before.Hits, after.Hits):
		return changedSearch("it finds far more, or far less")
	case far(named(before.Groups), named(after.Groups)) && min(named(before.Groups), named(after.Groups)) == 0:
		return changedSearch(fmt.Sprintf("the field %s has a value on one side only", s.Threshold.By))
	}
	return searchOutcome{verdict: AssetAlive, reason: "it finds something on both sides"}
}

// judgeGroups compares how much it finds for each value of the field that it counts by.
func judgeGroups(s *searches.Search, before, after map[string]int) searchOutcome {
	for _, group := range union(before, after) {
		if many(before[group], after[group]) {
			return changedSearch(fmt.Sprintf("it finds far more, or far less, where %s is %q", s.Threshold.By, group))
		}
	}
	return searchOutcome{verdict: AssetAlive, reason: "it finds something on both sides"}
}

func changedSearch(reason string) searchOutcome {
	return searchOutcome{AssetChanged, Changed, Changes, reason}
}

func unprovenSearch(reason string) searchOutcome {
	return searchOutcome{verdict: AssetUnproven, reason: reason}
}

// many says that two numbers of hits are far apart where both sides have some.
func many(a, b int) bool { return max(a, b) >= manyHits && far(a, b) }

// named counts the hits that have the field that is counted by.
func named(groups map[string]int) int {
	n := 0
	for group, hits := range groups {
		if strings.Trim(group, ", ") != "" {
			n += hits
		}
	}
	return n
}

// maskGroups adds up values that differ by what only one run knows.
func maskGroups(groups map[string]int, mask *normalise.Masker) map[string]int {
	masked := map[string]int{}
	for group, hits := range groups {
		masked[mask.Text(group)] += hits
	}
	return masked
}
