package e2e_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/rehearse-dev/rehearse/clusters"
	"github.com/rehearse-dev/rehearse/harness/compare"
	"github.com/rehearse-dev/rehearse/harness/record"
)

// canaries are the searches of the scenario log-shipping behind each shipper.
var canaries = []string{"plain", "stderr", "long-line", "json", "klog", "crlf", "invalid-utf8", "markup", "sequence"}

// TestLogShipping ships lines for real: the shipper that knows Docker's format
// only is blind on containerd, although its pod is ready, and the other is clean.
func TestLogShipping(t *testing.T) {
	requireE2E(t)
	clean := nothingLeft(t)
	c := differing(t, t.TempDir(), "log-shipping")
	expectBlind(t, c)
	expectClean(t, c)
	expectNoGaps(t, c)
	if t.Failed() {
		explain(t, c)
	}
	clean()
}

// TestLogShippingNull is the same with one runtime: nothing may be found.
func TestLogShippingNull(t *testing.T) {
	requireE2E(t)
	expectNothingThrice(t, "log-shipping")
}

// expectBlind wants all of the narrow shipper's searches in one finding that
// breaks, with the setting at fault, and its pods alike and well.
func expectBlind(t *testing.T, c *compare.Comparison) {
	t.Helper()
	i := slices.IndexFunc(c.Findings, func(f compare.Finding) bool { return f.Cause == "LOG-001" })
	if i < 0 || c.Findings[i].Severity != compare.Breaks {
		t.Fatal("nothing breaks by the format of log lines")
	}
	f := c.Findings[i]
	expectProof(t, "the blind shipper", f)
	if !touches(f, "shipper-docker-only") {
		t.Errorf("the blind shipper is not named: %v", f.Assets)
	}
	for _, canary := range canaries {
		search := "victoria-logs/docker-only-" + canary
		if !slices.ContainsFunc(f.Assets, func(a compare.Asset) bool { return a.Kind == "log search" && a.Name == search }) {
			t.Errorf("the search %s is not named", search)
		}
	}
	if !slices.ContainsFunc(f.Evidence, func(e compare.Evidence) bool {
		return e.Side == clusters.Candidate && strings.Contains(e.File, "agents/shipper-docker-only/") && strings.Contains(e.Text, "json_parser")
	}) {
		t.Errorf("the setting at fault is no evidence: %v", f.Evidence)
	}
	if got := stateOf(c, record.Objects, "logging/shipper-docker-only: health"); got != compare.Agrees {
		t.Errorf("health of the blind shipper %q, want %q", got, compare.Agrees)
	}
}

// expectClean wants every search behind the other shipper to agree in all ways,
// and no finding to touch it or them.
func expectClean(t *testing.T, c *compare.Comparison) {
	t.Helper()
	for _, canary := range canaries {
		name := fmt.Sprintf("log search victoria-logs/both-formats-%s: result", canary)
		if got := stateOf(c, record.Stores, name); got != compare.Agrees {
			t.Errorf("%s %q, want %q", name, got, compare.Agrees)
		}
	}
	for _, f := range c.Findings {
		for _, a := range f.Assets {
			if a.Kind != "workload" && strings.Contains(a.Name, "both-formats") {
				t.Errorf("%s names %s %s: %s", f.ID, a.Kind, a.Name, a.Why)
			}
		}
	}
}

// stateOf is the outcome of a check; empty when it was not made.
func stateOf(c *compare.Comparison, kind record.Kind, name string) compare.CheckState {
	for _, check := range c.Checks {
		if check.Kind == kind && check.Name == name {
			return check.State
		}
	}
	return ""
}
