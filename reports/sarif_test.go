package reports_test

import (
	"testing"

	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"

	"github.com/rehearse-dev/rehearse/harness/compare"
	"github.com/rehearse-dev/rehearse/reports"
)

func TestSARIFIsValidAgainstItsSchema(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]*compare.Comparison{
		"quickstart":           quickstart(t),
		"nothing found":        {Verdict: compare.Equivalent},
		"finding and no place": {Findings: []compare.Finding{{ID: "a/b", Title: "odd"}}},
		"odd file names":       {Findings: []compare.Finding{{ID: "a/b", Evidence: []compare.Evidence{{File: "a b/ü:[x].log", Line: 1}}}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			report, err := sarif.FromBytes(render(t, reports.SARIF, c))
			if err != nil {
				t.Fatalf("reading SARIF again: %v", err)
			}
			if err := report.Validate(); err != nil {
				t.Error(err)
			}
		})
	}
}
