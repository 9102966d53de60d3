package e2e_test

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestCoreNeverReady rehearses a workload that cannot become ready: one error
// that names it and why, the pair gone, the evidence kept.
func TestCoreNeverReady(t *testing.T) {
	requireE2E(t)
	clean := nothingLeft(t)
	dir := t.TempDir()
	write(t, filepath.Join(dir, "never.yaml"), `apiVersion: apps/v1
kind: Deployment
metadata: {name: never, namespace: default}
spec:
  selector: {matchLabels: {app: never}}
  template:
    metadata: {labels: {app: never}}
    spec:
      terminationGracePeriodSeconds: 1
      containers:
        - name: never
          image: rehearse.dev/toolbox:1
          command: [/bin/sh, -c, "sleep 3600"]
          readinessProbe: {exec: {command: [/bin/false]}, periodSeconds: 1}
`)
	write(t, filepath.Join(dir, "scenario.yaml"), `apiVersion: rehearse.dev/v1alpha1
kind: Scenario
metadata: {name: never}
spec:
  summary: A workload that is never ready.
  workloads: [{manifests: ./never.yaml}]
  observe: {settle: 20s, duration: 5s}
`)
	got := rehearse(t, nil, "run", dir, "--out", dir)
	if got.code != 2 {
		t.Errorf("exit code %d, want 2", got.code)
	}
	for _, want := range []string{"never", "hint: what was recorded is in"} {
		if !strings.Contains(got.stderr, want) {
			t.Errorf("stderr lacks %q", want)
		}
	}
	run := latest(t, dir)
	for _, file := range []string{"baseline/1/events.jsonl", "candidate/1/objects.jsonl"} {
		read(t, filepath.Join(run, file))
	}
	clean()
}

// TestErrorsFullDisk records onto a file system that is too small.
func TestErrorsFullDisk(t *testing.T) {
	requireE2E(t)
	clean := nothingLeft(t)
	out := t.TempDir()
	if err := syscall.Mount("tmpfs", out, "tmpfs", 0, "size=3m"); err != nil {
		t.Skipf("needs the right to mount: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(out, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	got := rehearse(t, nil, "run", scenario(t, "suites: []"), "--out", out)
	if got.code != 2 || !strings.Contains(got.stderr, "no space left on device") {
		t.Errorf("exit code %d, want 2 and an error that says that the disk is full:\n%s", got.code, got.stderr)
	}
	if entries, err := os.ReadDir(latest(t, out)); err != nil || len(entries) == 0 {
		t.Errorf("nothing was kept: %v, %v", entries, err)
	}
	clean()
}
