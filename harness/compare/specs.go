package compare

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/rehearse-dev/rehearse/clusters"
	"github.com/rehearse-dev/rehearse/harness/normalise"
	"github.com/rehearse-dev/rehearse/harness/record"
	"github.com/rehearse-dev/rehearse/suites"
)

const outcome = "outcome"

// Specs compares what suites showed: the outcome of every spec, and the values
// that it observed. Specs of the named shipped suites are no asset of the user's.
func Specs(shipped []string) Comparer {
	return Comparer{record.Specs, nil, func(baseline, candidate *record.Recording) (Section, error) {
		b, err := baseline.Suites()
		if err != nil {
			return Section{}, fmt.Errorf("reading suites: %w", err)
		}
		c, err := candidate.Suites()
		if err != nil {
			return Section{}, fmt.Errorf("reading suites: %w", err)
		}
		var s Section
		for _, name := range slices.Sorted(maps.Keys(b)) {
			if _, ok := c[name]; !ok {
				s.Gaps = append(s.Gaps, missingSuite(candidate, name))
				continue
			}
			before, err := newSuiteRun(baseline, b[name])
			if err != nil {
				return Section{}, err
			}
			after, err := newSuiteRun(candidate, c[name])
			if err != nil {
				return Section{}, err
			}
			s = join(s, compareSuite(before, after, slices.Contains(shipped, name)))
		}
		for _, name := range slices.Sorted(maps.Keys(c)) {
			if _, ok := b[name]; !ok {
				s.Gaps = append(s.Gaps, missingSuite(baseline, name))
			}
		}
		return s, nil
	}}
}

func missingSuite(r *record.Recording, name string) Gap {
	return Gap{Side: r.Meta.Side, Gap: record.Gap{Kind: record.Specs, Subject: "suite " + name, Reason: "it left no result on this side"}}
}

// suiteRun is one suite's result on one side.
type suiteRun struct {
	recording *record.Recording
	suite     string
	specs     map[string]suites.Spec
	mask      *normalise.Masker
	text      indented
}

func newSuiteRun(r *record.Recording, result suites.Result) (suiteRun, error) {
	text, err := readIndented(r, suiteFile(result.Suite))
	run := suiteRun{r, result.Suite, map[string]suites.Spec{}, normalise.New(r.Meta.Names), text}
	for _, spec := range result.Specs {
		run.specs[spec.Name] = spec
	}
	return run, err
}

func suiteFile(suite string) string { return record.SuitesDir + "/" + suite + ".json" }

func compareSuite(b, c suiteRun, shipped bool) Section {
	s := diff(record.Specs, nil, b.outcomes(c), c.outcomes(b))
	s.prove(map[clusters.Side]func(key) Evidence{clusters.Baseline: b.absent, clusters.Candidate: c.absent})
	s.soften(race)
	for i, f := range s.Findings {
		if f.Aspect == outcome && f.Baseline == string(suites.Passed) && strings.HasPrefix(f.Candidate, string(suites.Failed)) && !shipped {
			s.Findings[i].Severity = Breaks
			s.Findings[i].Assets = []Asset{{Kind: "spec", Name: f.Subject, Why: "passes on the baseline, fails on the candidate"}}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(b.specs)) {
		if !b.shows(c, name) {
			s.unproven(record.Specs, key{outcome, b.subject(name)})
		}
		s.spec(name, b, c)
	}
	return s
}

// spec adds what several runs say of a spec that both sides ran: whether it
// passed, and that what it would have seen was not compared if it did not.
func (s *Section) spec(name string, b, c suiteRun) {
	before, after := b.specs[name], c.specs[name]
	if before.State == "" || after.State == "" {
		return
	}
	passed := [2]bool{before.State == suites.Passed, after.State == suites.Passed}
	s.tried(record.Specs, key{outcome, b.subject(name)}, passed)
	if passed == [2]bool{true, true} {
		return
	}
	for _, o := range slices.Concat(before.Observations, after.Observations) {
		if !b.saw(name, o.Name) || !c.saw(name, o.Name) {
			s.skip(record.Specs, key{o.Name, b.subject(name)})
		}
	}
}

// shows is false for a spec that passed on neither side and failed on one at
// least: what it would have shown, nobody knows.
func (r suiteRun) shows(other suiteRun, name string) bool {
	b, c := r.specs[name].State, other.specs[name].State
	return b == suites.Passed || c == suites.Passed || b != suites.Failed && c != suites.Failed
}

// absent points at the spec that did not see something, or at its suite.
func (r suiteRun) absent(k key) Evidence {
	spec := strings.TrimPrefix(k.subject, r.suite+": ")
	return r.evidence(fmt.Sprintf("%s: no %s", spec, k.aspect), spec)
}

// outcomes are the facts of a suite. A spec that did not pass on either side did
// not get to see all that it wanted: only what both saw is compared then.
func (r suiteRun) outcomes(other suiteRun) facts {
	f := facts{}
	for name, spec := range r.specs {
		if r.shows(other, name) {
			f.add(key{outcome, r.subject(name)}, r.result(spec), r.evidence(string(spec.State)+" "+spec.Failure, name))
		}
		both := spec.State == suites.Passed && other.specs[name].State == suites.Passed
		for _, o := range spec.Observations {
			if both || other.saw(name, o.Name) {
				f.add(key{o.Name, r.subject(name)}, r.mask.Text(o.Value), r.evidence(o.Name+" = "+o.Value, name, o.Name))
			}
		}
	}
	return f
}

// result is how a spec went and, when it failed, why.
func (r suiteRun) result(spec suites.Spec) string {
	if spec.State != suites.Failed {
		return string(spec.State)
	}
	return string(spec.State) + ": " + r.mask.Text(spec.Failure)
}

func (r suiteRun) saw(spec, observation string) bool {
	return slices.ContainsFunc(r.specs[spec].Observations, func(o suites.Observation) bool { return o.Name == observation })
}

func (r suiteRun) subject(spec string) string { return r.suite + ": " + spec }

// evidence points at what stands behind the given strings.
func (r suiteRun) evidence(text string, behind ...string) Evidence {
	return at(r.recording, suiteFile(r.suite), r.text.line(behind...), text)
}
