package compare_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rehearse-dev/rehearse/clusters"
	"github.com/rehearse-dev/rehearse/harness/compare"
	"github.com/rehearse-dev/rehearse/harness/record"
	"github.com/rehearse-dev/rehearse/scenarios"
)

// judgeRuns compares several runs of both sides.
func judgeRuns(t *testing.T, scenario *scenarios.Scenario, baseline, candidate []files) *compare.Comparison {
	t.Helper()
	return testCase{scenario: *scenario}.judgeRuns(t, [2]clusters.Runtime{clusters.Docker, clusters.Containerd}, baseline, candidate)
}

// linked are runs whose nodes have these network links besides lo.
func linked(runs ...string) []files {
	var all []files
	for _, links := range runs {
		all = append(all, nodes(`"links":["`+strings.Join(append(strings.Fields(links), "lo"), `","`)+`"]`))
	}
	return all
}

func TestSeveralRunsTellNoiseFromDifference(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		baseline, candidate []files
		findings            []string // and how sure they are
		varying             []string
	}{
		"one run a side": {linked("docker0"), linked(""), []string{"changes MET-023 lost docker0: "}, nil},
		"in all runs of one side": {
			linked("docker0", "docker0"), linked("", ""),
			[]string{"changes MET-023 lost docker0: in all 2 runs"},
			nil,
		},
		"in one run of one side": {
			linked("docker0", "docker0 eth1"), linked("", ""),
			[]string{"changes MET-023 lost docker0: in all 2 runs"},
			[]string{"eth1: network link differs in 1 of 2"},
		},
		"in all runs of one side and one of the other": {
			linked("a", "a", "a"), linked("", "a", ""), nil, []string{"a: network link differs in 2 of 3"},
		},
		"in one run of each": {linked("a", ""), linked("", "a"), nil, []string{"a: network link differs in 2 of 2"}},
		"in no run of a side that has a gap in one": {
			linked("docker0", "docker0", "docker0"),
			[]files{linked("")[0], {"gaps": "x"}, linked("")[0]},
			[]string{"changes MET-023 lost docker0: in 2 of 3 runs, all in which it could be compared"},
			nil,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := judgeRuns(t, &scenarios.Scenario{}, row.baseline, row.candidate)
			var findings []string
			for i, line := range said(got) {
				findings = append(findings, line+": "+got.Findings[i].Confidence)
			}
			if diff := cmp.Diff(row.findings, findings); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
			var varying []string
			for _, v := range got.Noise.Varying {
				varying = append(varying, fmt.Sprintf("%s differs in %d of %d", v.Name, v.Differ, v.Runs))
			}
			if diff := cmp.Diff(row.varying, varying); diff != "" {
				t.Errorf("varying (-want +got):\n%s", diff)
			}
			if got.Noise.Runs != len(row.baseline) || got.Pair.Baseline.Runs != len(row.baseline) {
				t.Errorf("runs = %d and %d, want %d", got.Noise.Runs, got.Pair.Baseline.Runs, len(row.baseline))
			}
		})
	}
}

// settled are runs whose ports say what no run says again, or what only one side
// says, in words that differ.
func settled(states ...string) []files {
	var all []files
	for _, state := range states {
		all = append(all, nodes(`"units":[{"name":"shop.service","state":"`+state+`"}]`))
	}
	return all
}

func TestValuesThatNeverComeAgainAreNoise(t *testing.T) {
	t.Parallel()
	chance := judgeRuns(t, &scenarios.Scenario{}, settled("a", "b", "c"), settled("d", "e", "f"))
	if len(chance.Findings) > 0 || len(chance.Noise.Varying) != 1 {
		t.Errorf("findings %v, varying %v: want it taken for noise", said(chance), chance.Noise.Varying)
	}
	difference := judgeRuns(t, &scenarios.Scenario{}, settled("a", "b", "a"), settled("d", "d", "e"))
	if len(difference.Findings) != 1 {
		t.Errorf("findings %v: want what no run of the other side says to be one", said(difference))
	}
}

// passing are runs of a suite with one spec, each of which passed or not.
func passing(runs ...bool) []files {
	var all []files
	for i, passed := range runs {
		state := `"state":"passed"`
		if !passed {
			state = fmt.Sprintf(`"state":"failed","failure":"waited %d times"`, i)
		}
		all = append(all, files{"suites/shop.json": `{"suite":"shop","specs":[{"name":"sells",` + state + `}]}`})
	}
	return all
}

