package e2e_test

import (
	"slices"
	"testing"

	"github.com/rehearse-dev/rehearse/clusters"
	"github.com/rehearse-dev/rehearse/harness/compare"
)

// story is what the quickstart scenario is there to show: each cause once, and
// the agent that it silences, if any.
var story = []struct{ what, cause, agent string }{
	{"JSON against CRI log lines, and the shipper that reads only one", "LOG-001", "log-shipper"},
	{"the symbolic link that a log file was", "LOG-002", ""},
	{"cAdvisor's container-level series on one side", "BASE-002", ""},
	{"ContainerCannotRun and 127 against StartError and 128", "EVT-001", ""},
	{"the start time of 1970", "EVT-002", ""},
	{"the texts of failed pulls", "EVT-005", ""},
	{"exec probes that cannot run", "EVT-008", ""},
	{"commands that leave a child", "EVT-010", ""},
	{"shapes of container and image IDs", "EVT-013", ""},
	{"the phantom docker.sock, and the agent gone quiet", "NODE-003", "inventory"},
	{"no docker socket", "NODE-002", ""},
	{"no docker unit", "NODE-004", ""},
	{"no docker chains", "NODE-012", ""},
	{"/.dockerenv", "APP-001", ""},
}

func expectStory(t *testing.T, c *compare.Comparison) {
	t.Helper()
	if c.Verdict != compare.Different {
		t.Errorf("verdict %q, want %q", c.Verdict, compare.Different)
	}
	for _, s := range story {
		var found []compare.Finding
		for _, f := range c.Findings {
			if f.Cause == s.cause {
				found = append(found, f)
			}
		}
		if len(found) != 1 {
			t.Errorf("%s (%s) is found %d times, want once", s.what, s.cause, len(found))
			continue
		}
		expectProof(t, s.what, found[0])
		if s.agent != "" && !touches(found[0], s.agent) {
			t.Errorf("%s does not name the agent %s: %v", s.what, s.agent, found[0].Assets)
		}
	}
	for _, f := range c.Findings {
		if f.Cause == "" && f.Severity != compare.Info {
			t.Errorf("without a cause, noise to a reader: %s: %s", f.Kind, f.Title)
		}
	}
}

// expectProof wants a remedy, and evidence from both sides.
func expectProof(t *testing.T, what string, f compare.Finding) {
	t.Helper()
	if f.Remedy == "" {
		t.Errorf("%s has no remedy", what)
	}
	for _, side := range clusters.Sides() {
		if !slices.ContainsFunc(f.Evidence, func(e compare.Evidence) bool { return e.Side == side }) {
			t.Errorf("%s has no evidence from the %s", what, side)
		}
	}
}

func touches(f compare.Finding, agent string) bool {
	return f.Severity == compare.Breaks && slices.ContainsFunc(f.Assets, func(a compare.Asset) bool {
		return a.Kind == "agent" && a.Name == agent
	})
}
