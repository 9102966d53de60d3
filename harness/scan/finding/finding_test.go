package finding_test

import (
	"testing"

	"github.com/rehearse-dev/rehearse/harness/compare"
	"github.com/rehearse-dev/rehearse/harness/scan/finding"
)

func TestSortDropsWhatIsThereTwice(t *testing.T) {
	t.Parallel()
	a := finding.Finding{File: "a", Line: 2, Rule: finding.DockerHost, Found: "x"}
	b := finding.Finding{File: "a", Line: 1, Rule: finding.DockerHost, Found: "x"}
	r := &finding.Report{
		Findings: []finding.Finding{a, b, a},
		Gaps:     []finding.Gap{{File: "b"}, {File: "a"}, {File: "b"}},
		Warnings: []finding.Warning{{File: "b"}, {File: "a"}},
	}
	r.Sort()
	if len(r.Findings) != 2 || r.Findings[0].Line != 1 {
		t.Errorf("findings %+v, want two in the order of lines", r.Findings)
	}
	if len(r.Gaps) != 2 || r.Gaps[0].File != "a" || r.Warnings[0].File != "a" {
		t.Errorf("gaps %+v and warnings %+v, want them in order", r.Gaps, r.Warnings)
	}
}

func TestAtLeastCountsTheGraver(t *testing.T) {
	t.Parallel()
	r := &finding.Report{Findings: []finding.Finding{{Severity: compare.Info}, {Severity: compare.Breaks}, {Severity: compare.Changes}}}
	for severity, want := range map[compare.Severity]int{compare.Breaks: 1, compare.Changes: 2, compare.Info: 3} {
		if got := r.AtLeast(severity); got != want {
			t.Errorf("AtLeast(%s) = %d, want %d", severity, got, want)
		}
	}
}

func TestRulesHaveIDsOfTheirOwn(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, r := range finding.Rules() {
		if seen[r.ID] {
			t.Errorf("rule %s is there twice", r.ID)
		}
		seen[r.ID] = true
		if found, ok := finding.Find(r.ID); !ok || found.Title != r.Title {
			t.Errorf("Find(%s) = %+v, %t", r.ID, found, ok)
		}
	}
	if _, ok := finding.Find("none"); ok {
		t.Error("Find finds a rule that is none")
	}
}
