package scenarios

import (
	"fmt"
	"regexp"
	"strings"
	"time"
)

// KindExpectations that every file of expectations names.
const KindExpectations = "Expectations"

// ExpectationsFile is what a file of expectations is called in a run folder.
const ExpectationsFile = "expectations.yaml"

// Expectations is a file of differences that somebody accepted in writing.
type Expectations struct {
	// APIVersion of the format.
	APIVersion string `json:"apiVersion" jsonschema:"enum=rehearse.dev/v1alpha1"`
	// Kind of the file.
	Kind string `json:"kind" jsonschema:"enum=Expectations"`
	// Expectations, of which the first that fits accepts a finding.
	Expectations []Expectation `json:"expectations"`
}

// Expectation accepts one finding, or those that match.
type Expectation struct {
	// Finding is the ID of the finding, as every report prints it.
	Finding string `json:"finding,omitempty" jsonschema:"oneof_required=finding"`
	Match   *Match `json:"match,omitempty" jsonschema:"oneof_required=match"`
	// UpTo is the gravest severity that is accepted: breaks, changes or info. The
	// default is changes, so that what breaks has to be accepted by that word.
	UpTo string `json:"upTo,omitempty" jsonschema:"enum=breaks,enum=changes,enum=info"`
	// Reason why the difference does no harm.
	Reason string `json:"reason"`
	// Owner is who stands by that.
	Owner string `json:"owner"`
	// Expires is the last day on which the difference is accepted, in UTC, such as
	// 2027-01-31.
	Expires Date `json:"expires"`
}

// Match fits a finding when everything that is set does: regular expressions (RE2)
// that may match anywhere.
type Match struct {
	// Kind of evidence, such as logs or metrics.
	Kind string `json:"kind,omitempty"`
	// Subject has to match every subject of the finding, so that one that turns up
	// later is not accepted with the others.
	Subject string `json:"subject,omitempty"`
	// Aspect is what of the subjects differs.
	Aspect string `json:"aspect,omitempty"`
	// Cause is the ID of the known difference; only a finding that has one matches.
	Cause string `json:"cause,omitempty"`
}

// String is the match on one line.
func (m *Match) String() string {
	var parts []string
	for _, part := range [][2]string{{"kind", m.Kind}, {"subject", m.Subject}, {"aspect", m.Aspect}, {"cause", m.Cause}} {
		if part[1] != "" {
			parts = append(parts, part[0]+" "+part[1])
		}
	}
	return strings.Join(parts, ", ")
}

// Date is a day.
type Date struct{ time.Time }

// dateForm is how a day is written.
const dateForm = "2006-01-02"

// MarshalText writes the day as 2006-01-02.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads a day such as 2027-01-31.
func (d *Date) UnmarshalText(text []byte) error {
	day, err := time.Parse(dateForm, string(text))
	if err != nil {
		return fmt.Errorf("expected a day such as 2027-01-31, found %q", text)
	}
	d.Time = day
	return nil
}

// String is the day as 2006-01-02.
func (d Date) String() string { return d.Format(dateForm) }

// Over says whether the day is over at a moment.
func (d Date) Over(at time.Time) bool { return !at.UTC().Before(d.AddDate(0, 0, 1)) }

// LoadExpectations reads a file of expectations. Mistakes in it come as one
// [*InvalidError] that lists them all.
func LoadExpectations(path string) (*Expectations, error) {
	data, err := readFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading expectations: %w", err)
	}
	return ReadExpectations(path, data)
}

// ReadExpectations reads the content of a file of expectations of that name.
func ReadExpectations(file string, data []byte) (*Expectations, error) {
	e := &Expectations{}
	err := strictly("expectations", file, data, e, e.check)
	if err != nil {
		return nil, err
	}
	return e, nil
}

// Recorded are the expectations of a scenario as they stand now, for the run folder;
// nil without any.
func (s *Scenario) Recorded() ([]byte, error) {
	if s.Spec.Expect == "" {
		return nil, nil
	}
	return readFile(s.Path(s.Spec.Expect))
}

// severities that an expectation may name.
var severities = []string{"breaks", "changes", "info"}

func (e *Expectations) check(c checker) {
	if e.APIVersion != APIVersion {
		c.add("apiVersion", "", "expected %q, found %q", APIVersion, e.APIVersion)
	}
	if e.Kind != KindExpectations {
		c.add("kind", "", "expected %q, found %q", KindExpectations, e.Kind)
	}
	seen := map[string]string{}
	for i, entry := range e.Expectations {
		path := fmt.Sprintf("expectations[%d]", i)
		c.exactlyOne(path, map[string]bool{"finding": entry.Finding != "", "match": entry.Match != nil})
		c.unique(seen, entry.Finding, path+".finding")
		if entry.Match != nil {
			entry.Match.check(c, path+".match")
		}
		if entry.UpTo != "" {
			c.oneOf(path+".upTo", entry.UpTo, severities)
		}
		for field, text := range map[string]string{"reason": entry.Reason, "owner": entry.Owner} {
			if strings.TrimSpace(text) == "" {
				c.add(path+"."+field, "", "required")
			}
		}
		if entry.Expires.IsZero() {
			c.add(path+".expires", "the last day on which it is accepted", "required")
		}
	}
}

func (m *Match) check(c checker, path string) {
	if *m == (Match{}) {
		c.addMissing(path, "", "expected one or more of aspect, cause, kind, subject")
	}
	for field, text := range map[string]string{"kind": m.Kind, "subject": m.Subject, "aspect": m.Aspect, "cause": m.Cause} {
		if _, err := regexp.Compile(text); err != nil {
			c.add(path+"."+field, "", "not a regular expression (RE2): %v", err)
		}
	}
}
