package ginkgo_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/rehearse-dev/rehearse/clusters"
	"github.com/rehearse-dev/rehearse/internal/progress"
	"github.com/rehearse-dev/rehearse/scenarios"
	"github.com/rehearse-dev/rehearse/suites/ginkgo"
)

var anyCluster = &clusters.Cluster{Side: clusters.Baseline, Kubeconfig: "/some/kubeconfig"}

// suite names this very binary relative to its folder, as a scenario would.
func suite(t *testing.T, label string) (*ginkgo.Runner, scenarios.Suite) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return &ginkgo.Runner{Dir: filepath.Dir(self)},
		scenarios.Suite{Binary: "./" + filepath.Base(self), Args: request(t, label).Args}
}

func TestRunnerGivesEverySuiteAResult(t *testing.T) {
	t.Parallel()
	runner, good := suite(t, "quick")
	var told syncedList
	runner.Observe = func(e progress.Event) { told.add(e.Detail) }
	_, crashing := suite(t, "crash")
	dir := t.TempDir()
	results, err := runner.Run(t.Context(), anyCluster, dir, []scenarios.Suite{good, crashing, {Binary: "/no/such.test"}})
	if err != nil {
		t.Fatalf("Run: %v", err)
	}
	var names []string
	for _, r := range results {
		names = append(names, r.Suite)
	}
	if got, want := strings.Join(names, ","), "ginkgo,ginkgo (2),such"; got != want {
		t.Errorf("suites %q, want %q", got, want)
	}
	if results[0].Gap != "" || !strings.Contains(results[1].Gap, "left no report") || !strings.Contains(results[2].Gap, "no such file") {
		t.Errorf("gaps %q, %q, %q", results[0].Gap, results[1].Gap, results[2].Gap)
	}
	if _, err := os.Stat(filepath.Join(dir, "ginkgo", "report.json")); err != nil {
		t.Errorf("Ginkgo's own report was not kept: %v", err)
	}
	if want := "ginkgo on baseline: 1 passed, 0 failed"; !slices.Contains(told.list, want) {
		t.Errorf("told %q, want %q among them", told.list, want)
	}
}

// syncedList takes lines from several suites at once.
type syncedList struct {
	mu   sync.Mutex
	list []string
}

func (l *syncedList) add(line string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.list = append(l.list, line)
}

func TestRunnerStopsWithItsContext(t *testing.T) {
	t.Parallel()
	runner, endless := suite(t, "hang")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	results, err := runner.Run(ctx, anyCluster, t.TempDir(), []scenarios.Suite{endless})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("Run: %v, want %v", err, context.Canceled)
	}
	if len(results) != 1 || results[0].Gap == "" {
		t.Errorf("Run: %+v, want one result with a gap", results)
	}
}
