package compare

import (
	"cmp"
	"fmt"
	"slices"
)

// Earlier is another judgement to compare with.
type Earlier struct {
	// Name of the earlier rehearsal, as reports call it.
	Name       string
	Comparison *Comparison
}

// Since says what became of the findings of an earlier rehearsal.
type Since struct {
	Name string `json:"name"` // of the earlier rehearsal
	// New are the IDs of findings that it did not have, and Still of those that it
	// had already.
	New   []string `json:"new,omitempty"`
	Still []string `json:"still,omitempty"`
	// Fixed are its findings of which everything agrees now.
	Fixed []Past `json:"fixed,omitempty"`
	// Unseen are its findings that are not there now without anything that says
	// that they are mended: what showed them was not compared this time, or differs
	// in another way.
	Unseen []Past `json:"unseen,omitempty"`
}

// Past is a finding of an earlier rehearsal.
type Past struct {
	ID       string   `json:"id"`
	Severity Severity `json:"severity"`
	Title    string   `json:"title"`
}

// since compares the findings with those of an earlier rehearsal, by their IDs.
func (c *Comparison) since(earlier *Earlier) {
	if earlier == nil {
		return
	}
	then := earlier.Comparison
	s := &Since{Name: earlier.Name}
	for _, f := range c.Findings {
		if then.has(f.ID) {
			s.Still = append(s.Still, f.ID)
		} else {
			s.New = append(s.New, f.ID)
		}
	}
	for _, f := range then.Findings {
		past := Past{f.ID, f.Severity, f.Title}
		switch {
		case c.has(f.ID):
		case c.agreesOn(then.checksOf(f.ID)):
			s.Fixed = append(s.Fixed, past)
		default:
			s.Unseen = append(s.Unseen, past)
		}
	}
	for _, list := range []*[]Past{&s.Fixed, &s.Unseen} {
		slices.SortFunc(*list, func(a, b Past) int {
			return cmp.Or(rank(a.Severity)-rank(b.Severity), cmp.Compare(a.ID, b.ID))
		})
	}
	c.Since = s
	c.compareSubjects(earlier)
}

// compareSubjects warns where two rehearsals are not of the same thing.
func (c *Comparison) compareSubjects(earlier *Earlier) {
	then := earlier.Comparison
	for _, part := range []struct{ what, then, now string }{
		{"scenario", then.Scenario.Name, c.Scenario.Name},
		{"baseline", string(then.Pair.Baseline.Runtime), string(c.Pair.Baseline.Runtime)},
		{"candidate", string(then.Pair.Candidate.Runtime), string(c.Pair.Candidate.Runtime)},
	} {
		if part.then != part.now {
			c.Warnings = append(c.Warnings, fmt.Sprintf("%s was of another %s, %s instead of %s: what is said of it may not hold",
				earlier.Name, part.what, part.then, part.now))
		}
	}
	slices.Sort(c.Warnings)
}

// Finding returns the finding with that ID.
func (c *Comparison) Finding(id string) (Finding, bool) {
	at := slices.IndexFunc(c.Findings, func(f Finding) bool { return f.ID == id })
	if at < 0 {
		return Finding{}, false
	}
	return c.Findings[at], true
}

func (c *Comparison) has(id string) bool {
	_, found := c.Finding(id)
	return found
}

// checksOf are the checks that differ because of a finding.
func (c *Comparison) checksOf(finding string) []checkID {
	var ids []checkID
	for _, check := range c.Checks {
		if check.Finding == finding {
			ids = append(ids, checkID{check.Kind, check.Name})
		}
	}
	return ids
}

// agreesOn says whether all of these checks were made and one at least agrees. The
// others belong to other findings now.
func (c *Comparison) agreesOn(ids []checkID) bool {
	states := map[checkID]CheckState{}
	for _, check := range c.Checks {
		states[checkID{check.Kind, check.Name}] = check.State
	}
	agree := 0
	for _, id := range ids {
		switch states[id] {
		case Agrees:
			agree++
		case Differs:
		default:
			return false
		}
	}
	return agree > 0
}
