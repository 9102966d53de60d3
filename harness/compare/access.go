package compare

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/rehearse-dev/rehearse/harness/record"
)

// Access compares what became of everybody who reached for a container runtime. A
// caller that got what it wanted on one side, and does not on the other, is a
// finding: its workload, unit or cron job is the asset.
func Access() Comparer {
	return Comparer{record.Access, []string{record.AccessFile}, func(baseline, candidate *record.Recording) (Section, error) {
		b, err := readCallers(baseline)
		if err != nil {
			return Section{}, err
		}
		c, err := readCallers(candidate)
		if err != nil {
			return Section{}, err
		}
		return compareCallers(b, c), nil
	}}
}

func compareCallers(b, c *callers) Section {
	var s Section
	for _, k := range keys(b.deeds, c.deeds) {
		before, after := b.deeds[k], c.deeds[k]
		switch {
		case before.follows(b, c, k), after.follows(c, b, k):
			s.agrees(record.Access, k) // what did not start does not go on either
			continue
		case before.worked() == after.worked():
			s.agrees(record.Access, k)
		case before.worked():
			s.differs(fate(k, b, c, Lost))
		default:
			s.differs(fate(k, b, c, New))
		}
		s.tried(record.Access, k, [2]bool{before.worked(), after.worked()})
	}
	return s
}

// fate is the finding about a deed that worked on one side only.
func fate(k key, b, c *callers, change Change) Finding {
	f := Finding{
		Kind: record.Access, Aspect: k.aspect, Subject: k.subject, Change: change, Severity: Changes,
		Baseline: b.outcome(k), Candidate: c.outcome(k),
		Evidence: slices.Concat(b.evidence(k), c.evidence(k)),
	}
	asset := b.deeds[k].or(c.deeds[k]).asset
	if change == Lost {
		f.Severity = Breaks
		asset.Why = fmt.Sprintf("%s; on the candidate that %s", k.aspect, f.Candidate)
		if other := c.elsewhere(k, b); other != "" {
			f.Severity = Changes
			asset.Why += ", but it " + other
		}
	} else {
		asset.Why = fmt.Sprintf("%s on the candidate only; on the baseline that %s", k.aspect, f.Baseline)
	}
	f.Assets = []Asset{asset}
	return f
}

// or returns the deed, or the other where there is none.
func (d *deed) or(other *deed) *deed {
	if d != nil {
		return d
	}
	return other
}

// worked is true when the deed went well at least once.
func (d *deed) worked() bool { return d != nil && len(d.ok) > 0 }

// follows is true for what only a runtime's own command did, where that command
// does not run on the other side any more: the client is the matter then, not
// what it connects to.
func (d *deed) follows(mine, other *callers, k key) bool {
	if !d.worked() || strings.HasPrefix(k.aspect, runs) {
		return false
	}
	for command := range d.by {
		ran := key{runs + command, k.subject}
		if !mine.deeds[ran].worked() || other.deeds[ran].worked() {
			return false
		}
	}
	return true
}

// outcome says how a deed went on this side.
func (c *callers) outcome(k key) string {
	d := c.deeds[k]
	command, isRun := strings.CutPrefix(k.aspect, runs)
	switch {
	case d.worked():
		return "works"
	case isRun && c.lacks(command):
		return "fails: the node has no such command"
	case d == nil:
		return "does not happen"
	}
	what := "fails: " + strings.Join(slices.Sorted(maps.Keys(d.errors)), ", ")
	if target := d.target; target != "" && c.types[target] == "directory" && strings.HasSuffix(target, ".sock") {
		what += ", since an empty directory is where the socket was"
	}
	return what
}

// elsewhere is what a caller does on this side to get the same from another
// runtime, of which it had nothing on the other; empty if it does not.
func (c *callers) elsewhere(k key, before *callers) string {
	if !strings.HasPrefix(k.aspect, connects) {
		return ""
	}
	for _, other := range keys(c.deeds, nil) {
		if other.subject == k.subject && strings.HasPrefix(other.aspect, connects) && c.deeds[other].worked() && !before.deeds[other].worked() {
			return other.aspect
		}
	}
	return ""
}

// evidence is where a deed, or that there was none, shows.
func (c *callers) evidence(k key) []Evidence {
	d := c.deeds[k]
	switch {
	case d == nil:
		return []Evidence{at(c.recording, record.AccessFile, 0, fmt.Sprintf("nothing says that %s %s", k.subject, k.aspect))}
	case len(d.ok) > 0:
		return d.ok
	default:
		return d.failed
	}
}

// lacks is true when nodes were looked at, and none has a command.
func (c *callers) lacks(command string) bool {
	return len(c.nodes) > 0 && !slices.ContainsFunc(c.nodes, func(n record.NodeFacts) bool { return n.Binaries[command] != "" })
}
