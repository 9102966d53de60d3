package compare_test

import (
	"maps"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/prometheus/storage"

	"github.com/rehearse-dev/rehearse/clusters"
	"github.com/rehearse-dev/rehearse/harness/assets/queries/queriestest"
	"github.com/rehearse-dev/rehearse/harness/compare"
	"github.com/rehearse-dev/rehearse/harness/record"
	"github.com/rehearse-dev/rehearse/scenarios"
)

const alertsDir = "../../scenarios/library/alerts"

// fiveMinutes are series of the length of testdata/alerts.
type fiveMinutes struct{ storage.Queryable }

func (fiveMinutes) Range() (first, last time.Time) { return time.Unix(0, 0), time.Unix(300, 0) }

// alertsRecording is a side of the scenario alerts as testdata/alerts has it.
func alertsRecording(t *testing.T, side clusters.Side, runtime clusters.Runtime) *record.Recording {
	t.Helper()
	script, err := os.ReadFile("testdata/alerts/" + string(runtime) + ".load")
	if err != nil {
		t.Fatal(err)
	}
	r := open(t, side, runtime, files{})
	r.Series = fiveMinutes{queriestest.LoadFor(t, 5*time.Minute, string(script))}
	return r
}

func alertsInput(t *testing.T, baseline, candidate clusters.Runtime) compare.Input {
	t.Helper()
	s := &scenarios.Scenario{}
	s.Spec.Assets = scenarios.Assets{
		AlertRules: []string{"./rules/*.yaml"}, Dashboards: []string{"./dashboards/*.json"}, Alertmanager: "./alertmanager.yaml",
	}
	return compare.Input{
		Scenario: s, Assets: os.DirFS(alertsDir),
		Baseline:  []*record.Recording{alertsRecording(t, clusters.Baseline, baseline)},
		Candidate: []*record.Recording{alertsRecording(t, clusters.Candidate, candidate)},
	}
}

// judgedAlerts are the assets of the scenario, by kind and short name.
func judgedAlerts(t *testing.T, in compare.Input) map[string]compare.JudgedAsset {
	t.Helper()
	all := map[string]compare.JudgedAsset{}
	for _, comparer := range []compare.Comparer{compare.Rules(t.Context(), in), compare.Dashboards(t.Context(), in)} {
		s, err := comparer.Run(in.Baseline[0], in.Candidate[0])
		if err != nil {
			t.Fatal(err)
		}
		if len(s.Gaps) > 0 {
			t.Errorf("gaps: %v", s.Gaps)
		}
		for _, j := range s.Assets {
			name, _, _ := strings.Cut(j.Name, " (")
			all[j.Kind+" "+name] = j
		}
	}
	return all
}

// tableRow is a row of the table in the scenario's README: an asset, what becomes
// of it for each kind of baseline, and why.
var tableRow = regexp.MustCompile("(?m)^\\| `([^`]+)` \\| (\\w+) \\| (\\w+) \\| (.*) \\|$")

var catalogueID = regexp.MustCompile(`^[A-Z]+-\d+`)

func alertsTable(t *testing.T) map[string][3]string {
	t.Helper()
	raw, err := os.ReadFile(path.Join(alertsDir, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	table := map[string][3]string{}
	for _, m := range tableRow.FindAllStringSubmatch(string(raw), -1) {
		table[m[1]] = [3]string{m[2], m[3], m[4]}
	}
	return table
}

// TestAlertsAgreesWithItsTable judges every rule and panel of the scenario over
// series as each runtime shows them, and expects what its README promises.
func TestAlertsAgreesWithItsTable(t *testing.T) {
	t.Parallel()
	table := alertsTable(t)
	for i, baseline := range []clusters.Runtime{clusters.Docker, clusters.Dockershim} {
		t.Run(string(baseline), func(t *testing.T) {
			t.Parallel()
			got, want := map[string]string{}, map[string]string{}
			for name, j := range judgedAlerts(t, alertsInput(t, baseline, clusters.Containerd)) {
				got[name] = string(j.Verdict)
			}
			for name, row := range table {
				if row[i] != "unconcerned" {
					want[name] = row[i]
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("verdicts (-README +judged):\n%s", diff)
			}
		})
	}
}

// TestAlertsNamesWhatDied expects of every dead rule and panel the file, line and
// guilty part, the cause that the README names, and of every rewrite series on
// both sides.
func TestAlertsNamesWhatDied(t *testing.T) {
	t.Parallel()
	table := alertsTable(t)
	for i, baseline := range []clusters.Runtime{clusters.Docker, clusters.Dockershim} {
		t.Run(string(baseline), func(t *testing.T) {
			t.Parallel()
			in := alertsInput(t, baseline, clusters.Containerd)
			c, err := compare.Compare(t.Context(), in)
			if err != nil {
				t.Fatal(err)
			}
			causes := causesOfAssets(c)
			for name, j := range judgedAlerts(t, in) {
				if j.Verdict != "dead" || j.Kind == "receiver" {
					continue
				}
				if !regexp.MustCompile(`lost .*\((rules|dashboards)/\w+[.](yaml|json):\d+`).MatchString(j.Why) {
					t.Errorf("%s does not say what it lost where: %s", name, j.Why)
				}
				if regexp.MustCompile(` instead \((0 |\d+ series on the baseline, 0 )`).MatchString(j.Why) {
					t.Errorf("%s is offered what has no series: %s", name, j.Why)
				}
				if want := catalogueID.FindString(table[name][2]); causes[name] != want {
					t.Errorf("%s is explained by %q, want %q (baseline %d): %s", name, causes[name], want, i, j.Why)
				}
			}
		})
	}
}

func causesOfAssets(c *compare.Comparison) map[string]string {
	causes := map[string]string{}
	for _, f := range c.Findings {
		for _, a := range f.Assets {
			name, _, _ := strings.Cut(a.Name, " (")
			causes[a.Kind+" "+name] = f.Cause
		}
	}
	return causes
}

// TestAlertsAgainstItself is the null rehearsal of the scenario.
func TestAlertsAgainstItself(t *testing.T) {
	t.Parallel()
	for _, runtime := range clusters.Runtimes() {
		t.Run(string(runtime), func(t *testing.T) {
			t.Parallel()
			for name, j := range judgedAlerts(t, alertsInput(t, runtime, runtime)) {
				if !slices.Contains([]compare.AssetVerdict{compare.AssetAlive, compare.AssetUnproven}, j.Verdict) {
					t.Errorf("%s is %s: %s", name, j.Verdict, j.Why)
				}
			}
		})
	}
}

// TestAlertsMirrors expects the opposite of a move from the move back.
func TestAlertsMirrors(t *testing.T) {
	t.Parallel()
	there := judgedAlerts(t, alertsInput(t, clusters.Dockershim, clusters.Containerd))
	back := judgedAlerts(t, alertsInput(t, clusters.Containerd, clusters.Dockershim))
	mirror := map[compare.AssetVerdict]compare.AssetVerdict{compare.AssetDead: compare.AssetNew, compare.AssetNew: compare.AssetDead}
	for _, name := range slices.Sorted(maps.Keys(there)) {
		want := there[name].Verdict
		if turned, ok := mirror[want]; ok {
			want = turned
		}
		if got := back[name].Verdict; got != want {
			t.Errorf("%s is %s, and %s on the way back", name, there[name].Verdict, got)
		}
	}
}
