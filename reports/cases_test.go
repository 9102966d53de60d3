package reports_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/rehearse-dev/rehearse/clusters"
	"github.com/rehearse-dev/rehearse/harness/compare"
	"github.com/rehearse-dev/rehearse/harness/record"
)

// cases are comparisons at the edges of what a reader may meet.
func cases(t *testing.T) map[string]*compare.Comparison {
	t.Helper()
	return map[string]*compare.Comparison{
		"quickstart":   quickstart(t),
		"empty":        {},
		"equivalent":   equivalent(t),
		"inconclusive": inconclusive(t),
		"null":         null(t),
		"assets":       withAssets(t),
		"huge":         huge(),
		"hostile":      everywhere(poison),
		"one run":      {Verdict: compare.Equivalent, Noise: compare.Noise{Runs: 1}},
		"strict":       strict(t),
	}
}

// equivalent is the quickstart had nothing differed.
func equivalent(t *testing.T) *compare.Comparison {
	t.Helper()
	c := quickstart(t)
	c.Verdict, c.Findings, c.Gaps, c.Warnings, c.Parity = compare.Equivalent, nil, nil, nil, nil
	for i := range c.Checks {
		c.Checks[i].State, c.Checks[i].Finding = compare.Agrees, ""
	}
	return c
}

// inconclusive is an equivalent one that could not see everything.
func inconclusive(t *testing.T) *compare.Comparison {
	t.Helper()
	c := equivalent(t)
	c.Verdict, c.Gaps = compare.Inconclusive, quickstart(t).Gaps
	c.Checks[0].State = compare.Unproven
	return c
}

// withAssets is the quickstart with log searches, of every verdict.
func withAssets(t *testing.T) *compare.Comparison {
	t.Helper()
	c := quickstart(t)
	for i, verdict := range compare.AssetVerdicts() {
		c.Assets = append(c.Assets, compare.JudgedAsset{
			Kind: "log search", Name: fmt.Sprint("search ", i), File: "searches.yaml", Line: 4 + i, Verdict: verdict, Why: "because | of this",
		})
	}
	dead, f := &c.Assets[0], &c.Findings[1]
	dead.Finding = f.ID
	f.Assets = append(f.Assets, compare.Asset{Kind: dead.Kind, Name: dead.Name, Why: dead.Why, File: dead.File, Line: dead.Line})
	c.Gaps = append(c.Gaps, compare.Gap{Gap: record.Gap{Kind: record.Searches, Subject: "log search search 4 (searches.yaml:8)", Reason: "no"}})
	return c
}

// null is a rehearsal of a runtime against itself that found noise.
func null(t *testing.T) *compare.Comparison {
	t.Helper()
	c := quickstart(t)
	c.Pair.Candidate = c.Pair.Baseline
	c.Findings = c.Findings[3:5]
	return c
}

// strict is an equivalent one, but for an expectation that expired.
func strict(t *testing.T) *compare.Comparison {
	t.Helper()
	c := equivalent(t)
	c.Verdict, c.Strict = compare.Different, true
	c.Expectations = []compare.Expectation{{Of: "MET-015", Reason: "r", Owner: "o", Expires: "2026-11-01", State: compare.Expired}}
	return c
}

// huge has more of everything than a person reads.
func huge() *compare.Comparison {
	c := &compare.Comparison{Scenario: compare.Scenario{Name: "huge"}, Verdict: compare.Different, Since: &compare.Since{}}
	c.Pair.Baseline.Runtime, c.Pair.Candidate.Runtime = clusters.Docker, clusters.Containerd
	severities := []compare.Severity{compare.Breaks, compare.Changes, compare.Info}
	long := strings.Repeat("words to fill a page ", 150)
	for i := range 2000 {
		f := compare.Finding{
			ID: fmt.Sprintf("logs/%d", i), Kind: record.Logs, Change: compare.Changed, Subject: fmt.Sprint("subject ", i),
			Severity: severities[i*3/2000], Title: fmt.Sprintf("Line %d differs", i),
			Baseline: long, Candidate: long, Remedy: long, Cause: fmt.Sprint("LOG-", i%50),
		}
		for j := range 41 {
			f.Subjects = append(f.Subjects, fmt.Sprintf("subject %d of %d", j, i))
			f.Assets = append(f.Assets, compare.Asset{Kind: "workload", Name: fmt.Sprint("web-", j)})
			f.Evidence = append(f.Evidence, compare.Evidence{Side: clusters.Sides()[j%2], File: "x.log", Line: j, Text: long[:300]})
		}
		c.Findings = append(c.Findings, f)
		c.Checks = append(c.Checks, compare.Check{Kind: f.Kind, Name: f.Subject, State: compare.Differs, Finding: f.ID})
		c.Assets = append(c.Assets, compare.JudgedAsset{Kind: "rule", Name: f.Title, File: "a", Verdict: compare.AssetDead, Why: long, Finding: f.ID})
		c.Gaps = append(c.Gaps, compare.Gap{Side: clusters.Baseline, Gap: record.Gap{Kind: record.Logs, Subject: f.Subject, Reason: "gone"}})
		c.Warnings = append(c.Warnings, f.Title)
		c.Noise.Varying = append(c.Noise.Varying, compare.Varying{Kind: f.Kind, Name: f.Subject, Differ: 1, Runs: 3})
		c.Noise.Flaky = append(c.Noise.Flaky, compare.Flaky{Kind: f.Kind, Name: f.Subject, Runs: 3})
		c.Expectations = append(c.Expectations, compare.Expectation{Of: f.ID, State: compare.Unmatched})
		past := compare.Past{ID: f.ID, Severity: f.Severity, Title: f.Title}
		c.Since.Fixed, c.Since.Unseen = append(c.Since.Fixed, past), append(c.Since.Unseen, past)
	}
	return c
}

