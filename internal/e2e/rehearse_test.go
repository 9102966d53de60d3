package e2e_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rehearse-dev/rehearse/harness/compare"
)

// program is what `make build` builds.
const program = "../../bin/rehearse"

func requireE2E(t *testing.T) {
	t.Helper()
	if os.Getenv("REHEARSE_E2E") == "" {
		t.Skip("needs Docker and minutes: set REHEARSE_E2E=1, or use make e2e")
	}
}

// outcome is how one call of the program ended.
type outcome struct {
	code           int
	stdout, stderr string
}

// rehearse calls the program and waits for it. Progress goes to the test's own
// standard error too, so that nobody waits in the dark.
func rehearse(t *testing.T, env []string, args ...string) outcome {
	t.Helper()
	// Tests call it while they clean up, too, when their own context is over.
	cmd := command(context.WithoutCancel(t.Context()), env, args...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, tee{&stderr}
	err := cmd.Run()
	if _, exited := errors.AsType[*exec.ExitError](err); err != nil && !exited {
		t.Fatalf("running rehearse %s: %v", strings.Join(args, " "), err)
	}
	return outcome{cmd.ProcessState.ExitCode(), stdout.String(), stderr.String()}
}

func command(ctx context.Context, env []string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Env = append(os.Environ(), env...)
	return cmd
}

// tee keeps what it is given and shows it.
type tee struct{ kept *bytes.Buffer }

func (w tee) Write(p []byte) (int, error) {
	w.kept.Write(p)
	return os.Stderr.Write(p)
}

// latest is the newest run folder below out.
func latest(t *testing.T, out string) string {
	t.Helper()
	path, err := filepath.EvalSymlinks(filepath.Join(out, "latest"))
	if err != nil {
		t.Fatalf("finding the run folder: %v", err)
	}
	return path
}

func comparison(t *testing.T, run string) *compare.Comparison {
	t.Helper()
	var c compare.Comparison
	if err := json.Unmarshal(read(t, filepath.Join(run, "comparison.json")), &c); err != nil {
		t.Fatalf("reading the comparison: %v", err)
	}
	return &c
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// differing rehearses with these arguments of run and wants the sides to differ, as
// Docker and containerd always do.
func differing(t *testing.T, out string, args ...string) *compare.Comparison {
	t.Helper()
	if got := rehearse(t, nil, append([]string{"run", "--out", out}, args...)...); got.code != 1 {
		t.Fatalf("rehearse run %q: exit code %d, want 1 (different)\n%s%s", args, got.code, got.stdout, got.stderr)
	}
	return comparison(t, latest(t, out))
}

// expectNoGaps wants everything to have been looked at.
func expectNoGaps(t *testing.T, c *compare.Comparison) {
	t.Helper()
	for _, g := range c.Gaps {
		t.Errorf("gap: %s %s %s: %s", g.Side, g.Kind, g.Subject, g.Reason)
	}
}

// compileSuite compiles the Ginkgo suite of a package into a binary.
func compileSuite(t *testing.T, binary, pkg string) {
	t.Helper()
	build := exec.CommandContext(t.Context(), "go", "test", "-c", "-o", binary, pkg)
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if raw, err := build.CombinedOutput(); err != nil {
		t.Fatalf("compiling the suite %s: %v\n%s", pkg, err, raw)
	}
}

// explain prints every finding, for a test that failed.
func explain(t *testing.T, c *compare.Comparison) {
	t.Helper()
	for _, f := range c.Findings {
		t.Logf("%-8s %-8s %-8s cause=%q %s | %s | %s", f.Severity, f.Kind, f.Change, f.Cause, f.Title, f.Baseline, f.Candidate)
	}
	for _, g := range c.Gaps {
		t.Logf("gap: %s %s %s: %s", g.Side, g.Kind, g.Subject, g.Reason)
	}
}

// nothingLeft returns a check that fails when a cluster, network, volume or
// process of a rehearsal is there that was not when the check was made.
func nothingLeft(t *testing.T) (check func()) {
	t.Helper()
	before := footprint(t)
	return func() {
		t.Helper()
		for what, now := range footprint(t) {
			left := slices.DeleteFunc(now, func(name string) bool { return slices.Contains(before[what], name) })
			if len(left) > 0 {
				t.Errorf("%s left behind: %q", what, left)
			}
		}
	}
}

// footprint is what a rehearsal could leave behind, by kind.
func footprint(t *testing.T) map[string][]string {
	t.Helper()
	// pgrep exits with 1 when there is none.
	processes, err := exec.CommandContext(context.WithoutCancel(t.Context()), "pgrep", "-af", `^\S*bin/rehearse (suite|run|record)`).Output()
	if exit, ok := errors.AsType[*exec.ExitError](err); err != nil && (!ok || exit.ExitCode() != 1) {
		t.Fatalf("listing processes: %v", err)
	}
	return map[string][]string{
		"containers": strings.Fields(docker(t, "ps", "--all", "--format", "{{.Names}}", "--filter", "name=rehearse-")),
		"networks":   strings.Fields(docker(t, "network", "ls", "--format", "{{.Name}}", "--filter", "name=rehearse-")),
		"volumes":    strings.Fields(docker(t, "volume", "ls", "--quiet", "--filter", "dangling=true")),
		"processes":  strings.Split(strings.TrimSpace(string(processes)), "\n"),
	}
}

func docker(t *testing.T, args ...string) string {
	t.Helper()
	out, err := exec.CommandContext(context.WithoutCancel(t.Context()), "docker", args...).Output()
	if err != nil {
		t.Fatalf("docker %s: %v", strings.Join(args, " "), err)
	}
	return strings.TrimSpace(string(out))
}
