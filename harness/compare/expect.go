package compare

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"time"

	"github.com/rehearse-dev/rehearse/scenarios"
)

// Expectation is a difference that somebody accepted in writing, and what became
// of that.
type Expectation struct {
	// Of is the ID of the finding, or what a finding has to match.
	Of      string           `json:"of"`
	UpTo    Severity         `json:"upTo"` // the gravest severity that it accepts
	Reason  string           `json:"reason"`
	Owner   string           `json:"owner"`
	Expires string           `json:"expires"` // the last day, as 2006-01-02
	State   ExpectationState `json:"state"`
	// Findings are the IDs of those that fit it, accepted or not.
	Findings []string `json:"findings,omitempty"`
}

// ExpectationState says whether an expectation still holds.
type ExpectationState string

// The states of an expectation. All but the first want looking after.
const (
	Accepts   ExpectationState = "accepts"
	Expired   ExpectationState = "expired"   // the rehearsal ended after its last day
	Exceeded  ExpectationState = "exceeded"  // a finding that fits it is graver
	Unmatched ExpectationState = "unmatched" // no finding fits it
)

// Acceptance is why a finding was accepted, by whom and until when, in one line;
// empty for one that was not.
func (f Finding) Acceptance() string {
	if f.Owner == "" || f.Expected == "" {
		return f.Expected
	}
	return fmt.Sprintf("%s (%s, until %s)", f.Expected, f.Owner, f.Expires)
}

// Stale are the expectations that no longer hold.
func (c *Comparison) Stale() []Expectation {
	return slices.DeleteFunc(slices.Clone(c.Expectations), func(e Expectation) bool { return e.State == Accepts })
}

// accept marks the findings that expectations accept. Whether one has expired is
// judged by when the rehearsal ended.
func (c *Comparison) accept(expectations *scenarios.Expectations, ended time.Time) error {
	if expectations == nil {
		return nil
	}
	for _, e := range expectations.Expectations {
		fits, err := matching(e)
		if err != nil {
			return fmt.Errorf("accepting: %w", err)
		}
		accepted := Expectation{
			Of: e.Finding, UpTo: cmp.Or(Severity(e.UpTo), Changes), State: Accepts,
			Reason: e.Reason, Owner: e.Owner, Expires: e.Expires.String(),
		}
		if e.Match != nil {
			accepted.Of = e.Match.String()
		}
		c.Expectations = append(c.Expectations, accepted)
		c.apply(&c.Expectations[len(c.Expectations)-1], fits, e.Expires.Over(ended))
	}
	return nil
}

// apply accepts the findings that fit, unless the expectation no longer holds.
func (c *Comparison) apply(e *Expectation, fits func(*Finding) bool, expired bool) {
	for i := range c.Findings {
		f := &c.Findings[i]
		if !fits(f) {
			continue
		}
		e.Findings = append(e.Findings, f.ID)
		switch {
		case expired:
		case rank(f.Severity) < rank(e.UpTo):
			e.State = Exceeded
		case f.Expected == "":
			f.Expected, f.Owner, f.Expires = e.Reason, e.Owner, e.Expires
		}
	}
	switch {
	case expired:
		e.State = Expired
	case len(e.Findings) == 0:
		e.State = Unmatched
	}
	if warning := e.warning(); warning != "" {
		c.Warnings = append(c.Warnings, warning)
	}
}

func (e *Expectation) warning() string {
	switch e.State {
	case Expired:
		return fmt.Sprintf("the expectation of %s expired on %s: %s is to renew it or to mend what it is about", e.Of, e.Expires, e.Owner)
	case Exceeded:
		return fmt.Sprintf("the expectation of %s accepts no more than %q, and what fits it is graver", e.Of, e.UpTo)
	case Unmatched:
		return fmt.Sprintf("the expectation of %s fits no finding: %s may take it out", e.Of, e.Owner)
	default:
		return ""
	}
}

// matching says which findings an expectation fits.
func matching(e scenarios.Expectation) (func(*Finding) bool, error) {
	if e.Match == nil {
		return func(f *Finding) bool { return f.ID == e.Finding }, nil
	}
	var patterns [4]*regexp.Regexp
	for i, text := range []string{e.Match.Kind, e.Match.Subject, e.Match.Aspect, e.Match.Cause} {
		pattern, err := regexp.Compile(text)
		if err != nil {
			return nil, err
		}
		patterns[i] = pattern
	}
	kind, subject, aspect, cause := patterns[0], patterns[1], patterns[2], patterns[3]
	return func(f *Finding) bool {
		return kind.MatchString(string(f.Kind)) && aspect.MatchString(f.Aspect) && cause.MatchString(f.Cause) &&
			(e.Match.Cause == "" || f.Cause != "") &&
			!slices.ContainsFunc(f.Subjects, func(s string) bool { return !subject.MatchString(s) })
	}, nil
}

// ended is when the last of the recordings did.
func ended(in Input) time.Time {
	var last time.Time
	for _, r := range slices.Concat(in.Baseline, in.Candidate) {
		if r.Meta.Ended.After(last) {
			last = r.Meta.Ended
		}
	}
	return last
}
