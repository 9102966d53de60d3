package compare_test

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/rehearse-dev/rehearse/clusters"
	"github.com/rehearse-dev/rehearse/harness/compare"
	"github.com/rehearse-dev/rehearse/scenarios"
)

// testCase is one file of testdata/cases: what both sides recorded, and what is
// to be found. {id} and {ID} stand for two container IDs.
type testCase struct {
	scenario            scenarios.Scenario
	runtimes            [2]clusters.Runtime
	baseline, candidate files
	assets              files // by their paths in the scenario's folder
	findings, verdict   string
	judged              string // what became of each asset
}

func readCase(t *testing.T, name string) testCase {
	t.Helper()
	archive, err := txtar.ParseFile(name)
	if err != nil {
		t.Fatal(err)
	}
	c := testCase{baseline: files{}, candidate: files{}, assets: files{}, runtimes: [2]clusters.Runtime{clusters.Docker, clusters.Containerd}}
	for _, f := range archive.Files {
		content := strings.NewReplacer("{id}", id, "{ID}", strings.ToLower(strings.Repeat("AB01", 16))).Replace(string(f.Data))
		switch side, rest, _ := strings.Cut(f.Name, "/"); side {
		case "baseline":
			c.baseline[rest] = content
		case "candidate":
			c.candidate[rest] = content
		case "assets":
			c.assets[rest] = content
		case "judged":
			c.judged = strings.TrimSpace(content)
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
	all["quickstart-mini"] = quickstartMini(t)
	all["quickstart-mini, searched"] = searched(quickstartMini(t))
	return all
}

// searched is a real recording in which somebody looks for lines.
func searched(c testCase) testCase {
	c.scenario.Spec.Assets.LogSearches = []string{"searches.yaml", "agent.conf"}
	c.assets = files{
		"searches.yaml": `apiVersion: rehearse.dev/v1alpha1
kind: LogSearches
searches:
  - {name: shipped records, language: contains, expression: records from shop}
  - {name: as Docker writes, language: regex, expression: '"stream":"std'}
  - {name: as the CRI writes, language: regex, expression: ' std(out|err) F '}
  - {name: engine, language: contains, expression: level=, sources: [{unit: docker.service}]}
  - {name: not there, language: contains, expression: no such words}
  - {name: quiet, language: contains, expression: no such words, expect: silence}
`,
		"agent.conf": "[INPUT]\n    Name tail\n    Tag docker\n    Path /var/log/containers/*.log\n    Parser docker\n",
	}
	return c
}

// quickstartMini is a real recording of both runtimes, cut down.
func quickstartMini(tb testing.TB) testCase {
	tb.Helper()
	c := testCase{baseline: files{}, candidate: files{}, runtimes: [2]clusters.Runtime{clusters.Docker, clusters.Containerd}}
	for side, f := range map[string]files{"baseline": c.baseline, "candidate": c.candidate} {
		root := os.DirFS("testdata/quickstart-mini/" + side + "/1")
		err := fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			raw, err := fs.ReadFile(root, name)
			f[name] = string(raw)
			return err
		})
		if err != nil {
			tb.Fatal(err)
		}
	}
	c.scenario.Spec.Agents = []scenarios.Agent{
		{Name: "inventory", Signals: []scenarios.Signal{{Logs: `inventory: [0-9]+ containers`}, {Metric: "inventory_containers"}}},
		{Name: "log-shipper", Signals: []scenarios.Signal{{Logs: `shipped [0-9]+ records from shop`}, {Metric: "shipper_records_total"}}},
	}
	c.scenario.Spec.Suites = []scenarios.Suite{{Builtin: []string{"lifecycle", "logging", "probes", "networking", "identity", "images"}}}
	return c
}

func (c testCase) judge(t *testing.T, runtimes [2]clusters.Runtime) *compare.Comparison {
	t.Helper()
	return c.judgeRuns(t, runtimes, []files{c.baseline}, []files{c.candidate})
}

// assetLines are the verdict on each asset, where it stands, and its finding.
func assetLines(c *compare.Comparison) string {
	var all []string
	for _, a := range c.Assets {
		all = append(all, strings.TrimSpace(fmt.Sprintf("%-8s %s %s, %s:%d %s", a.Verdict, a.Kind, a.Name, a.File, a.Line, a.Finding)))
	}
	return strings.Join(all, "\n")
}

// judgeRuns judges several runs of each side.
func (c testCase) judgeRuns(t *testing.T, runtimes [2]clusters.Runtime, baseline, candidate []files) *compare.Comparison {
	t.Helper()
	in := compare.Input{Scenario: &c.scenario, Assets: c.assets.fs()}
	for run := range baseline {
		in.Baseline = append(in.Baseline, open(t, clusters.Baseline, runtimes[0], baseline[run]))
		in.Candidate = append(in.Candidate, open(t, clusters.Candidate, runtimes[1], candidate[run]))
	}
	got, err := compare.Compare(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestCases(t *testing.T) {
	t.Parallel()
	for name, row := range cases(t) {
		if row.verdict == "" {
			continue // real recordings have a test of their own
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := row.judge(t, row.runtimes)
			if diff := cmp.Diff(row.findings, strings.Join(said(got), "\n")); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(row.judged, assetLines(got)); diff != "" {
				t.Errorf("assets (-want +got):\n%s", diff)
			}
			if string(got.Verdict) != row.verdict {
				t.Errorf("verdict = %q, want %q", got.Verdict, row.verdict)
			}
		})
	}
}

// TestRealRecordings expects of two real clusters what the quickstart scenario
// is there to show. What a healthy pair differs in is all explained.
func TestRealRecordings(t *testing.T) {
	t.Parallel()
	mini := quickstartMini(t)
	got := mini.judge(t, mini.runtimes)
	gravity := map[string]compare.Severity{}
	for _, f := range got.Findings {
		gravity[f.Cause] = f.Severity
		if f.Cause == "" && f.Severity != compare.Info {
			t.Errorf("unexplained: %s: %s", f.ID, f.Title)
		}
	}
	for cause, want := range map[string]compare.Severity{
		"LOG-001": compare.Breaks, "NODE-003": compare.Breaks, "EVT-010": compare.Breaks,
		"LOG-002": compare.Changes, "LOG-003": compare.Changes, "LOG-006": compare.Changes,
		"BASE-002": compare.Changes, "MET-004": compare.Changes, "MET-016": compare.Changes, "MET-023": compare.Changes,
		"EVT-001": compare.Changes, "EVT-002": compare.Changes, "EVT-005": compare.Changes, "EVT-008": compare.Changes,
		"EVT-013": compare.Changes, "NODE-001": compare.Changes, "NODE-002": compare.Changes, "NODE-011": compare.Changes,
		"NODE-012": compare.Changes, "MET-014": compare.Info, "MET-022": compare.Info, "NODE-004": compare.Info,
		"NODE-007": compare.Info, "APP-001": compare.Changes, "APP-002": compare.Changes, "APP-003": compare.Changes,
		"APP-008": compare.Changes, "APP-009": compare.Info, "EVT-003": compare.Changes, "EVT-004": compare.Changes,
		"EVT-009": compare.Changes, "EVT-012": compare.Changes, "LOG-007": compare.Changes, "LOG-008": compare.Info,
	} {
		if gravity[cause] != want {
			t.Errorf("%s is %q, want %q", cause, gravity[cause], want)
		}
	}
}
