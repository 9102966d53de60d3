package harness_test

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rehearse-dev/rehearse/clusters"
	"github.com/rehearse-dev/rehearse/clusters/clustertest"
	"github.com/rehearse-dev/rehearse/harness"
	"github.com/rehearse-dev/rehearse/harness/record"
	"github.com/rehearse-dev/rehearse/internal/progress"
	"github.com/rehearse-dev/rehearse/scenarios"
	"github.com/rehearse-dev/rehearse/suites"
)

// stage is what a fake applier, runner or collector does when it is called.
type stage func(ctx context.Context) error

type applier struct{ apply, remove stage }

func (a applier) Apply(ctx context.Context, _ *clusters.Cluster, _ *scenarios.Scenario) error {
	return a.apply(ctx)
}

func (a applier) Remove(ctx context.Context, _ *clusters.Cluster, _ *scenarios.Scenario) error {
	return a.remove(ctx)
}

type runner func(context.Context) ([]suites.Result, error)

func (r runner) Run(ctx context.Context, _ *clusters.Cluster, _ string, _ []scenarios.Suite) ([]suites.Result, error) {
	return r(ctx)
}

// stimulator says of one stimulus that it happened.
type stimulator struct{ removed *bool }

func (stimulator) Play(context.Context, *clusters.Cluster, *scenarios.Scenario) ([]record.Stimulus, error) {
	return []record.Stimulus{{Name: "crash-loop", Evidence: "seen"}}, nil
}

func (s stimulator) Remove(context.Context, *clusters.Cluster, *scenarios.Scenario) error {
	*s.removed = true
	return nil
}

type noImages struct{}

func (noImages) Archive(context.Context, []scenarios.Image) (string, []string, error) {
	return "", nil, nil
}

type collector struct{ collect stage }

func (collector) Kind() record.Kind { return record.Events }

func (c collector) Collect(ctx context.Context, _ *clusters.Cluster, w *record.Writer) error {
	return errors.Join(c.collect(ctx), w.JSON("evidence.json", "seen"))
}

func nothing(context.Context) error { return nil }

// rehearsal is one in which every stage succeeds at once; its steps are noted.
func rehearsal(t *testing.T) (r *harness.Rehearsal, provider *clustertest.Provider, steps func() []string) {
	t.Helper()
	scenario := &scenarios.Scenario{Metadata: scenarios.Metadata{Name: "small"}}
	scenario.Spec.Suites = []scenarios.Suite{{Builtin: []string{"lifecycle"}}, {Binary: "./own.test"}}
	folder, err := harness.CreateFolder(t.TempDir(), harness.Record{Scenario: scenario, Started: time.Unix(0, 0)})
	if err != nil {
		t.Fatal(err)
	}
	provider = &clustertest.Provider{}
	var mu sync.Mutex
	var seen []string
	return &harness.Rehearsal{
			Scenario:   scenario,
			Provider:   provider,
			Images:     noImages{},
			Applier:    applier{nothing, nothing},
			Runner:     runner(func(context.Context) ([]suites.Result, error) { return nil, nil }),
			Collectors: []harness.Collector{collector{nothing}},
			Folder:     folder,
			Observe: func(e progress.Event) {
				mu.Lock()
				defer mu.Unlock()
				if e.State == progress.Started {
					seen = append(seen, e.Step)
				}
			},
		}, provider, func() []string {
			mu.Lock()
			defer mu.Unlock()
			return slices.Clone(seen)
		}
}

func TestRunGoesThroughTheStages(t *testing.T) {
	t.Parallel()
	r, provider, steps := rehearsal(t)
	r.Runner = runner(func(context.Context) ([]suites.Result, error) {
		return []suites.Result{{Suite: "lifecycle"}, {Suite: "own", Gap: "it crashed"}}, nil
	})
	if err := r.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	want := []string{"create", "images", "apply", "stimuli", "suites", "observe", "collect", "tear down"}
	if diff := cmp.Diff(want, steps()); diff != "" {
		t.Errorf("steps (-want +got):\n%s", diff)
	}
	if left := provider.Alive(); len(left) != 0 {
		t.Errorf("clusters left: %q", left)
	}
	for _, side := range clusters.Sides() {
		recording, err := record.Open(os.DirFS(r.Folder.Path), string(side)+"/1")
		if err != nil {
			t.Fatal(err)
		}
		want := []record.Gap{{Kind: record.Specs, Subject: "suite own", Reason: "it crashed"}}
		if diff := cmp.Diff(want, recording.Meta.Gaps); diff != "" {
			t.Errorf("gaps (-want +got):\n%s", diff)
		}
		for _, file := range []string{"recording.json", "evidence.json", "suites/lifecycle.json"} {
			if _, err := os.Stat(filepath.Join(r.Folder.Path, string(side), "1", file)); err != nil {
				t.Error(err)
			}
		}
	}
}

func TestRunKeepsTheEvidenceOfAFailure(t *testing.T) {
	t.Parallel()
	boom := errors.New("boom")
	fails := func(context.Context) error { return boom }
	for name, tc := range map[string]struct {
		breakIt  func(r *harness.Rehearsal, p *clustertest.Provider)
		evidence bool // was anything collected
	}{
		"a side cannot be created": {func(_ *harness.Rehearsal, p *clustertest.Provider) {
			p.Errors = map[string]error{"create candidate": boom}
		}, false},
		"a workload never becomes ready": {func(r *harness.Rehearsal, _ *clustertest.Provider) {
			r.Applier = applier{fails, nothing}
		}, true},
		"a suite cannot be run": {func(r *harness.Rehearsal, _ *clustertest.Provider) {
			r.Runner = runner(func(context.Context) ([]suites.Result, error) { return nil, boom })
		}, true},
		"the recording cannot be written": {func(r *harness.Rehearsal, _ *clustertest.Provider) {
			r.Collectors = []harness.Collector{collector{fails}}
		}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, provider, _ := rehearsal(t)
			tc.breakIt(r, provider)
			if err := r.Run(t.Context()); !errors.Is(err, boom) {
				t.Fatalf("Run = %v, want %v", err, boom)
			}
			if left := provider.Alive(); len(left) != 0 {
				t.Errorf("clusters left: %q", left)
			}
			checkEnding(t, r.Folder.Path, "boom", tc.evidence)
		})
	}
}

