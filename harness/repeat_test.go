package harness_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rehearse-dev/rehearse/clusters"
	"github.com/rehearse-dev/rehearse/clusters/clustertest"
	"github.com/rehearse-dev/rehearse/harness"
	"github.com/rehearse-dev/rehearse/harness/record"
	"github.com/rehearse-dev/rehearse/suites"
)

// inRun is a runner that does something in one run only; both sides call it.
func inRun(t *testing.T, r *harness.Rehearsal, run int, do func(context.Context) error) {
	t.Helper()
	r.Runner = runner(func(ctx context.Context) ([]suites.Result, error) {
		next := filepath.Join(r.Folder.Path, "baseline", strconv.Itoa(run+1))
		this := filepath.Join(r.Folder.Path, "baseline", strconv.Itoa(run))
		if exists(this) && !exists(next) {
			return nil, do(ctx)
		}
		return nil, nil
	})
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func TestRunRepeats(t *testing.T) {
	t.Parallel()
	r, provider, steps := rehearsal(t)
	r.Repeat, r.Folder.Rehearsal.Repeat = 3, 3
	if err := r.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	want := []string{"warm-up: create", "warm-up: images", "warm-up: apply", "warm-up: tear down"}
	for run := 1; run <= 3; run++ {
		for _, stage := range []string{"create", "images", "apply", "stimuli", "suites", "observe", "collect", "tear down"} {
			want = append(want, fmt.Sprintf("run %d of 3: %s", run, stage))
		}
	}
	if diff := cmp.Diff(want, steps()); diff != "" {
		t.Errorf("steps (-want +got):\n%s", diff)
	}
	if left := provider.Alive(); len(left) != 0 {
		t.Errorf("clusters left: %q", left)
	}
	for _, side := range clusters.Sides() {
		for run := 1; run <= 3; run++ {
			recording, err := record.Open(os.DirFS(r.Folder.Path), fmt.Sprintf("%s/%d", side, run))
			if err != nil || recording.Meta.Run != run {
				t.Errorf("%s/%d: recording of run %d, %v", side, run, recording.Meta.Run, err)
			}
		}
	}
	checkRuns(t, r.Folder.Path, 3, "")
}

// checkRuns asks how many runs a folder says it has, and how many are judged.
func checkRuns(t *testing.T, path string, runs int, failure string) {
	t.Helper()
	folder, err := harness.OpenFolder(path)
	if err != nil {
		t.Fatal(err)
	}
	got := folder.Rehearsal
	if got.Runs != runs || !strings.Contains(got.Error, failure) || (got.Error == "") != (failure == "") {
		t.Errorf("rehearsal.json: %d runs, error %q; want %d, %q", got.Runs, got.Error, runs, failure)
	}
	if last := got.Stages[len(got.Stages)-1]; last.Run < runs {
		t.Errorf("rehearsal.json: the last stage is of run %d", last.Run)
	}
	comparison, err := harness.Judge(t.Context(), os.DirFS(path), harness.Judging{})
	if err != nil {
		t.Fatal(err)
	}
	if comparison.Noise.Runs != max(runs, 1) {
		t.Errorf("%d runs are judged, want %d", comparison.Noise.Runs, max(runs, 1))
	}
	said := strings.Contains(strings.Join(comparison.Warnings, "\n"), "runs were recorded to their end")
	if incomplete := comparison.Noise.Runs < got.Repeat; said != incomplete {
		t.Errorf("warnings %q; want one about runs that are left out: %t", comparison.Warnings, incomplete)
	}
}

func TestRunThatFailsIsTheLast(t *testing.T) {
	t.Parallel()
	boom := errors.New("boom")
	for name, row := range map[string]struct{ failing, whole int }{
		"in the first run":  {1, 0},
		"in the second run": {2, 1},
		"in the last run":   {3, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, provider, _ := rehearsal(t)
			r.Repeat, r.Folder.Rehearsal.Repeat = 3, 3
			inRun(t, r, row.failing, func(context.Context) error { return boom })
			if err := r.Run(t.Context()); !errors.Is(err, boom) {
				t.Fatalf("Run = %v, want %v", err, boom)
			}
			if left := provider.Alive(); len(left) != 0 {
				t.Errorf("clusters left: %q", left)
			}
			if next := filepath.Join(r.Folder.Path, "baseline", strconv.Itoa(row.failing+1)); exists(next) {
				t.Errorf("%s is there: another run was begun", next)
			}
			checkRuns(t, r.Folder.Path, row.whole, "boom")
		})
	}
}

