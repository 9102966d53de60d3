package scan_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/rehearse-dev/rehearse/harness/scan/finding"
)

// TestTheDocumentListsEveryRule compares the table of docs/scan.md with the
// rules that there are.
func TestTheDocumentListsEveryRule(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("../../docs/scan.md")
	if err != nil {
		t.Fatal(err)
	}
	var rows []string
	for line := range strings.Lines(string(data)) {
		if strings.HasPrefix(line, "| `") && strings.Count(line, "|") == 5 {
			rows = append(rows, strings.TrimSpace(line))
		}
	}
	var want []string
	for _, r := range finding.Rules() {
		cause := r.Cause + " "
		if r.Cause == "" {
			cause = ""
		}
		want = append(want, fmt.Sprintf("| `%s` | %s | %s| %s |", r.ID, r.Severity, cause, r.Title))
	}
	for _, row := range missingRows(want, rows) {
		t.Errorf("docs/scan.md lacks the row\n%s", row)
	}
	for _, row := range missingRows(rows, want) {
		t.Errorf("docs/scan.md has a row that is no rule:\n%s", row)
	}
}

func missingRows(a, b []string) []string {
	has := map[string]bool{}
	for _, row := range b {
		has[row] = true
	}
	var lacking []string
	for _, row := range a {
		if !has[row] {
			lacking = append(lacking, row)
		}
	}
	return lacking
}