func TestOutcomesOverRuns(t *testing.T) {
	t.Parallel()
	const yes, no = true, false
	for name, row := range map[string]struct {
		baseline, candidate []files
		verdict             compare.Verdict
		confidence          string
		flaky               []compare.Flaky
	}{
		"always passes": {passing(yes, yes, yes), passing(yes, yes, yes), compare.Equivalent, "", nil},
		"never passes":  {passing(no, no, no), passing(no, no, no), compare.Inconclusive, "", nil},
		"fails in all runs of the candidate": {
			passing(yes, yes, yes), passing(no, no, no), compare.Different,
			"worked in 3 of 3 runs on the baseline and in 0 of 3 on the candidate (Fisher's exact test: p = 0.1)", nil,
		},
		"fails in most runs of the candidate": {
			passing(yes, yes, yes), passing(no, yes, no), compare.Inconclusive, "",
			[]compare.Flaky{{Kind: record.Specs, Name: "shop: sells: outcome", Baseline: 3, Candidate: 1, Runs: 3, P: 0.4}},
		},
		"fails in most of many runs of the candidate": {
			passing(yes, yes, yes, yes, yes), passing(no, no, yes, no, no), compare.Different,
			"worked in 5 of 5 runs on the baseline and in 1 of 5 on the candidate (Fisher's exact test: p = 0.048)", nil,
		},
		"fails now and then on both": {
			passing(yes, no), passing(no, yes), compare.Inconclusive, "",
			[]compare.Flaky{{Kind: record.Specs, Name: "shop: sells: outcome", Baseline: 1, Candidate: 1, Runs: 2, P: 1}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := judgeRuns(t, &scenarios.Scenario{}, row.baseline, row.candidate)
			if got.Verdict != row.verdict {
				t.Errorf("verdict = %q, want %q; findings %v", got.Verdict, row.verdict, said(got))
			}
			confidence := ""
			if len(got.Findings) > 0 {
				confidence = got.Findings[0].Confidence
			}
			if confidence != row.confidence {
				t.Errorf("confidence = %q, want %q", confidence, row.confidence)
			}
			if diff := cmp.Diff(row.flaky, got.Noise.Flaky); diff != "" {
				t.Errorf("flaky (-want +got):\n%s", diff)
			}
		})
	}
}

// measuring is a run that counted these things: errors of one kind in kubelet and
// in the shop, and thirty things that are the same in every run but for chance.
func measuring(run, errors, sales int) files {
	var kubelet strings.Builder
	kubelet.WriteString("# TYPE kubelet_things_total counter\n")
	for i := range 30 {
		fmt.Fprintf(&kubelet, "kubelet_things_total{thing=\"%d\"} %d\n", i, 1000+10*i+(run*7+i*5)%9)
	}
	fmt.Fprintf(&kubelet, "# TYPE kubelet_errors_total counter\nkubelet_errors_total{kind=\"exec\"} %d\n", errors)
	return files{
		record.MetricsIndex:    lines(`{"target":"kubelet","file":"metrics/kubelet.prom"}`, `{"target":"pod/shop/web","pod":"web","file":"metrics/web.prom"}`),
		"metrics/kubelet.prom": kubelet.String(),
		"metrics/web.prom":     fmt.Sprintf("# TYPE shop_sales_total counter\nshop_sales_total %d\n", sales),
	}
}

