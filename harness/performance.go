package harness

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/rehearse-dev/rehearse/clusters"
	"github.com/rehearse-dev/rehearse/harness/record"
)

// performance is one run of a rehearsal under way.
type performance struct {
	*Rehearsal
	run     int // from 1; 0 for the warm-up
	writers [2]*record.Writer
	pair    *clusters.Pair
	// settled is when the workloads were ready: observing counts from there.
	settled time.Time
	applied bool
	// stops end what watches each side.
	stops     [2][]func(context.Context) error
	collected bool
	stages    []Stage
}

// open starts both recordings before the first cluster, so that a rehearsal
// that dies early still says where.
func (p *performance) open() error {
	for i, side := range clusters.Sides() {
		w, err := p.Folder.createRecording(record.Meta{
			Scenario: p.Scenario.Metadata.Name,
			Side:     side,
			Run:      p.run,
			Runtime:  p.config(side).Runtime,
			Started:  p.Now(),
		})
		if err != nil {
			return errors.Join(err, p.closeWriters())
		}
		p.writers[i] = w
	}
	return nil
}

// do runs one stage and notes how long it took.
func (p *performance) do(ctx context.Context, s stage) error {
	started := p.Now()
	p.Log.Info("stage started", "stage", s.name, "run", p.run)
	err := p.Observe.Do(p.shown(s.name), func() error {
		if err := context.Cause(ctx); err != nil {
			return err
		}
		return s.run(ctx)
	})
	if cause := context.Cause(ctx); cause != nil {
		err = cause // whatever the stage made of a cancelled context: it is over
	}
	elapsed := p.Now().Sub(started)
	p.stages = append(p.stages, Stage{Name: s.name, Run: p.run, Elapsed: elapsed, Error: text(err)})
	p.Log.Info("stage ended", "stage", s.name, "run", p.run, "elapsed", elapsed, "error", text(err))
	return err
}

// shown is a stage's name as it is shown, with the run it belongs to if there are
// several.
func (p *performance) shown(stage string) string {
	switch {
	case p.Repeat <= 1:
		return stage
	case p.run == 0:
		return "warm-up: " + stage
	}
	return fmt.Sprintf("run %d of %d: %s", p.run, p.Repeat, stage)
}

func (p *performance) create(ctx context.Context) error {
	baseline, candidate := p.config(clusters.Baseline), p.config(clusters.Candidate)
	pair, err := clusters.CreatePair(ctx, p.Provider, baseline, candidate)
	p.pair = pair
	return err
}

func (p *performance) images(ctx context.Context) error {
	if len(p.Scenario.Spec.Images) == 0 {
		return nil
	}
	loader, ok := p.Provider.(clusters.ImageLoader)
	if !ok {
		p.Observe.Note(p.shown("images"), "the clusters pull the scenario's images themselves")
		return nil
	}
	archive, refs, err := p.Images.Archive(ctx, p.Scenario.Spec.Images)
	if err != nil {
		return err
	}
	return p.bothSides(ctx, func(ctx context.Context, _ int, c *clusters.Cluster) error {
		return loader.LoadImages(ctx, c, archive, refs)
	})
}

func (p *performance) apply(ctx context.Context) error {
	if err := p.put(ctx); err != nil {
		return err
	}
	return p.watch(ctx)
}

// put applies the workloads and waits until they are ready.
func (p *performance) put(ctx context.Context) error {
	p.applied = true
	if err := p.start(ctx, p.Onlookers); err != nil {
		return err
	}
	err := p.bothSides(ctx, func(ctx context.Context, _ int, c *clusters.Cluster) error {
		return p.Applier.Apply(ctx, c, p.Scenario)
	})
	p.settled = p.Now()
	return err
}

// stimuli does the scenario's stimuli to both sides, each at its own pace.
func (p *performance) stimuli(ctx context.Context) error {
	if len(p.Scenario.Spec.Stimuli) == 0 {
		return nil
	}
	return p.bothSides(ctx, func(ctx context.Context, i int, c *clusters.Cluster) error {
		played, err := p.Stimulator.Play(ctx, c, p.Scenario)
		return errors.Join(err, record.Lines(p.writers[i], record.StimuliFile, played))
	})
}

