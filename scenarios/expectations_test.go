package scenarios_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rehearse-dev/rehearse/scenarios"
)

const accepted = `apiVersion: rehearse.dev/v1alpha1
kind: Expectations
expectations:
  - finding: MET-014
    reason: our inventory strips the scheme
    owner: platform team
    expires: 2027-01-31
  - match: {kind: logs, subject: ^shop/, aspect: line format, cause: LOG-001}
    upTo: breaks
    reason: the shop has a CRI parser
    owner: shop team
    expires: "2026-12-31"
`

func day(t *testing.T, text string) scenarios.Date {
	t.Helper()
	var d scenarios.Date
	if err := d.UnmarshalText([]byte(text)); err != nil {
		t.Fatal(err)
	}
	return d
}

func TestLoadExpectationsReadsEveryField(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "accepted.yaml")
	write(t, path, accepted)
	got, err := scenarios.LoadExpectations(path)
	if err != nil {
		t.Fatal(err)
	}
	want := &scenarios.Expectations{
		APIVersion: scenarios.APIVersion, Kind: scenarios.KindExpectations,
		Expectations: []scenarios.Expectation{
			{Finding: "MET-014", Reason: "our inventory strips the scheme", Owner: "platform team", Expires: day(t, "2027-01-31")},
			{
				Match: &scenarios.Match{Kind: "logs", Subject: "^shop/", Aspect: "line format", Cause: "LOG-001"}, UpTo: "breaks",
				Reason: "the shop has a CRI parser", Owner: "shop team", Expires: day(t, "2026-12-31"),
			},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("LoadExpectations (-want +got):\n%s", diff)
	}
}

func TestReadExpectationsReportsEveryMistakeAtOnce(t *testing.T) {
	t.Parallel()
	_, err := scenarios.ReadExpectations("e.yaml", []byte(`apiVersion: rehearse.dev/v1
kind: Expectation
expectations:
  - finding: A-001
    match: {kind: logs}
    reason: " "
    expires: tomorrow
  - match: {}
    upTo: break
    reason: r
    owner: o
    expires: 2027-02-30
  - finding: A-001
    match: {subject: (}
    resaon: r
    owner: [o]
`))
	var invalid *scenarios.InvalidError
	if !errors.As(err, &invalid) {
		t.Fatalf("ReadExpectations = %v, want an InvalidError", err)
	}
	want := []string{
		`e.yaml:1: apiVersion: expected "rehearse.dev/v1alpha1", found "rehearse.dev/v1"`,
		`e.yaml:2: kind: expected "Expectations", found "Expectation"`,
		`e.yaml:4: expectations[0]: expected only one of finding, match, found finding and match`,
		`e.yaml:4: expectations[0].owner: required`,
		`e.yaml:6: expectations[0].reason: required`,
		`e.yaml:7: expectations[0].expires: expected a day such as 2027-01-31, found "tomorrow"`,
		`e.yaml:8: expectations[1].match: expected one or more of aspect, cause, kind, subject`,
		`e.yaml:9: expectations[1].upTo: expected one of breaks, changes, info, found "break" (did you mean "breaks"?)`,
		`e.yaml:12: expectations[1].expires: expected a day such as 2027-01-31, found "2027-02-30"`,
		`e.yaml:13: expectations[2]: expected only one of finding, match, found finding and match`,
		`e.yaml:13: expectations[2].expires: required (the last day on which it is accepted)`,
		`e.yaml:13: expectations[2].finding: "A-001" is taken by expectations[0].finding`,
		`e.yaml:13: expectations[2].reason: required`,
		"e.yaml:14: expectations[2].match.subject: not a regular expression (RE2): error parsing regexp: missing closing ): `(`",
		`e.yaml:15: expectations[2].resaon: unknown field (did you mean "reason"?)`,
		`e.yaml:16: expectations[2].owner: expected text, found a list`,
	}
	var got []string
	for _, p := range invalid.Problems {
		got = append(got, p.String())
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
	if !strings.HasPrefix(err.Error(), `expectations "e.yaml" has 16 mistakes:`) {
		t.Errorf("Error() = %q", err)
	}
}

func TestDateIsOverAtItsEnd(t *testing.T) {
	t.Parallel()
	d := day(t, "2026-12-31")
	for at, want := range map[string]bool{
		"2026-12-30T12:00:00Z": false, "2026-12-31T23:59:59Z": false, "2027-01-01T00:00:00Z": true,
		"2027-01-01T00:30:00+01:00": false, // still the day before in UTC
	} {
		moment, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		if got := d.Over(moment); got != want {
			t.Errorf("%s is over at %s = %t, want %t", d, at, got, want)
		}
	}
}

func TestSchemaAcceptsExpectations(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("expectations.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	schema := compile(t, expectationsID, raw)
	if err := valid(t, schema, []byte(strings.ReplaceAll(accepted, "2027-01-31", `"2027-01-31"`))); err != nil {
		t.Error(err)
	}
	for _, mistake := range []string{"finding: MET-014", "reason: our", "expires: 2027"} {
		broken := strings.Replace(accepted, mistake, "x-"+mistake, 1)
		if err := valid(t, schema, []byte(broken)); err == nil {
			t.Errorf("the schema accepts a file in which %q is called otherwise", mistake)
		}
	}
}

func TestRecordedExpectations(t *testing.T) {
	t.Parallel()
	s, err := scenarios.Load(folder(t, everything))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := s.Recorded(); err != nil || string(got) != accepted {
		t.Errorf("Recorded = %q, %v; want the file as it is", got, err)
	}
	s.Spec.Expect = ""
	if got, err := s.Recorded(); got != nil || err != nil {
		t.Errorf("Recorded = %q, %v; want none", got, err)
	}
}

// TestLoadChecksExpectations reports the mistakes of both files at once.
func TestLoadChecksExpectations(t *testing.T) {
	t.Parallel()
	dir := folder(t, minimal("  expect: expectations.yaml\n  summary: [a]"))
	write(t, filepath.Join(dir, "expectations.yaml"), "apiVersion: rehearse.dev/v1alpha1\nkind: Expected\n")
	_, err := scenarios.Load(dir)
	want := "\n  " + dir + "/scenario.yaml:7: spec.summary: expected text, found a list" +
		"\n  " + dir + `/expectations.yaml:2: kind: expected "Expectations", found "Expected"`
	if err == nil || !strings.HasSuffix(err.Error(), want) {
		t.Errorf("Load = %v, want it to end in %s", err, want)
	}
}

func FuzzReadExpectations(f *testing.F) {
	f.Add(accepted)
	f.Add("expectations: [{match: {subject: '('}}]")
	f.Fuzz(func(t *testing.T, content string) {
		e, err := scenarios.ReadExpectations("e.yaml", []byte(content))
		if (e == nil) == (err == nil) {
			t.Errorf("ReadExpectations = %v, %v, want one of them", e, err)
		}
	})
}