func TestRunInterruptedWhileItRepeats(t *testing.T) {
	t.Parallel()
	r, provider, steps := rehearsal(t)
	r.Repeat = 3
	ctx, cancel := context.WithCancelCause(t.Context())
	inRun(t, r, 2, func(ctx context.Context) error {
		cancel(errors.New("interrupted"))
		<-ctx.Done()
		return ctx.Err()
	})
	if err := r.Run(ctx); err == nil || !strings.Contains(err.Error(), "interrupted") {
		t.Fatalf("Run = %v, want it to say interrupted", err)
	}
	if left := provider.Alive(); len(left) != 0 {
		t.Errorf("clusters left: %q", left)
	}
	all := steps()
	if want := []string{"run 2 of 3: suites", "run 2 of 3: collect what there is", "run 2 of 3: tear down"}; !cmp.Equal(all[len(all)-3:], want) {
		t.Errorf("last steps %q, want %q", all[len(all)-3:], want)
	}
	checkRuns(t, r.Folder.Path, 1, "interrupted")
}

func TestRunKeepsThePairOfTheLastRun(t *testing.T) {
	t.Parallel()
	r, provider, _ := rehearsal(t)
	r.Repeat, r.Keep = 2, true
	if err := r.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	created, deleted := 0, 0
	for _, call := range provider.Calls() {
		switch {
		case strings.HasPrefix(call, "create "):
			created++
		case strings.HasPrefix(call, "delete "):
			deleted++
		}
	}
	if alive := provider.Alive(); len(alive) != 2 || created != 6 || deleted != 4 {
		t.Errorf("%d clusters made, %d deleted, alive %q; want the last pair alive", created, deleted, alive)
	}
}

// staying is a provider whose clusters were there before.
type staying struct{ *clustertest.Provider }

func (staying) Keeps() {}

func TestRunDoesNotRepeatOnClustersThatStay(t *testing.T) {
	t.Parallel()
	r, provider, _ := rehearsal(t)
	r.Provider, r.Repeat = staying{provider}, 2
	if err := r.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "each run would see what the last one left") {
		t.Errorf("Run = %v, want it refused", err)
	}
	if calls := provider.Calls(); len(calls) > 0 {
		t.Errorf("calls = %q, want none", calls)
	}
}

func TestWarmUpThatFailsIsTheEnd(t *testing.T) {
	t.Parallel()
	r, provider, steps := rehearsal(t)
	r.Repeat, r.Folder.Rehearsal.Repeat, r.Keep = 3, 3, true
	boom := errors.New("boom")
	r.Applier = applier{func(context.Context) error { return boom }, nothing}
	if err := r.Run(t.Context()); !errors.Is(err, boom) || !strings.Contains(err.Error(), "warm-up: apply: ") {
		t.Fatalf("Run = %v, want %v of the warm-up", err, boom)
	}
	if left := provider.Alive(); len(left) != 0 {
		t.Errorf("clusters left: %q", left)
	}
	if diff := cmp.Diff([]string{"warm-up: create", "warm-up: images", "warm-up: apply", "warm-up: tear down"}, steps()); diff != "" {
		t.Errorf("steps (-want +got):\n%s", diff)
	}
	if exists(filepath.Join(r.Folder.Path, "baseline", "1")) {
		t.Error("a warm-up left a recording")
	}
}