// observe waits until the workloads have run for as long as the scenario says.
func (p *performance) observe(ctx context.Context) error {
	left := p.Scenario.Spec.Observe.Duration.Duration - p.Now().Sub(p.settled)
	if left <= 0 {
		return nil
	}
	timer := time.NewTimer(left)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// collect goes on when it is interrupted: what the collectors could not read
// would be a gap, and there is no second time.
func (p *performance) collect(ctx context.Context) error {
	p.collected = true
	surviving, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(rescueTimeout, cancel) })
	defer stop()
	return errors.Join(p.stopWatching(surviving), p.collectKinds(surviving))
}

// collectKinds runs the collectors of the given kinds, or all of them.
func (p *performance) collectKinds(ctx context.Context, kinds ...record.Kind) error {
	return p.bothSides(ctx, func(ctx context.Context, i int, c *clusters.Cluster) error {
		for _, collector := range p.Collectors {
			if len(kinds) > 0 && !slices.Contains(kinds, collector.Kind()) {
				continue
			}
			if err := collector.Collect(ctx, c, p.writers[i]); err != nil {
				return fmt.Errorf("recording %s: %w", collector.Kind(), err)
			}
		}
		return nil
	})
}

// rescue collects what there is after a stage failed.
func (p *performance) rescue(ctx context.Context) error {
	if p.pair == nil || p.collected {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), rescueTimeout)
	defer cancel()
	return p.do(ctx, stage{"collect what there is", p.collect})
}

// tearDown gives the pair back, or only what was put on it when the pair is to
// stay. A pair is kept when no other follows it.
func (p *performance) tearDown(ctx context.Context, failure error) error {
	last := p.run >= p.Repeat || failure != nil && p.run > 0
	if p.pair == nil || p.Keep && last {
		return nil
	}
	ctx = context.WithoutCancel(ctx)
	return p.do(ctx, stage{"tear down", func(ctx context.Context) error {
		var errs []error
		if _, stays := p.Provider.(clusters.Keeper); stays && p.applied {
			errs = append(errs, p.bothSides(ctx, func(ctx context.Context, _ int, c *clusters.Cluster) error {
				return errors.Join(p.removeStimuli(ctx, c), p.Applier.Remove(ctx, c, p.Scenario))
			}))
		}
		return errors.Join(append(errs, clusters.DeletePair(ctx, p.Provider, p.pair))...)
	}})
}

func (p *performance) removeStimuli(ctx context.Context, c *clusters.Cluster) error {
	if len(p.Scenario.Spec.Stimuli) == 0 {
		return nil
	}
	return p.Stimulator.Remove(ctx, c, p.Scenario)
}

// close ends the recordings and writes what the rehearsal was.
func (p *performance) close(failure error) error {
	if !p.collected {
		p.gapEverything(failure)
	}
	return errors.Join(p.closeWriters(), p.Folder.finish(p, failure))
}

// gapEverything says of every kind of evidence that it was never collected.
func (p *performance) gapEverything(failure error) {
	for _, w := range p.writers {
		for _, c := range p.Collectors {
			w.Gap(c.Kind(), "everything", "the rehearsal ended early: "+firstLine(text(failure)))
		}
	}
}

func (p *performance) closeWriters() error {
	var errs []error
	for _, w := range p.writers {
		if w == nil {
			continue
		}
		w.Update(func(m *record.Meta) { m.Ended = p.Now() })
		errs = append(errs, w.Close())
	}
	return errors.Join(errs...)
}

// bothSides does one thing to both clusters side by side and sees both through,
// so that the error of one side does not hide what the other would have shown.
func (p *performance) bothSides(ctx context.Context, do func(context.Context, int, *clusters.Cluster) error) error {
	var errs [2]error
	var group errgroup.Group
	for i, c := range p.pair.Sides() {
		group.Go(func() error {
			if err := do(ctx, i, c); err != nil {
				errs[i] = fmt.Errorf("%s: %w", c.Side, err)
			}
			return nil
		})
	}
	_ = group.Wait() // the functions return nil; their errors are in errs
	return errors.Join(errs[:]...)
}

// config is the cluster that the scenario wants on one side, with its name and
// folder in this rehearsal.
func (p *performance) config(side clusters.Side) clusters.Config {
	cfg := p.Scenario.ClusterConfig(side)
	cfg.Name = p.Folder.Rehearsal.Pair + "-" + string(side)
	cfg.Dir = p.Folder.clusterDir(side)
	return cfg
}

// firstLine is enough for a gap; the whole error stands in rehearsal.json.
func firstLine(s string) string {
	s, _, _ = strings.Cut(s, "\n")
	return s[:min(len(s), 300)]
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
