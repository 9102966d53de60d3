package compare

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/rehearse-dev/rehearse/harness/record"
)

// Bounds of what one finding shows of a value.
const (
	maxEvidence = 3   // places per side
	maxText     = 400 // bytes of a value, or of a line shown as evidence
)

// facts are what one recording shows: for every aspect of a subject, the set of
// values that were seen. Comparing two recordings is comparing their facts.
type facts map[key]fact

type key struct{ aspect, subject string }

// fact is a set of values, each with the first places where it stands.
type fact map[string][]Evidence

// add notes that a subject showed a value, and where.
func (f facts) add(k key, value string, at Evidence) {
	if f[k] == nil {
		f[k] = fact{}
	}
	if places := f[k][value]; len(places) < maxEvidence {
		f[k][value] = append(places, at)
	}
}

// enough is true when a value needs no more places where it stands.
func (f facts) enough(k key, value string) bool { return len(f[k][value]) >= maxEvidence }

// values are the values in their order.
func (f fact) values() []string { return slices.Sorted(maps.Keys(f)) }

// String joins the values in their order.
func (f fact) String() string { return strings.Join(f.values(), "; ") }

// beyond returns the values that other does not have.
func (f fact) beyond(other fact) fact {
	left := maps.Clone(f)
	maps.DeleteFunc(left, func(value string, _ []Evidence) bool { return other[value] != nil })
	return left
}

// evidence returns the first places of the values, at most maxEvidence.
func (f fact) evidence() []Evidence {
	var places []Evidence
	for _, value := range f.values() {
		places = append(places, f[value]...)
	}
	return places[:min(len(places), maxEvidence)]
}

// rule says how an aspect is judged.
type rule struct {
	severity Severity
	// chance is set for aspects of which a recording may have caught nothing, or
	// only some values: then a side without a value of its own shows nothing.
	chance bool
	// variants is set for aspects of which a side that has any may have more, by
	// chance, than the other: they differ when each side has some of its own, or
	// one side none at all.
	variants bool
}

// rules are how one comparer judges its aspects. The rule of the empty name is for
// all that are not named; a rule without a severity means Changes.
type rules map[string]rule

func (r rules) of(aspect string) rule {
	if named, ok := r[aspect]; ok {
		return named
	}
	return r[""]
}

// agree says whether both values are to be read as alike; lost and gained are
// what each has beyond the other.
func (r rule) agree(b, c, lost, gained fact) bool {
	oneHasMore := len(lost) == 0 || len(gained) == 0
	bothHaveAny := len(b) > 0 && len(c) > 0
	return len(lost) == 0 && len(gained) == 0 || oneHasMore && (r.chance || r.variants && bothHaveAny)
}

// diff compares what two recordings show.
func diff(kind record.Kind, of rules, baseline, candidate facts) Section {
	var s Section
	for _, k := range keys(baseline, candidate) {
		b, c := baseline[k], candidate[k]
		lost, gained := b.beyond(c), c.beyond(b)
		r := of.of(k.aspect)
		s.show(kind, k, shown{
			values:  [2][]string{b.values(), c.values()},
			partial: r.chance || r.variants, chance: r.chance,
			unlooked: r.chance && (len(b) == 0 || len(c) == 0),
		})
		switch {
		case r.chance && (len(b) == 0 || len(c) == 0):
			continue
		case r.agree(b, c, lost, gained):
			s.agrees(kind, k)
		default:
			s.differs(Finding{
				Kind: kind, Aspect: k.aspect, Subject: k.subject,
				Change: change(lost, gained), Severity: cmp.Or(r.severity, Changes),
				Baseline: b.String(), Candidate: c.String(),
				Evidence: slices.Concat(orAny(lost, b).evidence(), orAny(gained, c).evidence()),
			})
		}
	}
	return s
}

func change(lost, gained fact) Change {
	switch {
	case len(gained) == 0:
		return Lost
	case len(lost) == 0:
		return New
	default:
		return Changed
	}
}

// orAny returns the values that differ, or else what the side has, so that a
// finding shows evidence from both sides wherever both have any.
func orAny(differing, all fact) fact {
	if len(differing) > 0 {
		return differing
	}
	return all
}

// keys returns the keys of both sides in a fixed order.
func keys[V any](baseline, candidate map[key]V) []key {
	all := slices.AppendSeq(slices.Collect(maps.Keys(baseline)), maps.Keys(candidate))
	slices.SortFunc(all, func(a, b key) int {
		return cmp.Or(cmp.Compare(a.subject, b.subject), cmp.Compare(a.aspect, b.aspect))
	})
	return slices.Compact(all)
}

// union are the names that either side has, sorted.
func union[V any](baseline, candidate map[string]V) []string {
	all := slices.AppendSeq(slices.Collect(maps.Keys(baseline)), maps.Keys(candidate))
	slices.Sort(all)
	return slices.Compact(all)
}

// shorten cuts a text to a length that a report can show, between characters.
func shorten(s string) string {
	s = strings.ToValidUTF8(strings.TrimRight(s, "\r\n"), "\uFFFD")
	if len(s) <= maxText {
		return s
	}
	end := maxText
	for !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end] + "…"
}
