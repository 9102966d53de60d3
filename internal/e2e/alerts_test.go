package e2e_test

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/rehearse-dev/rehearse/harness/compare"
	"github.com/rehearse-dev/rehearse/harness/record"
)

const alertsDir = "../../scenarios/library/alerts"

// promised is a row of a table in the README of the scenario alerts: what becomes of
// a rule, panel, variable or receiver.
type promised struct{ asset, verdict, cause string }

var alertsRow = regexp.MustCompile("(?m)^\\| `([^`]+)` \\| (\\w+) \\| (\\w+) \\| ([A-Z]+-\\d+)?(.*) \\|$")

// promisedAlerts are the rows for a kind of baseline.
func promisedAlerts(t *testing.T, baseline string) []promised {
	t.Helper()
	column := map[string]int{"docker": 2, "dockershim": 3}[baseline]
	var all []promised
	for _, m := range alertsRow.FindAllStringSubmatch(string(read(t, filepath.Join(alertsDir, "README.md"))), -1) {
		all = append(all, promised{m[1], m[column], m[4]})
	}
	if len(all) == 0 {
		t.Fatal("the README has no table")
	}
	return all
}

// TestAlerts rehearses the shipped scenario from each kind of Docker baseline and
// expects of every rule, panel and variable the verdict that its README promises.
func TestAlerts(t *testing.T) {
	requireE2E(t)
	for _, baseline := range []string{"docker", "dockershim"} {
		t.Run(baseline, func(t *testing.T) {
			clean := nothingLeft(t)
			c := differing(t, t.TempDir(), "alerts", "--baseline-runtime", baseline)
			expectPromised(t, c, promisedAlerts(t, baseline))
			expectLive(t, c)
			if t.Failed() {
				explainAssets(t, c)
				explain(t, c)
			}
			clean()
		})
	}
}

// unconcerned is a receiver that no alert reaches on either side: it is not judged.
const unconcerned = "unconcerned"

// expectPromised wants the verdict of each row and no other, and of the rules and
// panels that are dead the guilty part, its place, and the cause.
func expectPromised(t *testing.T, c *compare.Comparison, rows []promised) {
	t.Helper()
	judged := map[string]compare.JudgedAsset{}
	for _, a := range c.Assets {
		name, _, _ := strings.Cut(a.Name, " (")
		judged[a.Kind+" "+name] = a
	}
	held := 0
	for _, row := range rows {
		a, ok := judged[row.asset]
		delete(judged, row.asset)
		switch {
		case !ok && row.verdict == unconcerned:
			held++
		case !ok:
			t.Errorf("%s is not judged", row.asset)
		case string(a.Verdict) != row.verdict:
			t.Errorf("%s is %s (%s), want %s", row.asset, a.Verdict, a.Why, row.verdict)
		default:
			held++
		}
		expectOffers(t, a)
		if ok && a.Verdict == compare.AssetDead && a.Kind != "receiver" {
			expectGuilty(t, a)
			expectCauseOf(t, c, a, row.cause)
		}
	}
	for name := range judged {
		t.Errorf("%s is judged, and not in the table", name)
	}
	t.Logf("%d of %d verdicts are as promised", held, len(rows))
}

// guilty is how a loss is told: what was lost, and in which file and line.
var guilty = regexp.MustCompile(`lost .*\((rules|dashboards)/\w+[.](yaml|json):\d+`)

func expectGuilty(t *testing.T, a compare.JudgedAsset) {
	t.Helper()
	if !guilty.MatchString(a.Why) {
		t.Errorf("%s %s does not say what it lost where: %s", a.Kind, a.Name, a.Why)
	}
}

// offer is how a rewrite is offered, with the series that it gave on each side.
var offer = regexp.MustCompile(` instead \((\d+) series on the baseline, (\d+) on the candidate`)

func expectOffers(t *testing.T, a compare.JudgedAsset) {
	t.Helper()
	for _, m := range offer.FindAllStringSubmatch(a.Why, -1) {
		// Where the baseline is blind it has no series to offer.
		if m[2] == "0" || m[1] == "0" && a.Verdict != compare.AssetBlind {
			t.Errorf("%s %s is offered what one side has no series for: %s", a.Kind, a.Name, a.Why)
		}
	}
}

// expectLive wants both Prometheuses to have been asked, and every rule that they and
// the replay evaluated to be in the same state in both.
func expectLive(t *testing.T, c *compare.Comparison) {
	t.Helper()
	agree, routes := 0, 0
	for _, check := range c.Checks {
		switch {
		case check.Kind != record.Live:
		case check.State != compare.Agrees:
			t.Errorf("%s: the clusters' own monitoring %s", check.Name, check.State)
		case strings.HasSuffix(check.Name, ": replay and cluster"):
			agree++
		case strings.HasSuffix(check.Name, ": routes of file and cluster"):
			routes++
		}
	}
	if routes == 0 {
		t.Error("the clusters' own Alertmanager has no alert")
	}
	rules := 0
	for _, a := range c.Assets {
		if strings.HasSuffix(a.Kind, " rule") {
			rules++
		}
	}
	if agree != rules {
		t.Errorf("the replay agrees with the clusters' own Prometheus on %d rules, want all %d", agree, rules)
	}
	for _, g := range c.Gaps {
		if g.Kind == record.Live {
			t.Errorf("gap: %s %s: %s", g.Side, g.Subject, g.Reason)
		}
	}
	t.Logf("the replay agrees with the clusters' own Prometheus on %d of %d rules, and with Alertmanager on the receivers of %d alerts", agree, rules, routes)
}

func expectCauseOf(t *testing.T, c *compare.Comparison, a compare.JudgedAsset, cause string) {
	t.Helper()
	at := slices.IndexFunc(c.Findings, func(f compare.Finding) bool {
		return slices.ContainsFunc(f.Assets, func(x compare.Asset) bool { return x.Kind == a.Kind && x.Name == a.Name })
	})
	if at < 0 {
		t.Errorf("%s %s is dead, and no finding names it", a.Kind, a.Name)
		return
	}
	if f := c.Findings[at]; f.Cause != cause || f.Severity != compare.Breaks {
		t.Errorf("%s %s: cause %q and severity %s, want %q and breaks", a.Kind, a.Name, f.Cause, f.Severity, cause)
	}
}

// TestAlertsNull rehearses the scenario with one runtime on both sides: nothing may
// be found. Rules that need Docker are unproven with containerd, so the answer may be
// that it is inconclusive.
func TestAlertsNull(t *testing.T) {
	requireE2E(t)
	for _, turn := range []string{"containerd", "docker", "containerd once more"} {
		t.Run(turn, func(t *testing.T) {
			runtime, _, _ := strings.Cut(turn, " ")
			clean := nothingLeft(t)
			out := t.TempDir()
			got := rehearse(t, nil, "run", "alerts", "--null="+runtime, "--out", out)
			c := comparison(t, latest(t, out))
			if found := c.Counts.Findings[compare.Breaks] + c.Counts.Findings[compare.Changes]; found != 0 || got.code != 0 && got.code != 3 {
				t.Errorf("exit code %d, verdict %s, findings %v", got.code, c.Verdict, c.Counts.Findings)
				explainAssets(t, c)
				explain(t, c)
			}
			clean()
		})
	}
}