func TestRunInterrupted(t *testing.T) {
	t.Parallel()
	r, provider, _ := rehearsal(t)
	ctx, cancel := context.WithCancelCause(t.Context())
	r.Runner = runner(func(ctx context.Context) ([]suites.Result, error) {
		cancel(errors.New("interrupted"))
		<-ctx.Done()
		return []suites.Result{{Suite: "lifecycle"}}, ctx.Err()
	})
	if err := r.Run(ctx); err == nil || !strings.Contains(err.Error(), "interrupted") {
		t.Fatalf("Run = %v, want it to say interrupted", err)
	}
	if left := provider.Alive(); len(left) != 0 {
		t.Errorf("clusters left: %q", left)
	}
	checkEnding(t, r.Folder.Path, "interrupted", true)
}

func TestRunKeepsThePair(t *testing.T) {
	t.Parallel()
	r, provider, _ := rehearsal(t)
	r.Keep = true
	if err := r.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if alive := provider.Alive(); len(alive) != 2 {
		t.Errorf("clusters alive: %q, want both", alive)
	}
}

func TestRunSaysEverythingThatIsMissing(t *testing.T) {
	t.Parallel()
	err := (&harness.Rehearsal{}).Run(t.Context())
	for _, field := range []string{"Scenario", "Provider", "Images", "Applier", "Runner", "Folder"} {
		if err == nil || !strings.Contains(err.Error(), field) {
			t.Errorf("Run = %v, want it to name %s", err, field)
		}
	}
}

func checkEnding(t *testing.T, run, failure string, evidence bool) {
	t.Helper()
	var r harness.Record
	raw, err := os.ReadFile(filepath.Join(run, harness.RehearsalFile))
	if err == nil {
		err = json.Unmarshal(raw, &r)
	}
	if err != nil || !strings.Contains(r.Error, failure) {
		t.Errorf("rehearsal.json: error %q, %v; want %q", r.Error, err, failure)
	}
	for _, side := range clusters.Sides() {
		recording, err := record.Open(os.DirFS(run), string(side)+"/1")
		if err != nil {
			t.Error(err)
			continue
		}
		_, missing := recording.File("evidence.json")
		if gap := len(recording.Gap(record.Events)) > 0; gap == evidence || (missing == nil) != evidence {
			t.Errorf("%s: gap %v, evidence %v; want evidence %v and a gap only without it", side, gap, missing == nil, evidence)
		}
	}
}

func TestRunFolderHoldsTheAssets(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "searches"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "searches", "a.yaml"), []byte("as it was"), 0o644); err != nil {
		t.Fatal(err)
	}
	s := &scenarios.Scenario{Metadata: scenarios.Metadata{Name: "small"}, Dir: dir}
	s.Spec.Assets.LogSearches = []string{"./searches/*.yaml"}
	folder, err := harness.CreateFolder(t.TempDir(), harness.Record{Scenario: s, Started: time.Unix(0, 0)})
	if err != nil {
		t.Fatal(err)
	}
	copied, err := os.ReadFile(filepath.Join(folder.Path, harness.AssetsDir, "searches", "a.yaml"))
	if err != nil || string(copied) != "as it was" {
		t.Errorf("the copy holds %q, %v, want what the file held", copied, err)
	}
}

func TestStimuliAreRecordedBeforeTheSuitesRun(t *testing.T) {
	t.Parallel()
	r, _, _ := rehearsal(t)
	r.Scenario.Spec.Stimuli = []scenarios.Stimulus{{Name: "crash-loop"}}
	if err := r.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "rehearsal has no Stimulator") {
		t.Errorf("Run() without a stimulator = %v, want that it says so", err)
	}
	r.Stimulator = stimulator{new(bool)}
	if err := r.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, side := range clusters.Sides() {
		recording, err := record.Open(os.DirFS(r.Folder.Path), string(side)+"/1")
		if err != nil {
			t.Fatal(err)
		}
		for line, err := range record.Entries[record.Stimulus](recording, record.StimuliFile) {
			if err != nil || line.Entry.Name != "crash-loop" {
				t.Errorf("%s: line %d is %v, %v, want the crash loop", side, line.Number, line.Entry, err)
			}
		}
	}
}

func TestCollectingGoesOnWhenInterrupted(t *testing.T) {
	t.Parallel()
	r, provider, _ := rehearsal(t)
	ctx, cancel := context.WithCancelCause(t.Context())
	r.Collectors = []harness.Collector{collector{func(ctx context.Context) error {
		cancel(errors.New("interrupted"))
		return ctx.Err()
	}}}
	if err := r.Run(ctx); err == nil || !strings.Contains(err.Error(), "interrupted") {
		t.Errorf("Run = %v, want it to say interrupted", err)
	}
	checkEnding(t, r.Folder.Path, "interrupted", true)
	if left := provider.Alive(); len(left) != 0 {
		t.Errorf("clusters left: %q", left)
	}
}
