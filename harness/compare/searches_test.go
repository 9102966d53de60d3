package compare_test

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rehearse-dev/rehearse/clusters"
	"github.com/rehearse-dev/rehearse/harness/compare"
	"github.com/rehearse-dev/rehearse/harness/record"
	"github.com/rehearse-dev/rehearse/scenarios"
)

// searchFor is a scenario's file with one search.
func searchFor(fields string) files {
	return files{"s.yaml": "apiVersion: rehearse.dev/v1alpha1\nkind: LogSearches\nsearches:\n  - {name: a, language: contains, " + fields + "}\n"}
}

// container is a recording in which one container wrote lines, in either format.
func container(format string, messages ...string) files {
	var log strings.Builder
	for i, m := range messages {
		second := fmt.Sprintf("2026-11-23T04:31:%02dZ", i%60)
		if format == "docker" {
			fmt.Fprintf(&log, "{\"log\":%q,\"stream\":\"stdout\",\"time\":%q}\n", m+"\n", second)
		} else {
			fmt.Fprintf(&log, "%s stdout F %s\n", second, m)
		}
	}
	return files{
		record.LogIndex: lines(`{"namespace":"shop","pod":"web","podUID":"w","container":"web","path":"/var/log/pods/w/web/0.log","file":"logs/pods/web"}`),
		"logs/pods/web": log.String(),
	}
}

// atOnce is a container of Docker that wrote all lines at one moment.
func atOnce(messages ...string) files {
	f := container("docker", messages...)
	f["logs/pods/web"] = regexp.MustCompile(`04:31:\d\d`).ReplaceAllString(f["logs/pods/web"], "04:31:00")
	return f
}

// journal is a node's journal with an entry of a unit.
func journal(unit, message string) files {
	f := container("docker")
	f["logs/journals/n1.jsonl"] = lines(fmt.Sprintf(`{"_SYSTEMD_UNIT":%q,"MESSAGE":%q,"__REALTIME_TIMESTAMP":"1795408279195673"}`, unit, message))
	return f
}

