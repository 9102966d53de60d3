package harness

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/rehearse-dev/rehearse/clusters"
	"github.com/rehearse-dev/rehearse/harness/compare/noise"
	"github.com/rehearse-dev/rehearse/harness/record"
	"github.com/rehearse-dev/rehearse/internal/progress"
	"github.com/rehearse-dev/rehearse/scenarios"
)

// rescueTimeout bounds collecting after a stage failed or was interrupted.
const rescueTimeout = 2 * time.Minute

// Rehearsal is one rehearsal and the parts it is made of.
type Rehearsal struct {
	Scenario *scenarios.Scenario
	Provider clusters.Provider
	Images   Images
	Applier  Applier
	Runner   Runner
	// Stimulator is needed by scenarios that have stimuli.
	Stimulator Stimulator
	// Collectors record one kind of evidence each; they run one after another on
	// each side.
	Collectors []Collector
	// Onlookers are watchers that start before the workloads are applied. Until they
	// are stopped they write nothing, since it is not known yet what must not be
	// recorded.
	Onlookers []Watcher
	// Watchers record one kind of evidence each, on each side, while the workloads
	// run.
	Watchers []Watcher
	// Folder takes all that the rehearsal leaves behind.
	Folder *Folder
	// Repeat is how often all is done, each time on a fresh pair; zero means once.
	Repeat int
	// Keep leaves the pair running after the rehearsal, of several the last.
	Keep    bool
	Observe progress.Observer
	Log     *slog.Logger
	// Now is the clock; nil means time.Now.
	Now func() time.Time
}

// Images makes the images that a scenario names.
type Images interface {
	// Archive returns one archive, as `docker save` writes it, that holds every
	// image under the returned references.
	Archive(ctx context.Context, images []scenarios.Image) (path string, refs []string, err error)
}

// Applier puts a scenario's workloads and agents on a cluster and takes them
// off again.
type Applier interface {
	// Apply returns once everything that the scenario waits for is ready.
	Apply(ctx context.Context, c *clusters.Cluster, s *scenarios.Scenario) error
	// Remove deletes what Apply made. It is called for clusters that outlive the
	// rehearsal.
	Remove(ctx context.Context, c *clusters.Cluster, s *scenarios.Scenario) error
}

// Stimulator does a scenario's stimuli to a cluster.
type Stimulator interface {
	// Play does them in their order and says of each what showed that it happened,
	// or why nothing did. An error means that nothing could be done.
	Play(ctx context.Context, c *clusters.Cluster, s *scenarios.Scenario) ([]record.Stimulus, error)
	// Remove takes off what Play put on a cluster that outlives the rehearsal.
	Remove(ctx context.Context, c *clusters.Cluster, s *scenarios.Scenario) error
}

// Collector records one kind of evidence of one cluster. What it cannot look at
// is a gap of the recording; an error means that the recording itself could not
// be written.
type Collector interface {
	Kind() record.Kind
	Collect(ctx context.Context, c *clusters.Cluster, w *record.Writer) error
}

// Watcher records one kind of evidence of one cluster for as long as its workloads
// run.
type Watcher interface {
	Kind() record.Kind
	// Watch starts recording and returns at once. The returned function ends that,
	// and is called once, before anything is collected; ctx may be done by then,
	// when a rehearsal ends early. As with a Collector, what cannot be looked at is
	// a gap, and an error means that the recording could not be written.
	Watch(ctx context.Context, c *clusters.Cluster, w *record.Writer) (stop func(context.Context) error, err error)
}

type stage struct {
	name string
	run  func(context.Context) error
}

// MaxRepeat is how often a rehearsal can be repeated.
const MaxRepeat = noise.MaxRuns

// Run goes through the stages, as often as Repeat says; a run that fails is the
// last. Before several runs comes a warm-up that is not recorded. Whatever happens,
// what was recorded is kept and, unless Keep is set, the pair is gone when it
// returns.
func (r *Rehearsal) Run(ctx context.Context) error {
	if err := r.complete(); err != nil {
		return err
	}
	if r.Repeat > 1 {
		if err := r.warmUp(ctx); err != nil {
			return err
		}
	}
	for run := range max(r.Repeat, 1) {
		if err := r.perform(ctx, run+1); err != nil {
			return err
		}
	}
	return nil
}

// warmUp raises a pair, puts everything on it and takes it down again. The first
// pair on a host finds images, files and caches cold: without the warm-up the first
// run would differ from the others.
func (r *Rehearsal) warmUp(ctx context.Context) (err error) {
	p := &performance{Rehearsal: r}
	defer func() { err = errors.Join(err, p.tearDown(ctx, err), p.Folder.finish(p, err)) }()
	for _, s := range []stage{{"create", p.create}, {"images", p.images}, {"apply", p.put}} {
		if err := p.do(ctx, s); err != nil {
			return fmt.Errorf("warm-up: %s: %w", s.name, err)
		}
	}
	return nil
}

// perform is one run of all stages.
func (r *Rehearsal) perform(ctx context.Context, run int) (err error) {
	p := &performance{Rehearsal: r, run: run}
	if err := p.open(); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.tearDown(ctx, err), p.close(err)) }()
	for _, s := range []stage{
		{"create", p.create},
		{"images", p.images},
		{"apply", p.apply},
		{"stimuli", p.stimuli},
		{"suites", p.suites},
		{"observe", p.observe},
		{"collect", p.collect},
	} {
		if err := p.do(ctx, s); err != nil {
			return errors.Join(fmt.Errorf("%s: %w", s.name, err), p.rescue(ctx))
		}
	}
	return nil
}

// complete says everything that is missing from the rehearsal at once.
func (r *Rehearsal) complete() error {
	var errs []error
	for name, missing := range map[string]bool{
		"Scenario": r.Scenario == nil, "Provider": r.Provider == nil, "Images": r.Images == nil,
		"Applier": r.Applier == nil, "Runner": r.Runner == nil, "Folder": r.Folder == nil,
		"Stimulator": r.Stimulator == nil && r.Scenario != nil && len(r.Scenario.Spec.Stimuli) > 0,
	} {
		if missing {
			errs = append(errs, fmt.Errorf("rehearsal has no %s", name))
		}
	}
	if _, stays := r.Provider.(clusters.Keeper); stays && r.Repeat > 1 {
		errs = append(errs, errors.New("clusters that are there already cannot be rehearsed on several times: each run would see what the last one left"))
	}
	if r.Repeat > MaxRepeat {
		errs = append(errs, fmt.Errorf("%d runs are too many: at most %d can be judged", r.Repeat, MaxRepeat))
	}
	if r.Log == nil {
		r.Log = slog.New(slog.DiscardHandler)
	}
	if r.Now == nil {
		r.Now = time.Now
	}
	return errors.Join(errs...)
}
