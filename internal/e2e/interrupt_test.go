package e2e_test

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/rehearse-dev/rehearse/harness"
)

// TestInterrupt interrupts a rehearsal in each of its stages, once politely and
// once with SIGTERM: nothing of it may stay but what it had recorded.
func TestInterrupt(t *testing.T) {
	requireE2E(t)
	for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		for _, stage := range []string{"create", "images", "apply", "stimuli", "suites", "observe", "collect"} {
			t.Run(signal.String()+" during "+stage, func(t *testing.T) {
				clean := nothingLeft(t)
				out := t.TempDir()
				code := interruptAt(t, out, stage, signal)
				if code != 2 {
					t.Errorf("exit code %d, want 2", code)
				}
				expectKept(t, latest(t, out))
				clean()
			})
		}
	}
}

// TestInterruptKilled kills a rehearsal outright: the next command that looks
// for leftovers removes them.
func TestInterruptKilled(t *testing.T) {
	requireE2E(t)
	for name, mend := range map[string][]string{
		"the next run removes the rest": {"run", scenario(t, "suites: []"), "--null"},
		"down --all removes the rest":   {"down", "--all"},
	} {
		t.Run(name, func(t *testing.T) {
			clean := nothingLeft(t)
			out := t.TempDir()
			interruptAt(t, out, "apply", syscall.SIGKILL)
			if docker(t, "ps", "--quiet", "--filter", "name=rehearse-") == "" {
				t.Fatal("the killed rehearsal left no container: this test shows nothing")
			}
			if len(mend) > 2 {
				mend = append(mend, "--out", out)
			}
			if got := rehearse(t, nil, mend...); got.code != 0 {
				t.Errorf("rehearse %s: exit code %d", strings.Join(mend, " "), got.code)
			}
			clean()
		})
	}
}

// interruptAt starts a rehearsal, sends the signal once the stage has started,
// and returns the exit code.
func interruptAt(t *testing.T, out, stage string, signal syscall.Signal) int {
	t.Helper()
	cmd := command(t.Context(), nil, "run", scenario(t, "suites: [{builtin: [lifecycle]}]"), "--out", out, "--progress", "plain")
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	sent := false
	for lines := bufio.NewScanner(stderr); lines.Scan(); {
		t.Log(lines.Text())
		if fields := strings.Fields(lines.Text()); !sent && len(fields) == 2 && fields[1] == stage {
			sent = true
			if err := cmd.Process.Signal(signal); err != nil {
				t.Fatal(err)
			}
		}
	}
	if !sent {
		t.Errorf("stage %s was never started", stage)
	}
	_ = cmd.Wait() // its exit code is what is asked for
	return cmd.ProcessState.ExitCode()
}

// scenario writes a small scenario with an image, a workload and some time to
// observe, so that every stage has something to do.
func scenario(t *testing.T, suites string) string {
	t.Helper()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "main.go"), "package main\n\nfunc main() { select {} }\n")
	if err := os.Mkdir(filepath.Join(dir, "idle"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(filepath.Join(dir, "main.go"), filepath.Join(dir, "idle", "main.go")); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "pod.yaml"), `apiVersion: v1
kind: Pod
metadata: {name: busy, namespace: default}
spec:
  terminationGracePeriodSeconds: 1
  containers: [{name: busy, image: "rehearse.dev/toolbox:1", command: [/bin/sh, -c, "while true; do echo working; sleep 1; done"]}]
`)
	write(t, filepath.Join(dir, "scenario.yaml"), `apiVersion: rehearse.dev/v1alpha1
kind: Scenario
metadata: {name: interrupted}
spec:
  summary: Something to interrupt.
  images: [{name: "interrupted/idle:1", build: ./idle}]
  workloads: [{manifests: ./pod.yaml}]
  stimuli: [start-failure]
  observe: {duration: 40s}
  `+suites+"\n")
	return dir
}

// expectKept fails unless the run folder says how the rehearsal ended.
func expectKept(t *testing.T, run string) {
	t.Helper()
	var r harness.Record
	if err := json.Unmarshal(read(t, filepath.Join(run, harness.RehearsalFile)), &r); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(r.Error, "interrupted") {
		t.Errorf("rehearsal.json: error %q, want it to say interrupted", r.Error)
	}
	for _, side := range []string{"baseline", "candidate"} {
		read(t, filepath.Join(run, side, "1", "recording.json"))
	}
}
