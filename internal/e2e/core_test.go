package e2e_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rehearse-dev/rehearse/harness/compare"
)

// TestCoreQuickstart rehearses the shipped scenario and expects each thing that
// it is there to show, once.
func TestCoreQuickstart(t *testing.T) {
	requireE2E(t)
	clean := nothingLeft(t)
	out := t.TempDir()
	if got := rehearse(t, nil, "run", "quickstart", "--out", out); got.code != 1 {
		t.Fatalf("rehearse run quickstart: exit code %d, want 1 (different)\n%s", got.code, got.stdout)
	}
	run := latest(t, out)
	c := comparison(t, run)
	expectStory(t, c)
	if t.Failed() {
		explain(t, c)
	}
	clean()
	t.Run("judged again without Docker gives the same bytes", func(t *testing.T) { judgeAgain(t, run) })
}

// judgeAgain runs the later verbs where no Docker answers.
func judgeAgain(t *testing.T, run string) {
	t.Helper()
	files := []string{"comparison.json", "report.html", "junit.xml", "report.sarif", "summary.md"}
	before := map[string][]byte{}
	for _, f := range files {
		before[f] = read(t, filepath.Join(run, f))
	}
	noDocker := []string{"DOCKER_HOST=unix:///nonexistent/docker.sock"}
	if got := rehearse(t, noDocker, "compare", run); got.code != 1 {
		t.Errorf("rehearse compare: exit code %d, want 1", got.code)
	}
	for _, f := range files {
		if !bytes.Equal(before[f], read(t, filepath.Join(run, f))) {
			t.Errorf("%s changed when the run was judged again", f)
		}
	}
	got := rehearse(t, noDocker, "report", run, "--format", "json")
	if got.stdout != string(before["comparison.json"]) {
		t.Error("rehearse report --format json differs from comparison.json")
	}
}

// TestCoreNull rehearses the shipped scenario with one runtime on both sides:
// nothing may be found.
func TestCoreNull(t *testing.T) {
	requireE2E(t)
	expectNothing(t, "quickstart", "containerd")
}

// TestNull is TestCoreNull at length.
func TestNull(t *testing.T) {
	requireE2E(t)
	for _, runtime := range []string{"containerd", "docker"} {
		for _, turn := range []string{"first", "second", "third"} {
			t.Run(runtime+" "+turn, func(t *testing.T) { expectNothing(t, "quickstart", runtime) })
		}
	}
}

// expectNothingThrice makes three null rehearsals, with each runtime at least once.
func expectNothingThrice(t *testing.T, scenario string) {
	t.Helper()
	for _, turn := range []struct{ name, runtime string }{
		{"containerd", "containerd"}, {"docker", "docker"}, {"containerd again", "containerd"},
	} {
		t.Run(turn.name, func(t *testing.T) { expectNothing(t, scenario, turn.runtime) })
	}
}

func expectNothing(t *testing.T, scenario, runtime string) {
	t.Helper()
	clean := nothingLeft(t)
	out := t.TempDir()
	got := rehearse(t, nil, "run", scenario, "--null="+runtime, "--out", out)
	c := comparison(t, latest(t, out))
	if got.code != 0 || c.Counts.Findings[compare.Breaks]+c.Counts.Findings[compare.Changes] != 0 {
		t.Errorf("null rehearsal of %s with %s: exit code %d, verdict %s, findings %v", scenario, runtime, got.code, c.Verdict, c.Counts.Findings)
		explain(t, c)
	}
	clean()
}

// TestCoreUserSuite runs a compiled Ginkgo binary that the program knows
// nothing of; the spec that leans on Docker must be a finding.
func TestCoreUserSuite(t *testing.T) {
	requireE2E(t)
	dir := t.TempDir()
	binary := filepath.Join(dir, "shop.test")
	compileSuite(t, binary, "../../suites/testdata/usersuite")
	scenario := `apiVersion: rehearse.dev/v1alpha1
kind: Scenario
metadata: {name: user-suite}
spec:
  summary: Somebody's own Ginkgo suite.
  suites:
    - binary: ./shop.test
  observe: {duration: 5s}
`
	write(t, filepath.Join(dir, "scenario.yaml"), scenario)
	c := differing(t, dir, dir)
	for _, f := range c.Findings {
		if f.Kind == "specs" && f.Severity == compare.Breaks && strings.Contains(f.Subject, "inventory recognises") {
			return
		}
	}
	explain(t, c)
	t.Error("the spec that passes on Docker only is no finding that breaks")
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}
