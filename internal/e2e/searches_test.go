package e2e_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/rehearse-dev/rehearse/harness/assets/searches"
	"github.com/rehearse-dev/rehearse/harness/compare"
	"github.com/rehearse-dev/rehearse/scenarios"
)

const searchesDir = "../../scenarios/library/log-searches"

// planted is a row of the table in the scenario's README.
type planted struct{ asset, file, verdict, cause, line string }

var tableRow = regexp.MustCompile("(?m)^\\| (log [^|]+) \\| ([^|]+) \\| [^|]+ \\| (\\w+) \\| ([A-Z0-9-]*) ?\\| `([^`]+)` \\|$")

func plantedSearches(t *testing.T) []planted {
	t.Helper()
	var all []planted
	for _, m := range tableRow.FindAllStringSubmatch(string(read(t, filepath.Join(searchesDir, "README.md"))), -1) {
		all = append(all, planted{m[1], m[2], m[3], m[4], m[5]})
	}
	return all
}

// TestSearchesTable wants the README to name every search and parser of the scenario,
// every verdict, and every language.
func TestSearchesTable(t *testing.T) {
	t.Parallel()
	if !searches.HasLogsQL {
		t.Skip("LogsQL needs a build without cgo: set CGO_ENABLED=0")
	}
	s, err := scenarios.Load(searchesDir)
	if err != nil {
		t.Fatal(err)
	}
	dir := os.DirFS(searchesDir)
	files, err := scenarios.MatchAssets(dir, s.Spec.Assets.LogSearches)
	if err != nil {
		t.Fatal(err)
	}
	set, err := searches.Load(dir, files)
	if err != nil {
		t.Fatal(err)
	}
	if err := set.Err(); err != nil || len(set.Refused) > 0 {
		t.Fatalf("mistakes %v, refused %v", err, set.Refused)
	}
	rows := plantedSearches(t)
	for _, a := range set.All() {
		if !slices.ContainsFunc(rows, func(p planted) bool { return p.asset == a.String() && p.file == a.File }) {
			t.Errorf("%s of %s is not in the table", a, a.File)
		}
	}
	if len(rows) != len(set.All()) {
		t.Errorf("the table has %d rows for %d assets", len(rows), len(set.All()))
	}
	for _, verdict := range compare.AssetVerdicts() {
		if verdict != compare.AssetRefused && verdict != compare.AssetBlind && !slices.ContainsFunc(rows, func(p planted) bool { return p.verdict == string(verdict) }) {
			t.Errorf("no row has the verdict %q", verdict)
		}
	}
	for _, language := range searches.Languages() {
		if !slices.ContainsFunc(set.Searches, func(s *searches.Search) bool { return s.Language == language }) {
			t.Errorf("no search is in %s", language)
		}
	}
}

// TestSearches rehearses the shipped scenario and expects the verdict on every search,
// its cause, and its line in the user's file. Then it rehearses it with one runtime:
// nothing may be found.
func TestSearches(t *testing.T) {
	requireE2E(t)
	clean := nothingLeft(t)
	c := differing(t, t.TempDir(), "log-searches")
	expectPlanted(t, c)
	if t.Failed() {
		explainAssets(t, c)
		explain(t, c)
	}
	clean()
}

func expectPlanted(t *testing.T, c *compare.Comparison) {
	t.Helper()
	rows := plantedSearches(t)
	if len(c.Assets) != len(rows) {
		t.Errorf("%d assets are judged, want %d", len(c.Assets), len(rows))
	}
	for _, row := range rows {
		at := slices.IndexFunc(c.Assets, func(a compare.JudgedAsset) bool { return a.Kind+" "+a.Name == row.asset })
		if at < 0 {
			t.Errorf("%s is not judged", row.asset)
			continue
		}
		a := c.Assets[at]
		if string(a.Verdict) != row.verdict {
			t.Errorf("%s is %s (%s), want %s", row.asset, a.Verdict, a.Why, row.verdict)
		}
		if got := lineOf(t, a.File, a.Line); a.File != row.file || !strings.Contains(got, row.line) {
			t.Errorf("%s is said to be at %s:%d, which reads %q, want %s and %q", row.asset, a.File, a.Line, got, row.file, row.line)
		}
		expectCause(t, c, a, row.cause)
	}
}

// expectCause wants the finding that the asset names to be there, with the cause, and to
// name the asset.
func expectCause(t *testing.T, c *compare.Comparison, a compare.JudgedAsset, cause string) {
	t.Helper()
	at := slices.IndexFunc(c.Findings, func(f compare.Finding) bool { return f.ID == a.Finding })
	if at < 0 {
		if a.Finding != "" || cause != "" {
			t.Errorf("%s %s: finding %q is not there, want cause %q", a.Kind, a.Name, a.Finding, cause)
		}
		return
	}
	f := c.Findings[at]
	if f.Cause != cause {
		t.Errorf("%s %s: cause %q, want %q", a.Kind, a.Name, f.Cause, cause)
	}
	if !slices.ContainsFunc(f.Assets, func(x compare.Asset) bool { return x.Kind == a.Kind && x.Name == a.Name && x.Line == a.Line }) {
		t.Errorf("finding %s does not name %s %s", f.ID, a.Kind, a.Name)
	}
	if a.Verdict == compare.AssetDead && f.Severity != compare.Breaks {
		t.Errorf("%s %s is dead, and finding %s has the severity %s", a.Kind, a.Name, f.ID, f.Severity)
	}
}

// lineOf is a line of the user's file, from 1.
func lineOf(t *testing.T, file string, line int) string {
	t.Helper()
	lines := strings.Split(string(read(t, filepath.Join(searchesDir, file))), "\n")
	if line < 1 || line > len(lines) {
		return fmt.Sprintf("no line %d", line)
	}
	return lines[line-1]
}

func explainAssets(t *testing.T, c *compare.Comparison) {
	t.Helper()
	for _, a := range c.Assets {
		t.Logf("%-8s %s %s (%s:%d) %s: %s", a.Verdict, a.Kind, a.Name, a.File, a.Line, a.Finding, a.Why)
	}
}

// TestSearchesNull is the null rehearsal of TestSearches.
func TestSearchesNull(t *testing.T) {
	requireE2E(t)
	expectNothingThrice(t, "log-searches")
}
