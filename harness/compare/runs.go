package compare

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/rehearse-dev/rehearse/harness/compare/noise"
	"github.com/rehearse-dev/rehearse/harness/record"
)

// Outcome is whether something that a check is about, by its name, worked on each
// side of one pair of runs, baseline first.
type Outcome struct {
	Kind   record.Kind
	Check  string
	Worked [2]bool
}

// pairRun is what comparing one pair of runs gave.
type pairRun struct {
	Section
	checks   map[checkID]Check
	findings map[string]Finding // by ID
	outcomes map[checkID][2]bool
	// blind are the kinds of evidence with a gap: what does not show may have been
	// there.
	blind map[record.Kind]bool
}

func newPairRun(s Section, baseline, candidate *record.Recording) pairRun {
	p := pairRun{s, map[checkID]Check{}, map[string]Finding{}, map[checkID][2]bool{}, map[record.Kind]bool{}}
	for _, c := range s.Checks {
		p.checks[checkID{c.Kind, c.Name}] = c
	}
	for _, f := range s.Findings {
		p.findings[f.ID] = f
	}
	for _, o := range s.Outcomes {
		p.outcomes[checkID{o.Kind, o.Check}] = o.Worked
	}
	for _, g := range s.Gaps {
		p.blind[g.Kind] = true
	}
	for _, g := range slices.Concat(baseline.Meta.Gaps, candidate.Meta.Gaps) {
		p.blind[g.Kind] = true
	}
	return p
}

// overRuns judges several pairs of runs as one: what a side shows in all of its
// runs and the other in none differs; what varies from run to run is noise.
func overRuns(runs []pairRun) (Section, Noise) {
	n := Noise{Runs: len(runs)}
	if len(runs) == 1 {
		return runs[0].alone(), n
	}
	var result Section
	ids := map[checkID]bool{}
	for _, r := range runs {
		result.Gaps = append(result.Gaps, r.Gaps...)
		result.Warnings = append(result.Warnings, r.Warnings...)
		for id := range r.checks {
			ids[id] = true
		}
	}
	lanes := map[string]*Lane{presenceLane: {Name: presenceLane}, amountLane: {Name: amountLane}, outcomeLane: {Name: outcomeLane}}
	for _, id := range slices.SortedFunc(maps.Keys(ids), checkID.compare) {
		decision := decide(id, runs)
		decision.count(lanes)
		result.adopt(id, decision, runs)
		n.note(id, decision)
	}
	result.Assets = assetsOverRuns(runs, result.follow())
	result = join(result, amountsOverRuns(runs, lanes))
	for _, name := range []string{presenceLane, amountLane, outcomeLane} {
		n.Lanes = append(n.Lanes, lanes[name].rounded())
	}
	result.Warnings = append(result.Warnings, n.warnings()...)
	return result, n
}

// alone is what one pair of runs says. Two of the user's assets may have one name.
func (p pairRun) alone() Section {
	s := p.Section
	s.Checks = firstOf(s.Checks, func(c Check) string { return checkID{c.Kind, c.Name}.String() })
	s.Assets = firstOf(s.Assets, JudgedAsset.place)
	return s
}

// follow makes checks unproven that go with a finding which does not stand, and says
// which findings do.
func (s *Section) follow() (stands func(finding string) bool) {
	standing := map[string]bool{}
	for _, f := range s.Findings {
		standing[f.ID] = true
	}
	for i := range s.Checks {
		if c := &s.Checks[i]; c.Finding != "" && !standing[c.Finding] {
			c.State, c.Finding = Unproven, ""
		}
	}
	return func(finding string) bool { return standing[finding] }
}

// String is the ID of the finding of a check that differs, before findings are
// folded.
func (id checkID) String() string { return fmt.Sprintf("%s/%s", id.kind, id.name) }

func (id checkID) compare(other checkID) int {
	return cmp.Or(cmp.Compare(id.kind, other.kind), cmp.Compare(id.name, other.name))
}

// decision is what several runs say of one check.
type decision struct {
	lane  string
	state CheckState
	// differs and made are in how many pairs of runs the sides differed, and could
	// be compared.
	differs, made int
	// decoy is how much of a false finding is expected of it.
	decoy float64
	// trial is set for what works or does not.
	trial noise.Outcome
}

