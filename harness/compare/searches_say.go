package compare

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/rehearse-dev/rehearse/harness/assets/searches"
	"github.com/rehearse-dev/rehearse/harness/record"
)

// title says what became of a search, for a finding that no entry has words for.
func (p *searchPair) title() string {
	return fmt.Sprintf("Log search %q: %s", p.search.Name, p.outcome.reason)
}

// why is the verdict's reason, the numbers behind it, and what the search depends on.
func (p *searchPair) why() string {
	before, after := p.tally(0), p.tally(1)
	why := fmt.Sprintf("%s: %s on the baseline, %s on the candidate", p.outcome.reason, howMany(before), howMany(after))
	if d := p.dependsOn(); d != "" {
		why += "; " + d
	}
	return why
}

// dependsOn says which reading a search needs: the line as it lies in the file, or the
// message. Journals have no envelope, and there is nothing to say.
func (p *searchPair) dependsOn() string {
	raw, message := p.hits(searches.Raw), p.hits(searches.Message)
	alike := (raw[0] == 0) == (message[0] == 0) && (raw[1] == 0) == (message[1] == 0)
	switch {
	case p.journalsOnly() || alike:
		return ""
	case p.envelopeOnly():
		return "it depends on the envelope: no message has it"
	case raw[0]+raw[1] == 0:
		return "it depends on the message: no line of a file has it as a whole"
	case p.reading == searches.Raw:
		return fmt.Sprintf("messages have it %d and %d times", message[0], message[1])
	}
	return fmt.Sprintf("a tool that reads lines with their envelope finds %d and %d", raw[0], raw[1])
}

func (p *searchPair) hits(reading searches.Reading) [2]int {
	return [2]int{p.found[0].in(reading).Hits, p.found[1].in(reading).Hits}
}

func (p *searchPair) journalsOnly() bool {
	return p.found[0].raw.Hits+p.found[1].raw.Hits == 0 && p.origins() != "" && !strings.Contains(p.origins(), "/")
}

// origins are the units whose journals, or the containers whose logs, have the hits,
// sorted and joined.
func (p *searchPair) origins() string {
	return strings.Join(union(p.tally(0).Origins, p.tally(1).Origins), ", ")
}

func howMany(t *searches.Tally) string {
	switch t.Hits {
	case 0:
		return "no hit"
	case 1:
		return "1 hit"
	}
	return strconv.Itoa(t.Hits) + " hits"
}

// value is what a search found on one side, and for a side without a hit what may be
// the reason. The catalogue matches these words.
func (p *searchPair) value(side int, l *lookout) string {
	t := p.tally(side)
	if t.Hits > 0 {
		value := howMany(t) + p.where(t) + p.window(t) + p.groups(t)
		return value + ": " + t.Samples[0].Text
	}
	value := howMany(t)
	switch gone := p.gone(side, l); {
	case p.reading == searches.Raw && p.envelopeOnly():
		return value + "; container logs are " + l.formats
	case len(gone) > 0:
		return value + "; nothing comes from " + strings.Join(gone, ", ")
	case p.near[side] != nil:
		return value + "; nearest: " + p.near[side].Text
	}
	return value
}

// gone are the origins of the other side's hits, if nothing at all comes from any of
// them on this side.
func (p *searchPair) gone(side int, l *lookout) []string {
	origins := slices.Sorted(maps.Keys(p.tally(1 - side).Origins))
	for _, origin := range origins {
		if _, says := l.last[origin]; says {
			return nil
		}
	}
	return origins
}

func (p *searchPair) where(t *searches.Tally) string {
	units := slices.Sorted(maps.Keys(t.Origins))
	journals := !slices.ContainsFunc(units, func(origin string) bool { return strings.Contains(origin, "/") })
	switch {
	case journals:
		return " in the journal of " + strings.Join(units, ", ")
	case p.reading == searches.Raw && p.envelopeOnly():
		return " in whole lines only"
	case p.reading == searches.Raw && p.messagesOnBoth():
		return " in whole lines (messages have it on both sides)"
	case p.reading == searches.Raw:
		return " in whole lines"
	}
	return " in messages"
}

func (p *searchPair) window(t *searches.Tally) string {
	within := p.search.Threshold.Within
	if within.Duration == 0 {
		return ""
	}
	return fmt.Sprintf(", at most %d within %s", t.Peak(), within)
}

// maxGroups bounds the values of a field that are shown.
const maxGroups = 5

// groups lists the values of the field that is counted by, the most frequent first.
func (p *searchPair) groups(t *searches.Tally) string {
	if len(t.Groups) == 0 {
		return ""
	}
	names := slices.SortedFunc(maps.Keys(t.Groups), func(x, y string) int {
		if d := t.Groups[y] - t.Groups[x]; d != 0 {
			return d
		}
		return strings.Compare(x, y)
	})
	var shown []string
	for _, name := range names[:min(len(names), maxGroups)] {
		shown = append(shown, fmt.Sprintf("%q %d", name, t.Groups[name]))
	}
	more := ""
	if left := len(names) - len(shown); left > 0 {
		more = fmt.Sprintf(" and %d more", left)
	}
	return fmt.Sprintf(", by %s %s%s", p.search.Threshold.By, strings.Join(shown, ", "), more)
}

// remedy is what to do about a search that no entry explains.
func (p *searchPair) remedy() string {
	switch {
	case p.outcome.verdict == AssetDead && p.tally(1).Hits > 0:
		return "Find out why there are fewer, or set the threshold to what the candidate shows."
	case p.outcome.verdict == AssetDead && p.near[1] != nil:
		return "Make it match what both sides say: the nearest line on the candidate is among the evidence."
	case p.outcome.verdict == AssetDead:
		return "Find out who wrote the lines on the baseline, and what says the same on the candidate."
	case p.outcome.verdict == AssetNew:
		return "See whether the lines mean trouble. If they do not, narrow the search before it raises false alarms."
	case p.search.Expect == searches.Silence:
		return "See what became of the lines: either the trouble is gone, or they are worded anew and the search is blind."
	default:
		return "See who writes more, or less, and set the threshold to what the candidate shows."
	}
}

// evidence are the hits on one side, or what there is in their place.
func (p *searchPair) evidence(side int, l *lookout) []Evidence {
	t := p.tally(side)
	var places []Evidence
	for _, sample := range t.Samples {
		places = append(places, at(l.recording, sample.File, sample.Line, sample.Text))
	}
	if len(places) > 0 {
		return places
	}
	if p.near[side] != nil {
		return []Evidence{*p.near[side]}
	}
	for _, origin := range slices.Sorted(maps.Keys(p.tally(1 - side).Origins)) {
		if last, ok := l.last[origin]; ok {
			return []Evidence{last.here(l.recording)}
		}
	}
	return []Evidence{at(l.recording, record.LogIndex, 0, fmt.Sprintf("no hit among %d lines", l.lines))}
}
