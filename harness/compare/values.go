package compare

import (
	"fmt"
	"slices"
	"strings"

	"github.com/rehearse-dev/rehearse/harness/record"
)

// maxValues bounds the values of a folded finding that are shown.
const maxValues = 3

// values are what the members of a group show on either side. Consequences speak only
// where nothing else does.
func values(group []Finding) (baseline, candidate string) {
	about := slices.DeleteFunc(slices.Clone(group), func(f Finding) bool { return consequence(f) > consequence(group[0]) })
	label := prefixes(about)
	var sides [2][]string
	for _, f := range about {
		for side, v := range [2]string{shorten(f.Baseline), shorten(f.Candidate)} {
			if v != "" {
				v = label(f) + v
			}
			if v != "" && !slices.Contains(sides[side], v) {
				sides[side] = append(sides[side], v)
			}
		}
	}
	return firstValues(sides[0]), firstValues(sides[1])
}

func firstValues(all []string) string {
	more := ""
	if len(all) > maxValues {
		more = fmt.Sprintf(" | and %d more", len(all)-maxValues)
		all = all[:maxValues]
	}
	return strings.Join(all, " | ") + more
}

// prefixes says what goes before the values of a group: nothing, where they speak for
// themselves; what they are values of; or of which thing as well, where some things of
// a node or an object are gone and others are new.
func prefixes(group []Finding) func(Finding) string {
	var apart, bare bool
	for _, f := range group {
		apart = apart || f.Change != group[0].Change && (f.Kind == record.Node || f.Kind == record.Objects)
		bare = bare || f.Aspect != group[0].Aspect || f.Aspect != works && (oneWord(f.Baseline) || oneWord(f.Candidate))
	}
	return func(f Finding) string {
		switch {
		case apart:
			return f.Aspect + " " + f.Subject + ": "
		case bare:
			return f.Aspect + ": "
		default:
			return ""
		}
	}
}

// oneWord is true for a value such as true, which says nothing by itself.
func oneWord(value string) bool { return value != "" && !strings.ContainsAny(value, " \n") }
