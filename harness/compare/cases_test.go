package compare_test

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/rehearse-dev/rehearse/clusters"
	"github.com/rehearse-dev/rehearse/harness/compare"
	"github.com/rehearse-dev/rehearse/harness/record"
	"github.com/rehearse-dev/rehearse/scenarios"
)

// testCase is one file of testdata/cases: what both sides recorded, and what is
// to be found. {id} and {ID} stand for two container IDs.
type testCase struct {
	scenario            scenarios.Scenario
	runtimes            [2]clusters.Runtime
	baseline, candidate files
	findings, verdict   string
}

func readCase(t *testing.T, name string) testCase {
	t.Helper()
	archive, err := txtar.ParseFile(name)
	if err != nil {
		t.Fatal(err)
	}
	c := testCase{baseline: files{}, candidate: files{}, runtimes: [2]clusters.Runtime{clusters.Docker, clusters.Containerd}}
	for _, f := range archive.Files {
		content := strings.NewReplacer("{id}", id, "{ID}", strings.ToLower(strings.Repeat("AB01", 16))).Replace(string(f.Data))
		switch side, rest, _ := strings.Cut(f.Name, "/"); side {
		case "baseline":
			c.baseline[rest] = content
		case "candidate":
			c.candidate[rest] = content
		case "runtimes":
			baseline, candidate, _ := strings.Cut(strings.TrimSpace(content), " ")
			c.runtimes = [2]clusters.Runtime{clusters.Runtime(baseline), clusters.Runtime(candidate)}
		case "findings":
			c.findings = strings.TrimSpace(content)
		case "verdict":
			c.verdict = strings.TrimSpace(content)
		case "scenario.json":
			if err := json.Unmarshal([]byte(content), &c.scenario); err != nil {
				t.Fatal(err)
			}
		default:
			t.Fatalf("%s: unexpected file %q", name, f.Name)
		}
	}
	return c
}

func cases(t *testing.T) map[string]testCase {
	t.Helper()
	names, err := filepath.Glob("testdata/cases/*.txtar")
	if err != nil || len(names) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	all := map[string]testCase{}
	for _, name := range names {
		all[strings.TrimSuffix(filepath.Base(name), ".txtar")] = readCase(t, name)
	}
	return all
}

func (c testCase) judge(t *testing.T, runtimes [2]clusters.Runtime) *compare.Comparison {
	t.Helper()
	got, err := compare.Compare(compare.Input{
		Scenario:  &c.scenario,
		Baseline:  []*record.Recording{open(t, clusters.Baseline, runtimes[0], c.baseline)},
		Candidate: []*record.Recording{open(t, clusters.Candidate, runtimes[1], c.candidate)},
	})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestCases(t *testing.T) {
	t.Parallel()
	for name, row := range cases(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := row.judge(t, row.runtimes)
			if diff := cmp.Diff(row.findings, strings.Join(said(got), "\n")); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
			if string(got.Verdict) != row.verdict {
				t.Errorf("verdict = %q, want %q", got.Verdict, row.verdict)
			}
		})
	}
}