// poison is what a cluster could write to attack whoever reads a report.
const poison = "</script><script>alert(1)</script><img src=x onerror=alert(1)>\"'`--><!--]]>]]&{{.}}" +
	"\x00\x1b[31mred\x1b]0;title\x07\xff\xfe\u202egnp.exe\u2066\uffff\r\n| a | b |\n# title\n[x](javascript:alert(1)) @all"

// everywhere is a comparison with s in every string that a cluster or a user
// may have written, and in most others.
func everywhere(s string) *compare.Comparison {
	side := compare.Side{Runtime: clusters.Runtime(s), Versions: map[string]string{"runtime": s, s: s}}
	return &compare.Comparison{
		Scenario: compare.Scenario{Name: s, Summary: s},
		Pair:     compare.Pair{Baseline: side, Candidate: side},
		Verdict:  compare.Different,
		Parity: []clusters.Parity{
			{Property: s, Baseline: s, Candidate: s, Class: clusters.ParityConfounder, Note: s},
			{Property: s, Baseline: s, Candidate: s, Class: clusters.ParityClass(s)},
		},
		Findings: []compare.Finding{
			{
				ID: s, Kind: record.Kind(s), Change: compare.Change(s), Subject: s, Severity: compare.Breaks,
				Title: s, Baseline: s, Candidate: s, Cause: s, Remedy: s, Subjects: []string{s, s},
				Assets:     []compare.Asset{{Kind: s, Name: s, Why: s, File: s, Line: 1}},
				Evidence:   []compare.Evidence{{Side: clusters.Candidate, File: s, Line: 1, Text: s}},
				Confidence: s,
			},
			{ID: s + "2", Severity: compare.Severity(s), Title: s, Expected: s, Owner: s, Expires: s},
		},
		Checks: []compare.Check{
			{Kind: record.Kind(s), Name: s, State: compare.Differs, Finding: s},
			{Kind: record.Kind(s), Name: s, State: compare.CheckState(s)},
			{Kind: record.Logs, Name: s, State: compare.Differs, Finding: "not there"},
			{Kind: record.Logs, Name: s, State: compare.Unproven},
		},
		Assets:   []compare.JudgedAsset{{Kind: s, Name: s, File: s, Line: 1, Verdict: compare.AssetVerdict(s), Why: s, Finding: s}},
		Gaps:     []compare.Gap{{Side: clusters.Side(s), Gap: record.Gap{Kind: record.Kind(s), Subject: s, Reason: s}}},
		Warnings: []string{s},
		Noise: compare.Noise{
			Runs: 3, Lanes: []compare.Lane{{Name: s, Judged: 1}},
			Flaky:   []compare.Flaky{{Kind: record.Logs, Name: s}, {Kind: record.Kind(s), Name: s}},
			Varying: []compare.Varying{{Kind: record.Kind(s), Name: s}},
		},
		Expectations: []compare.Expectation{{Of: s, Reason: s, Owner: s, Expires: s, State: compare.ExpectationState(s), Findings: []string{s}}},
		Since: &compare.Since{
			Name: s, New: []string{s}, Still: []string{s + "2"},
			Fixed: []compare.Past{{ID: s, Severity: compare.Breaks, Title: s}}, Unseen: []compare.Past{{ID: s, Title: s}},
		},
	}
}
