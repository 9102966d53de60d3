package e2e_test

import (
	"strings"
	"testing"

	"github.com/rehearse-dev/rehearse/harness/compare"
	"github.com/rehearse-dev/rehearse/harness/record"
)

// callersReadme has the tables of who calls, and of who only looks like it.
const callersReadme = "../../scenarios/library/callers/README.md"

// TestCallers wants each caller of the scenario to be found with its owner, its
// cause and its fate, and nobody else.
func TestCallers(t *testing.T) {
	requireE2E(t)
	clean := nothingLeft(t)
	c := differing(t, t.TempDir(), "callers")
	listed, decoys := callerTables(t)
	for _, row := range listed {
		expectCaller(t, c, row[1], row[2], row[3])
	}
	for _, check := range c.Checks {
		if check.Kind != record.Access {
			continue
		}
		if !knownCaller(listed, check.Name) {
			t.Errorf("somebody else is watched: %s", check.Name)
		}
		for _, row := range decoys {
			if strings.HasPrefix(check.Name, row[1]+": ") {
				t.Errorf("a decoy is taken for a caller: %s", check.Name)
			}
		}
	}
	expectNoGaps(t, c)
	if t.Failed() {
		explain(t, c)
	}
	clean()
}

// TestCallersNull is the same with one runtime: nothing may be found.
func TestCallersNull(t *testing.T) {
	requireE2E(t)
	for _, runtime := range []string{"docker", "containerd"} {
		t.Run(runtime, func(t *testing.T) { expectNothing(t, "callers", runtime) })
	}
}

// TestCallersTable wants the README to name ten callers and three decoys, so that
// the tests above look at all of them.
func TestCallersTable(t *testing.T) {
	t.Parallel()
	listed, decoys := callerTables(t)
	if len(listed) != 10 || len(decoys) != 3 {
		t.Errorf("%s lists %d callers and %d decoys, want 10 and 3", callersReadme, len(listed), len(decoys))
	}
}

// callerTables reads the rows of the README's tables: callers have four columns,
// decoys two.
func callerTables(t *testing.T) (listed, decoys [][]string) {
	t.Helper()
	for line := range strings.Lines(string(read(t, callersReadme))) {
		line = strings.TrimSpace(line)
		if !strings.HasPrefix(line, "| ") || strings.HasPrefix(line, "| caller |") || strings.HasPrefix(line, "| decoy |") {
			continue
		}
		row := strings.Split(strings.Trim(line, "| "), " | ")
		switch len(row) {
		case 4:
			listed = append(listed, row)
		case 2:
			decoys = append(decoys, row)
		default:
			t.Fatalf("%s: a row of %d columns: %s", callersReadme, len(row), line)
		}
	}
	return listed, decoys
}

// expectCaller wants a finding of the cause that breaks the owner, a kind and a
// name, in the way that the fate says.
func expectCaller(t *testing.T, c *compare.Comparison, owner, cause, fate string) {
	t.Helper()
	for _, f := range c.Findings {
		for _, a := range f.Assets {
			if a.Kind+" "+a.Name != owner || !strings.HasPrefix(a.Why, fate) {
				continue
			}
			if f.Cause != cause || f.Severity != compare.Breaks {
				t.Errorf("%s: severity %q and cause %q, want %q and %q", owner, f.Severity, f.Cause, compare.Breaks, cause)
			}
			expectProof(t, owner, f)
			return
		}
	}
	t.Errorf("nothing says of %s that it %s", owner, fate)
}

// knownCaller says whether a check is about an owner of the table.
func knownCaller(listed [][]string, check string) bool {
	for _, row := range listed {
		for _, kind := range []string{"workload ", "unit ", "cron job "} {
			if owner, ok := strings.CutPrefix(row[1], kind); ok && strings.HasPrefix(check, owner+": ") {
				return true
			}
		}
	}
	return false
}
