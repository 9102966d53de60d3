package reports

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"github.com/jstemmer/go-junit-report/v2/junit"

	"github.com/rehearse-dev/rehearse/clusters"
	"github.com/rehearse-dev/rehearse/harness/compare"
	"github.com/rehearse-dev/rehearse/harness/record"
	"github.com/rehearse-dev/rehearse/internal/printable"
)

// JUnit writes every check as a test case: one suite per kind of evidence, with
// names that stay the same from run to run. A check fails when its finding is
// one that asks for work; a check without proof, and everything that could not
// be looked at, is skipped with the reason. What merely differs passes and says
// so in its output.
func JUnit(w io.Writer, c *compare.Comparison) error {
	report := junit.Testsuites{Name: "rehearse " + oneLine(c.Scenario.Name)}
	for _, suite := range junitSuites(c) {
		suite.ID = len(report.Suites)
		report.AddSuite(suite)
	}
	var out strings.Builder
	out.WriteString(xml.Header)
	if err := report.WriteXML(&out); err != nil {
		return fmt.Errorf("writing JUnit: %w", err)
	}
	// The XML encoder lets through what XML forbids inside of CDATA.
	_, err := io.WriteString(w, printable.String(out.String()))
	return err
}

// junitSuites gives one suite per kind, in the order in which the kinds first
// appear among the checks, then among gaps.
func junitSuites(c *compare.Comparison) []junit.Testsuite {
	j := junitReport{c: c, at: map[record.Kind]int{}, told: map[string]bool{}}
	findings := make(map[string]compare.Finding, len(c.Findings))
	for _, f := range c.Findings {
		findings[f.ID] = f
	}
	for _, check := range c.Checks {
		j.check(check, findings)
	}
	for _, f := range c.Findings {
		// Every finding hangs on a check; should one not, it must still fail.
		if !j.told[f.ID] {
			j.add(f.Kind, "finding "+f.ID, func(t *junit.Testcase) { judge(t, c, f) })
		}
	}
	for _, e := range c.Expectations {
		j.add("expectations", "expectation of "+e.Of, func(t *junit.Testcase) { hold(t, c, e) })
	}
	for _, g := range c.Gaps {
		j.add(g.Kind, strings.ReplaceAll(fmt.Sprintf("gap: %s: %s", g.Side, g.Subject), "gap: : ", "gap: "), func(t *junit.Testcase) {
			t.Skipped = &junit.Result{Message: "could not be looked at: " + oneLine(g.Reason)}
		})
	}
	return j.suites
}

// junitReport gathers the suites while it is being filled.
type junitReport struct {
	c      *compare.Comparison
	suites []junit.Testsuite
	at     map[record.Kind]int // where each kind's suite is
	told   map[string]bool     // findings that a test case shows
}

func (j *junitReport) check(check compare.Check, findings map[string]compare.Finding) {
	j.add(check.Kind, check.Name, func(t *junit.Testcase) {
		switch check.State {
		case compare.Unproven:
			t.Skipped = &junit.Result{Message: "unproven: " + oneLine(noProof(j.c, check))}
		case compare.Differs:
			f, known := findings[check.Finding]
			if !known {
				t.Failure = &junit.Result{Message: "differs, and names a finding that is not there: " + oneLine(check.Finding)}
				return
			}
			j.told[f.ID] = true
			judge(t, j.c, f)
		case compare.Agrees:
		}
	})
}

func (j *junitReport) add(kind record.Kind, name string, fill func(*junit.Testcase)) {
	i, ok := j.at[kind]
	if !ok {
		i = len(j.suites)
		j.at[kind] = i
		j.suites = append(j.suites, junit.Testsuite{Name: oneLine(string(kind)), Time: "0.000"})
	}
	t := junit.Testcase{Name: oneLine(name), Classname: oneLine(j.c.Scenario.Name + "." + string(kind))}
	fill(&t)
	j.suites[i].AddTestcase(t)
}

// judge fails a test case for a finding, or lets it pass with a note.
func judge(t *junit.Testcase, c *compare.Comparison, f compare.Finding) {
	body := junitBody(c, f)
	if fails(c, f) {
		t.Failure = &junit.Result{Message: oneLine(f.Title), Type: string(f.Severity), Data: body}
		return
	}
	t.SystemOut = &junit.Output{Data: oneLine(f.Title) + "\n" + body}
}

// hold fails a test case for an expectation that no longer holds, if the rehearsal
// was to be strict about it.
func hold(t *junit.Testcase, c *compare.Comparison, e compare.Expectation) {
	body := oneLine(fmt.Sprintf("%s: %s (%s, until %s)", e.State, e.Reason, e.Owner, e.Expires))
	if c.Strict && e.State != compare.Accepts {
		t.Failure = &junit.Result{Message: "the expectation no longer holds: " + oneLine(string(e.State)), Data: body}
		return
	}
	t.SystemOut = &junit.Output{Data: body}
}

// junitBody is what a CI system shows of a finding: enough to act on.
func junitBody(c *compare.Comparison, f compare.Finding) string {
	var b strings.Builder
	line := func(label, value string) {
		if value != "" {
			fmt.Fprintf(&b, "%s: %s\n", label, clip(value, 1000))
		}
	}
	line(sideName(c, clusters.Baseline), f.Baseline)
	line(sideName(c, clusters.Candidate), f.Candidate)
	line("touches", strings.Join(assetNames(f, 10), ", "))
	line("cause", causeOf(f))
	line("how sure", f.Confidence)
	line("fix", f.Remedy)
	line("accepted", f.Acceptance())
	for i, e := range f.Evidence {
		if i == 4 {
			break
		}
		line(where(e), e.Text)
	}
	return b.String()
}