// judgeSearches compares runs of both sides with the assets.
func judgeSearches(t *testing.T, assets files, baseline, candidate []files) *compare.Comparison {
	t.Helper()
	in := compare.Input{
		Scenario: &scenarios.Scenario{Spec: scenarios.Spec{Assets: scenarios.Assets{LogSearches: []string{"*.yaml"}}}},
		Assets:   assets.fs(),
	}
	for i := range baseline {
		in.Baseline = append(in.Baseline, open(t, clusters.Baseline, clusters.Docker, baseline[i]))
		in.Candidate = append(in.Candidate, open(t, clusters.Candidate, clusters.Containerd, candidate[i]))
	}
	c, err := compare.Compare(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// times is a hit so many times.
func times(n int) []string { return slices.Repeat([]string{"hit"}, n) }

func TestSearchVerdicts(t *testing.T) {
	t.Parallel()
	docker := func(messages ...string) files { return container("docker", messages...) }
	cri := func(messages ...string) files { return container("cri", messages...) }
	for name, row := range map[string]struct {
		search              string
		baseline, candidate files
		want                compare.AssetVerdict
		why                 string
	}{
		"found twice, then never":              {"expression: hit", docker("hit", "hit"), cri("other"), compare.AssetDead, "2 hits on the baseline, no hit on the candidate"},
		"found once, then never":               {"expression: hit", docker("hit"), cri("other"), compare.AssetUnproven, "may be chance"},
		"never, then once":                     {"expression: hit", docker("other"), cri("hit"), compare.AssetUnproven, "may be chance"},
		"twice within a second, then never":    {"expression: hit", atOnce("hit", "hit"), cri("other"), compare.AssetUnproven, "may be chance"},
		"twice within a second, then reworded": {"expression: cannot start", atOnce("cannot start the payment worker", "cannot start the payment worker"), cri("failed to start the payment worker"), compare.AssetDead, "nothing any more"},
		"once in a journal that is gone":       {"expression: hit", journal("docker.service", "hit"), journal("containerd.service", "other"), compare.AssetDead, "nothing any more"},
		"once in a journal that stays":         {"expression: hit", journal("kubelet.service", "hit"), journal("kubelet.service", "other"), compare.AssetUnproven, "may be chance"},
		"never, then twice":                    {"expression: hit", docker("other"), cri("hit", "hit"), compare.AssetNew, "on the candidate only"},
		"never":                                {"expression: hit", docker("other"), cri("other"), compare.AssetUnproven, "nothing on either side"},
		"once on each side":                    {"expression: hit", docker("hit"), cri("hit"), compare.AssetAlive, ""},
		"four times as often":                  {"expression: hit", docker(times(80)...), cri(times(20)...), compare.AssetAlive, ""},
		"five times as often":                  {"expression: hit", docker(times(100)...), cri(times(20)...), compare.AssetChanged, "far more, or far less"},
		"five times as often, of few":          {"expression: hit", docker(times(15)...), cri(times(3)...), compare.AssetAlive, ""},
		"a threshold that is reached no more":  {"expression: hit, threshold: {count: 8}", docker(times(10)...), cri(times(2)...), compare.AssetDead, "its threshold is not reached any more"},
		"a threshold that is missed by little": {"expression: hit, threshold: {count: 8}", docker(times(9)...), cri(times(7)...), compare.AssetUnproven, "may be chance"},
		"a threshold that is never reached":    {"expression: hit, threshold: {count: 8}", docker("hit"), cri("hit"), compare.AssetUnproven, "on neither side"},
		"the envelope, once":                   {`expression: '"log":"hit'`, docker("hit"), cri("hit"), compare.AssetDead, "it depends on the envelope"},
		"the new envelope, once":               {"expression: stdout F hit", docker("hit"), cri("hit"), compare.AssetNew, "it depends on the envelope"},
		"the same envelope, once":              {`expression: '"log":"hit'`, docker("hit"), docker("other"), compare.AssetUnproven, "may be chance"},
		"what the envelope escapes":            {"expression: a & b", docker("a & b", "a & b"), cri("a & b", "a & b"), compare.AssetAlive, ""},
		"what the envelope escapes, raw":       {"expression: 'a \"b\"', reads: raw", docker(`a "b"`, `a "b"`), cri(`a "b"`, `a "b"`), compare.AssetNew, "messages have it 2 and 2 times"},
		"the envelope, in messages":            {`expression: '"log":', reads: message`, docker("hit", "hit"), cri("hit"), compare.AssetUnproven, "nothing on either side"},
		"silence that is kept":                 {"expression: hit, expect: silence", docker("other"), cri("other"), compare.AssetAlive, "as expected"},
		"silence that is broken":               {"expression: hit, expect: silence", docker("other"), cri("hit", "hit"), compare.AssetNew, "is not any more"},
		"silence that is broken once":          {"expression: hit, expect: silence", docker("other"), cri("hit"), compare.AssetUnproven, "may be chance"},
		"silence that never was":               {"expression: hit, expect: silence", docker("hit"), cri("hit"), compare.AssetUnproven, "not on the baseline either"},
		"silence that is new":                  {"expression: hit, expect: silence", docker("hit", "hit"), cri("other"), compare.AssetChanged, "on the candidate only"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := judgeSearches(t, searchFor(row.search), []files{row.baseline}, []files{row.candidate})
			got := c.Assets[0]
			if len(c.Assets) != 1 || got.Verdict != row.want || !strings.Contains(got.Why, row.why) || got.Line != 4 {
				t.Errorf("assets = %+v, want %s on line 4, because %q", c.Assets, row.want, row.why)
			}
			if listed := got.Finding != ""; listed != (row.want == compare.AssetDead || row.want == compare.AssetNew || row.want == compare.AssetChanged) {
				t.Errorf("finding %q of a search that is %s", got.Finding, got.Verdict)
			}
		})
	}
}

func TestSearchesOverRuns(t *testing.T) {
	t.Parallel()
	there, gone := container("docker", "hit", "hit"), container("docker", "other")
	always := judgeSearches(t, searchFor("expression: hit"), []files{there, there}, []files{gone, gone})
	if got := always.Assets; len(got) != 1 || got[0].Verdict != compare.AssetDead {
		t.Errorf("dead in both runs: %+v", got)
	}
	once := judgeSearches(t, searchFor("expression: hit"), []files{there, there}, []files{gone, there})
	if got := once.Assets; len(got) != 1 || got[0].Verdict != compare.AssetUnproven || got[0].Finding != "" || !strings.Contains(got[0].Why, "not alike in all runs") {
		t.Errorf("dead in one run of two: %+v", got)
	}
}

func TestSearchesThatCannotBeJudgedAreGaps(t *testing.T) {
	t.Parallel()
	logs := container("docker", "hit")
	for name, row := range map[string]struct {
		assets, candidate files
		verdict           compare.AssetVerdict
		gap               string
	}{
		"a file with a mistake": {searchFor("expresion: hit"), logs, compare.AssetRefused, "unknown field"},
		"a rule beyond us":      {files{"r.yaml": "groups: [{rules: [{alert: A, expr: 'topk(1, x)'}]}]\n"}, logs, compare.AssetRefused, "LogQL"},
		"a side without logs":   {searchFor("expression: hit"), files{}, compare.AssetUnproven, "logs/index.jsonl was not recorded on this side"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := judgeSearches(t, row.assets, []files{logs}, []files{row.candidate})
			var gaps []string
			for _, g := range c.Gaps {
				if g.Kind == record.Searches {
					gaps = append(gaps, g.Reason)
				}
			}
			if len(c.Assets) == 0 || c.Assets[0].Verdict != row.verdict || !strings.Contains(strings.Join(gaps, "\n"), row.gap) {
				t.Errorf("assets %+v, gaps %q, want %s and a gap with %q", c.Assets, gaps, row.verdict, row.gap)
			}
			if c.Verdict == compare.Equivalent {
				t.Error("verdict = equivalent")
			}
		})
	}
}