// decide judges one check by the lane that knows most of it.
func decide(id checkID, runs []pairRun) decision {
	var d decision
	states := map[CheckState]int{}
	missing := 0 // where it could have been made
	for _, r := range runs {
		switch check, made := r.checks[id]; {
		case made:
			states[check.State]++
			d.made++
		case !r.blind[id.kind]:
			missing++
		}
	}
	d.differs = states[Differs]
	if d.trial = trialOf(id, runs); d.trial.N > 1 && !d.trial.Steady() {
		return d.byOutcome()
	}
	if states[Unproven] > 0 {
		d.state = Unproven
		return d
	}
	d.state = Agrees
	if sighting := sightingOf(id, runs); sighting.N > 0 {
		d.lane, d.decoy, d.made = presenceLane, sighting.Decoy(), sighting.N
		if sighting.Differs() && d.differs > 0 {
			d.state = Differs
		}
		return d
	}
	d.made += missing
	switch {
	case d.differs == d.made && d.made > 1:
		d.state = Differs
	case d.differs == d.made: // and nobody knows what the other runs would have shown
		d.state = Unproven
	}
	return d
}

// byOutcome judges what worked in some runs and not in others. What is neither
// steady nor a difference is unproven.
func (d decision) byOutcome() decision {
	d.lane, d.decoy, d.state = outcomeLane, d.trial.Decoy(), Unproven
	if d.trial.Differs() && d.differs > 0 {
		d.state = Differs
	}
	return d
}

// trialOf gathers in which runs something worked.
func trialOf(id checkID, runs []pairRun) noise.Outcome {
	var known [][2]bool
	for _, r := range runs {
		if worked, ok := r.outcomes[id]; ok {
			known = append(known, worked)
		}
	}
	trial := noise.Outcome{N: len(known)}
	for run, worked := range known {
		for side, w := range worked {
			if w {
				trial.Worked |= 1 << (side*trial.N + run)
			}
		}
	}
	return trial
}

// sightingOf gathers which runs showed which value. Pairs of runs in which the
// thing could not be looked for are left out.
func sightingOf(id checkID, runs []pairRun) noise.Sighting {
	var looked []shown
	chance, seen := false, false
	for _, r := range runs {
		chance = chance || r.shown[id].chance
	}
	for _, r := range runs {
		what, known := r.shown[id]
		seen = seen || known && !what.unlooked
		if !what.unlooked && (known || !chance && !r.blind[id.kind]) {
			looked = append(looked, what)
		}
	}
	if !seen {
		return noise.Sighting{}
	}
	s := noise.Sighting{N: len(looked)}
	byValue := map[string]noise.Runs{}
	for run, what := range looked {
		s.Partial = s.Partial || what.partial
		for side, values := range what.values {
			for _, value := range values {
				byValue[value] |= 1 << (side*s.N + run)
			}
		}
	}
	s.Values = slices.Sorted(maps.Values(byValue))
	return s
}

// adopt adds a check as it was decided, with the first of the findings for one
// that differs.
func (s *Section) adopt(id checkID, d decision, runs []pairRun) {
	check := Check{Kind: id.kind, Name: id.name, State: d.state}
	if d.state != Differs {
		s.Checks = append(s.Checks, check)
		return
	}
	// A check may go with the finding of another one.
	if check.Finding = findingOf(id, runs); check.Finding != id.String() {
		s.Checks = append(s.Checks, check)
		return
	}
	var first *Finding
	for _, r := range runs {
		f, ok := r.findings[check.Finding]
		switch {
		case !ok:
		case first == nil:
			first = &f
		case f.Change != first.Change:
			first.Change = Changed
		}
	}
	first.Confidence = d.confidence(len(runs))
	s.Checks = append(s.Checks, check)
	s.Findings = append(s.Findings, *first)
}

// confidence says how sure it is, over n pairs of runs, that the sides differ.
func (d decision) confidence(n int) string {
	switch {
	case d.lane == outcomeLane:
		worked := d.trial.Counts()
		return fmt.Sprintf("worked in %d of %d runs on the baseline and in %d of %d on the candidate (Fisher's exact test: p = %.2g)",
			worked[0], d.trial.N, worked[1], d.trial.N, d.trial.P())
	case d.made < n:
		return fmt.Sprintf("in %d of %d runs, all in which it could be compared", d.made, n)
	default:
		return fmt.Sprintf("in all %d runs", n)
	}
}

// findingOf names the finding of a check that differs: its own, if it has one in any
// run.
func findingOf(id checkID, runs []pairRun) string {
	var named string
	for _, r := range runs {
		if finding := r.checks[id].Finding; named == "" || finding == id.String() {
			named = finding
		}
	}
	return named
}
