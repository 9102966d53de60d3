package compare_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/rehearse-dev/rehearse/clusters"
	"github.com/rehearse-dev/rehearse/harness/compare"
	"github.com/rehearse-dev/rehearse/harness/record"
	"github.com/rehearse-dev/rehearse/scenarios"
)

// blinded judges a search that finds nothing on the candidate, whose agent has
// the given configuration.
func blinded(t *testing.T, config string) *compare.Comparison {
	t.Helper()
	c := cases(t)["log-stores"]
	for _, f := range []files{c.baseline, c.candidate} {
		f["agents/narrow/narrow.yaml"] = config
	}
	return c.judge(t, c.runtimes)
}

// blame is what is said of the agent in the finding of its search.
func blame(c *compare.Comparison) (cause, why string) {
	for _, f := range c.Findings {
		if !slices.Contains(f.Subjects, "log search ours/narrow") {
			continue
		}
		for _, a := range f.Assets {
			if a.Kind == "agent" {
				why = a.Why
			}
		}
		return f.Cause, why
	}
	return "none", ""
}

func TestTheSettingAtFaultIsNamed(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct{ config, cause, why string }{
		"a collector that reads JSON":         {"operators:\n  - type: json_parser\n", "LOG-001", `"- type: json_parser" in line 2 of narrow.yaml reads Docker's JSON only`},
		"a collector that reads both":         {"operators:\n  - type: container\n  - type: json_parser\n", "", ""},
		"a collector with an expression":      {"- type: json_parser\n- type: regex_parser\n  regex: '^(?P<t>[^ ]+) (?P<s>stdout|stderr) .*$'\n", "", ""},
		"a comment that says otherwise":       {"# - type: container\n- type: 'json_parser'\n", "LOG-001", "in line 2"},
		"Fluent Bit with Docker's parser":     {"[INPUT]\n    Name tail\n    Parser docker\n", "LOG-001", `"Parser docker" in line 3`},
		"Fluent Bit with both":                {"[INPUT]\n    multiline.parser docker, cri\n", "", ""},
		"Fluent Bit in YAML":                  {"  - name: tail\n    parser: docker\n", "LOG-001", `"parser: docker"`},
		"Fluentd that reads JSON":             {"<parse>\n  @type json\n</parse>\n", "LOG-001", `"@type json"`},
		"Fluentd that reads both":             {"@type json\n@type cri\n", "", ""},
		"Promtail with Docker's stage":        {"pipeline_stages:\n  - docker: {}\n", "LOG-001", `"- docker: {}"`},
		"Alloy with the stage of the CRI":     {"stage.cri { }\n", "", ""},
		"Filebeat with Docker's input":        {"- type: docker\n", "LOG-001", `"- type: docker"`},
		"Filebeat with the input for both":    {"- type: container\n", "", ""},
		"a configuration that says nothing":   {"verbose: true\n", "LOG-001", ""},
		"a line longer than anybody's buffer": {strings.Repeat("x", 1<<20) + "\n- type: json_parser\n", "LOG-001", "in line 2"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cause, why := blame(blinded(t, row.config))
			if cause != row.cause || !strings.Contains(why, row.why) || row.why == "" && why != "" {
				t.Errorf("cause %q, agent %q, want %q and %q", cause, why, row.cause, row.why)
			}
		})
	}
}

// An agent that declares a signal is blamed in the same words.
func TestTheSettingIsEvidenceOfASilentAgent(t *testing.T) {
	t.Parallel()
	c := cases(t)["log-stores"]
	c.scenario.Spec.Agents[0].Signals = []scenarios.Signal{{Logs: "sent [0-9]+"}}
	c.scenario.Spec.Assets = scenarios.Assets{}
	for side, f := range map[string]files{"baseline": c.baseline, "candidate": c.candidate} {
		pod := map[string]string{"baseline": "narrow-x2x4z", "candidate": "narrow-bq7mp"}[side]
		f[record.LogIndex] += `{"namespace":"agents","pod":"` + pod + `","podUID":"n","container":"n","path":"/var/log/pods/agents_n_n/n/0.log","file":"logs/pods/n"}` + "\n"
	}
	c.baseline["logs/pods/n"] = `{"log":"sent 3\n","stream":"stdout","time":"2026-11-23T12:00:00.1Z"}` + "\n"
	c.candidate["logs/pods/n"] = "2026-11-23T12:00:00.1Z stderr F cannot parse\n"
	got := c.judge(t, c.runtimes)
	for _, f := range got.Findings {
		if !slices.Contains(f.Subjects, "agent narrow") {
			continue
		}
		if f.Cause != "LOG-001" || !slices.ContainsFunc(f.Evidence, func(e compare.Evidence) bool {
			return e.Side == clusters.Candidate && e.File == "candidate/1/agents/narrow/narrow.yaml" && e.Line == 5
		}) {
			t.Errorf("cause %q, evidence %+v, want LOG-001 and the setting", f.Cause, f.Evidence)
		}
		return
	}
	t.Errorf("no finding of the agent among %q", said(got))
}

func TestWhatWasNotAnsweredIsAGap(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		change func(c testCase)
		want   int // gaps
	}{
		"nothing is missing": {func(testCase) {}, 0},
		"one answer on one side": {func(c testCase) {
			_, rest, _ := strings.Cut(c.candidate[record.StoresIndex], "\n")
			c.candidate[record.StoresIndex] = rest
		}, 1},
		"every answer on one side": {func(c testCase) { delete(c.candidate, record.StoresIndex) }, 1},
		"every answer on both":     {func(c testCase) { delete(c.baseline, record.StoresIndex); delete(c.candidate, record.StoresIndex) }, 26},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := cases(t)["log-stores"]
			row.change(c)
			got := c.judge(t, c.runtimes)
			if len(got.Gaps) != row.want {
				t.Errorf("%d gaps, want %d: %v", len(got.Gaps), row.want, got.Gaps)
			}
			for _, g := range got.Gaps {
				if g.Kind != record.Stores {
					t.Errorf("gap of %s: %s", g.Kind, g.Reason)
				}
			}
		})
	}
}
