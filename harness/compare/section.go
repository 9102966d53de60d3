package compare

import (
	"fmt"
	"maps"

	"github.com/rehearse-dev/rehearse/clusters"
	"github.com/rehearse-dev/rehearse/harness/record"
)

// Comparer compares one kind of evidence. Run reads nothing but the two
// recordings; an error means that they could not be read, never that they
// differ.
type Comparer struct {
	Kind record.Kind
	// Files are the files of a recording that it cannot do without: where one side
	// lacks one of them, that is a gap, and nothing is compared.
	Files []string
	Run   func(baseline, candidate *record.Recording) (Section, error)
}

// compare runs the comparer, unless there is nothing to compare with.
func (c Comparer) compare(baseline, candidate *record.Recording) (Section, error) {
	var s Section
	for _, name := range c.Files {
		b, q := exists(baseline, name), exists(candidate, name)
		if b && !q {
			s.Gaps = append(s.Gaps, lacking(candidate, c.Kind, name))
		}
		if q && !b {
			s.Gaps = append(s.Gaps, lacking(baseline, c.Kind, name))
		}
	}
	if len(s.Gaps) > 0 {
		return s, nil
	}
	s, err := c.Run(baseline, candidate)
	if err != nil {
		return s, fmt.Errorf("%s: %w", c.Kind, err)
	}
	return s, nil
}

func exists(r *record.Recording, name string) bool {
	f, err := r.File(name)
	return err == nil && f.Close() == nil
}

func lacking(r *record.Recording, kind record.Kind, name string) Gap {
	return Gap{Side: r.Meta.Side, Gap: record.Gap{Kind: kind, Subject: "all", Reason: name + " was not recorded on this side"}}
}

// Section is what one comparer has to say.
type Section struct {
	Checks   []Check
	Findings []Finding
	Gaps     []Gap
	Warnings []string
	// Assets are those of the user's files that were judged.
	Assets []JudgedAsset
	// Outcomes are behind checks of what works or does not, and Amounts are how
	// much there was of things. Both are judged over several runs only.
	Outcomes []Outcome
	Amounts  []Amount

	// shown are the facts behind checks, by which several runs are judged.
	shown map[checkID]shown
}

// checkID is what a check is known by in every run.
type checkID struct {
	kind record.Kind
	name string
}

// shown is what both sides of one pair of runs showed of one thing.
type shown struct {
	values [2][]string
	// partial and chance are those of the thing's rule.
	partial, chance bool
	// unlooked is set for what could not be compared: what a side has says
	// nothing then.
	unlooked bool
}

func (s *Section) show(kind record.Kind, k key, what shown) {
	if s.shown == nil {
		s.shown = map[checkID]shown{}
	}
	s.shown[checkID{kind, k.String()}] = what
}

// skip notes that something was not compared, although a side may have it.
func (s *Section) skip(kind record.Kind, k key) { s.show(kind, k, shown{unlooked: true}) }

func (s *Section) agrees(kind record.Kind, k key) {
	s.Checks = append(s.Checks, Check{Kind: kind, Name: k.String(), State: Agrees})
}

func (s *Section) unproven(kind record.Kind, k key) {
	s.Checks = append(s.Checks, Check{Kind: kind, Name: k.String(), State: Unproven})
}

// differs adds a finding and its check, names both, and returns the name.
func (s *Section) differs(f Finding) string {
	k := key{f.Aspect, f.Subject}
	f.ID = fmt.Sprintf("%s/%s", f.Kind, k)
	s.Checks = append(s.Checks, Check{Kind: f.Kind, Name: k.String(), State: Differs, Finding: f.ID})
	s.Findings = append(s.Findings, f)
	return f.ID
}

// soften makes info of findings whose values may differ by chance, whatever the
// runtimes. What the catalogue knows to be more than chance it raises again.
func (s *Section) soften(chance func(baseline, candidate string) bool) {
	for i := range s.Findings {
		if f := &s.Findings[i]; chance(f.Baseline, f.Candidate) {
			f.Severity = Info
		}
	}
}

// prove adds, to findings that have evidence from one side only, where the other
// side would have shown it.
func (s *Section) prove(absent map[clusters.Side]func(key) Evidence) {
	for i := range s.Findings {
		f := &s.Findings[i]
		for _, side := range clusters.Sides() {
			if len(f.on(side)) == 0 {
				f.Evidence = append(f.Evidence, absent[side](key{f.Aspect, f.Subject}))
			}
		}
	}
}

// String names the check of an aspect of a subject.
func (k key) String() string { return k.subject + ": " + k.aspect }

// join puts sections together.
func join(sections ...Section) Section {
	all := Section{shown: map[checkID]shown{}}
	for _, s := range sections {
		all.Checks = append(all.Checks, s.Checks...)
		all.Findings = append(all.Findings, s.Findings...)
		all.Gaps = append(all.Gaps, s.Gaps...)
		all.Warnings = append(all.Warnings, s.Warnings...)
		all.Assets = append(all.Assets, s.Assets...)
		all.Outcomes = append(all.Outcomes, s.Outcomes...)
		all.Amounts = append(all.Amounts, s.Amounts...)
		maps.Copy(all.shown, s.shown)
	}
	return all
}

// firstOf returns the first of the items that share a name.
func firstOf[T any](items []T, name func(T) string) []T {
	seen := map[string]bool{}
	var first []T
	for _, item := range items {
		if n := name(item); !seen[n] {
			seen[n] = true
			first = append(first, item)
		}
	}
	return first
}