// What the API server gives of a log has no envelope to depend on.
func TestSearchesInMessagesAlone(t *testing.T) {
	t.Parallel()
	api := container("docker", "hit", "hit")
	api[record.LogIndex] = lines(`{"namespace":"shop","pod":"web","podUID":"w","container":"web","file":"logs/pods/web"}`)
	c := judgeSearches(t, searchFor(`expression: '"log":"hit', reads: raw`), []files{api}, []files{maps.Clone(api)})
	if got := c.Assets[0]; got.Verdict != compare.AssetUnproven {
		t.Errorf("a search of envelopes is %s where there are none (%s)", got.Verdict, got.Why)
	}
}

func TestFindingsNameEveryDeadSearch(t *testing.T) {
	t.Parallel()
	all := cases(t)["log-searches"]
	c := all.judge(t, all.runtimes)
	named := map[string][]string{}
	for _, f := range c.Findings {
		for _, a := range f.Assets {
			named[f.ID] = append(named[f.ID], fmt.Sprintf("%s %s:%d", a.Name, a.File, a.Line))
		}
	}
	want := map[string][]string{}
	for _, a := range c.Assets {
		if a.Finding != "" {
			want[a.Finding] = append(want[a.Finding], fmt.Sprintf("%s %s:%d", a.Name, a.File, a.Line))
		}
	}
	for id, assets := range want {
		slices.Sort(assets)
		slices.Sort(named[id])
		if diff := cmp.Diff(assets, named[id]); diff != "" {
			t.Errorf("assets of %s (-judged +named):\n%s", id, diff)
		}
	}
}
