package parity

import (
	"maps"
	"slices"
	"strings"

	"github.com/rehearse-dev/rehearse/clusters"
)

// Ledger compares the properties of both sides, each a value by its name. The
// entries are sorted: confounders first, then the subject, what is expected and
// what is equal, each by name.
func Ledger(baseline, candidate map[string]string) []clusters.Parity {
	names := map[string]bool{}
	for _, side := range []map[string]string{baseline, candidate} {
		for name := range side {
			names[name] = true
		}
	}
	var ledger []clusters.Parity
	for name := range maps.Keys(names) {
		ledger = append(ledger, entry(name, baseline, candidate))
	}
	slices.SortFunc(ledger, func(a, b clusters.Parity) int {
		if byClass := slices.Index(order, a.Class) - slices.Index(order, b.Class); byClass != 0 {
			return byClass
		}
		return strings.Compare(a.Property, b.Property)
	})
	return ledger
}

// order is that in which a reader should see the classes.
var order = []clusters.ParityClass{
	clusters.ParityConfounder, clusters.ParitySubject, clusters.ParityExpected, clusters.ParityEqual,
}

func entry(name string, baseline, candidate map[string]string) clusters.Parity {
	b, onBaseline := baseline[name]
	c, onCandidate := candidate[name]
	rule := ruleFor(name)
	p := clusters.Parity{Property: name, Baseline: b, Candidate: c, Class: rule.class, Note: rule.note}
	switch {
	case onBaseline && onCandidate && b == c:
		p.Class, p.Note = clusters.ParityEqual, rule.whenEqual(b)
	case onBaseline != onCandidate && rule.class == clusters.ParityConfounder:
		p.Note = "known of one side only"
	}
	return p
}
