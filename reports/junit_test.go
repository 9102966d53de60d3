package reports_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jstemmer/go-junit-report/v2/junit"

	"github.com/rehearse-dev/rehearse/harness/compare"
	"github.com/rehearse-dev/rehearse/harness/record"
	"github.com/rehearse-dev/rehearse/reports"
)

func TestJUnitOutcomes(t *testing.T) {
	t.Parallel()
	finding := func(s compare.Severity, expected string) *compare.Comparison {
		return &compare.Comparison{
			Verdict:  compare.Different,
			Findings: []compare.Finding{{ID: "f", Kind: record.Logs, Severity: s, Title: "Lines differ", Expected: expected}},
			Checks:   []compare.Check{{Kind: record.Logs, Name: "lines", State: compare.Differs, Finding: "f"}},
		}
	}
	mildOnly := finding(compare.Info, "")
	graver := finding(compare.Info, "")
	graver.Findings = append(graver.Findings, compare.Finding{ID: "g", Kind: record.Node, Severity: compare.Breaks})
	below := finding(compare.Changes, "")
	below.Verdict = compare.Equivalent
	for name, row := range map[string]struct {
		c    *compare.Comparison
		want map[string]string
	}{
		"a finding that breaks fails":         {finding(compare.Breaks, ""), map[string]string{"lines": "failed"}},
		"one that somebody accepted passes":   {finding(compare.Breaks, "MIG-1"), map[string]string{"lines": "passed"}},
		"one below the bar passes":            {below, map[string]string{"lines": "passed"}},
		"the mildest fails where it was told": {mildOnly, map[string]string{"lines": "failed"}},
		"the mildest passes beside a graver":  {graver, map[string]string{"lines": "passed", "finding g": "failed"}},
		"a check that agrees passes": {
			&compare.Comparison{Checks: []compare.Check{{Name: "a", State: compare.Agrees}}}, map[string]string{"a": "passed"},
		},
		"a check without proof is skipped": {
			&compare.Comparison{Checks: []compare.Check{{Name: "a", State: compare.Unproven}}}, map[string]string{"a": "skipped"},
		},
		"a check that names no finding fails": {
			&compare.Comparison{Checks: []compare.Check{{Name: "a", State: compare.Differs}}}, map[string]string{"a": "failed"},
		},
		"a gap is skipped": {
			&compare.Comparison{Gaps: []compare.Gap{{Side: "baseline", Gap: record.Gap{Subject: "journal"}}}},
			map[string]string{"gap: baseline: journal": "skipped"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(row.want, outcomes(t, render(t, reports.JUnit, row.c))); diff != "" {
				t.Errorf("outcomes (-want +got):\n%s", diff)
			}
		})
	}
}

func outcomes(t *testing.T, raw []byte) map[string]string {
	t.Helper()
	var suites junit.Testsuites
	if err := xml.Unmarshal(raw, &suites); err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, suite := range suites.Suites {
		for _, test := range suite.Testcases {
			got[test.Name] = "passed"
			if test.Failure != nil {
				got[test.Name] = "failed"
			}
			if test.Skipped != nil {
				got[test.Name] = "skipped"
			}
		}
	}
	return got
}

func FuzzJUnit(f *testing.F) {
	f.Add("plain")
	f.Add(poison)
	f.Add("]]>\x00\ufffe\xed\xa0\x80")
	f.Fuzz(func(t *testing.T, s string) {
		decoder := xml.NewDecoder(bytes.NewReader(render(t, reports.JUnit, everywhere(s))))
		for {
			_, err := decoder.Token()
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil {
				t.Fatalf("JUnit of %q is no XML: %v", s, err)
			}
		}
	})
}

func BenchmarkOutputs(b *testing.B) {
	c := huge()
	for _, o := range reports.Outputs() {
		b.Run(o.Name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := o.Format(io.Discard, c); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