func TestAmountsAreJudgedOverSeveralRuns(t *testing.T) {
	t.Parallel()
	baseline := []files{measuring(1, 20, 100), measuring(2, 22, 103), measuring(3, 21, 99)}
	candidate := []files{measuring(4, 270, 101), measuring(5, 290, 98), measuring(6, 280, 102)}
	got := judgeRuns(t, &scenarios.Scenario{}, baseline, candidate)
	if len(got.Findings) != 1 {
		t.Fatalf("findings %v, want one", said(got))
	}
	f := got.Findings[0]
	want := compare.Finding{
		ID: f.ID, Kind: record.Metrics, Change: compare.Changed, Severity: compare.Info,
		Subject: "kubelet kubelet_errors_total", Subjects: []string{"kubelet kubelet_errors_total"}, Aspect: "amount",
		Title:    "kubelet kubelet_errors_total: there is not as much of it on both sides",
		Baseline: `{kind="exec"}: 20 to 22`, Candidate: `{kind="exec"}: 270 to 290`,
		Evidence: []compare.Evidence{
			{Side: clusters.Baseline, File: "baseline/1/metrics/kubelet.prom", Line: 33, Text: `kubelet_errors_total{kind="exec"} 20`},
			{Side: clusters.Candidate, File: "candidate/1/metrics/kubelet.prom", Line: 33, Text: `kubelet_errors_total{kind="exec"} 270`},
		},
		Baselines:  []clusters.Runtime{clusters.Docker},
		Confidence: f.Confidence,
	}
	if diff := cmp.Diff(want, f); diff != "" {
		t.Errorf("finding (-want +got):\n%s", diff)
	}
	if !strings.HasPrefix(f.Confidence, "13.0 times more on the candidate (moderated t-test over 3 + 3 runs: p = ") {
		t.Errorf("confidence = %q", f.Confidence)
	}
	if len(got.Warnings) > 0 {
		t.Errorf("warnings = %q, want none", got.Warnings)
	}
	alone := judgeRuns(t, &scenarios.Scenario{}, baseline[:1], candidate[:1])
	if len(alone.Findings) > 0 || len(alone.Noise.Lanes) > 0 {
		t.Errorf("one run a side: findings %v, lanes %v; want none", said(alone), alone.Noise.Lanes)
	}
}

// TestDecoysSayWhatIsNotSeparable gives every run something of its own that the
// first runs of both sides share: it passes for a difference only among decoys.
func TestDecoysSayWhatIsNotSeparable(t *testing.T) {
	t.Parallel()
	got := judgeRuns(t, &scenarios.Scenario{},
		linked("docker0 a b c", "docker0"), linked("a b c", ""))
	want := []compare.Lane{{Name: "presence", Judged: 6, Differ: 1, ByChance: 1.5}, {Name: "amounts"}, {Name: "outcomes"}}
	for i := range want {
		want[i].Judged = got.Noise.Lanes[i].Judged
	}
	if diff := cmp.Diff(want, got.Noise.Lanes); diff != "" {
		t.Errorf("lanes (-want +got):\n%s", diff)
	}
	if len(got.Warnings) != 1 || !strings.Contains(got.Warnings[0], "not separable") {
		t.Errorf("warnings = %q, want one", got.Warnings)
	}
}

// TestAssetsOverRuns judges searches of two runs, the second of which may show the
// baseline on both sides.
func TestAssetsOverRuns(t *testing.T) {
	t.Parallel()
	row := cases(t)["log-searches"]
	always := row.judgeRuns(t, row.runtimes, []files{row.baseline, row.baseline}, []files{row.candidate, row.candidate})
	single := row.judge(t, row.runtimes)
	if diff := cmp.Diff(assetLines(single), assetLines(always)); diff != "" {
		t.Errorf("assets of two runs that are the same (-want +got):\n%s", diff)
	}
	once := row.judgeRuns(t, row.runtimes, []files{row.baseline, row.baseline}, []files{row.candidate, row.baseline})
	verdicts := map[string]compare.JudgedAsset{}
	for _, a := range once.Assets {
		verdicts[a.Kind+a.Name] = a
	}
	for _, before := range single.Assets {
		after := verdicts[before.Kind+before.Name]
		switch before.Verdict {
		case compare.AssetDead, compare.AssetNew:
			if after.Verdict != compare.AssetUnproven || after.Finding != "" || !strings.HasPrefix(after.Why, "not alike in all runs: ") {
				t.Errorf("%s, %s in one of two runs: %s (%s), finding %q; want it unproven", before.Name, before.Verdict, after.Verdict, after.Why, after.Finding)
			}
		case compare.AssetChanged:
			if after.Verdict != compare.AssetAlive && after.Verdict != compare.AssetUnproven || after.Finding != "" {
				t.Errorf("%s, changed in one of two runs: %s (%s), finding %q; want no finding", before.Name, after.Verdict, after.Why, after.Finding)
			}
		default:
			if after.Verdict != before.Verdict {
				t.Errorf("%s: %s, then %s", before.Name, before.Verdict, after.Verdict)
			}
		}
	}
	for _, f := range once.Findings {
		if f.Kind == record.Searches {
			t.Errorf("%s is a finding, and shows in one of two runs only", f.Title)
		}
	}
}
