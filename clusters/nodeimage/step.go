package nodeimage

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path/filepath"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/rehearse-dev/rehearse/internal/progress"
)

// A step makes one artifact: a folder in the cache or an image in Docker. Its key
// is a hash of everything that goes into it, so an artifact that exists under its
// key never needs to be made again.
type step struct {
	name  string
	key   string
	out   string // path of the folder, or reference of the image
	needs []*step
	lane  lane
	ready func(ctx context.Context) (bool, error)
	make  func(ctx context.Context) error

	once sync.Once
	err  error
}

// A lane holds one step at a time. Compiling fills every core and installing
// waits for a network, so each kind of work has a lane of its own.
type lane chan struct{}

// newLane returns an empty lane.
func newLane() lane { return make(lane, 1) }

// path names a file inside the folder that the step makes.
func (s *step) path(name string) string { return filepath.Join(s.out, name) }

// ensure makes the artifact of a step and of all that it needs, unless they are
// there. Several goroutines may ask for the same step.
func (b *Builder) ensure(ctx context.Context, s *step) error {
	s.once.Do(func() { s.err = b.makeStep(ctx, s) })
	return s.err
}

func (b *Builder) makeStep(ctx context.Context, s *step) error {
	ready, err := s.ready(ctx)
	if err != nil {
		return fmt.Errorf("looking for %s: %w", s.name, err)
	}
	if ready {
		b.observe(progress.Event{Step: s.name, State: progress.Cached})
		return nil
	}
	if err := b.ensureAll(ctx, s.needs); err != nil {
		return err
	}
	select {
	case s.lane <- struct{}{}:
		defer func() { <-s.lane }()
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	return b.timed(s.name, func() error { return s.make(ctx) })
}

func (b *Builder) ensureAll(ctx context.Context, steps []*step) error {
	group, ctx := errgroup.WithContext(ctx)
	for _, s := range steps {
		group.Go(func() error { return b.ensure(ctx, s) })
	}
	return group.Wait()
}

// timed runs one piece of work between two events.
func (b *Builder) timed(name string, work func() error) error {
	b.observe(progress.Event{Step: name, State: progress.Started})
	start := time.Now()
	err := work()
	event := progress.Event{Step: name, State: progress.Done, Elapsed: time.Since(start)}
	if err != nil {
		event.State = progress.Failed
		err = fmt.Errorf("building %s: %w", name, err)
	}
	b.observe(event)
	return err
}

// observe tells the caller and the log. Steps run side by side, events do not.
func (b *Builder) observe(e progress.Event) {
	b.observing.Lock()
	defer b.observing.Unlock()
	b.logger().Info("node image step", "step", e.Step, "state", e.State, "elapsed", e.Elapsed)
	if b.Observe != nil {
		b.Observe(e)
	}
}

// recipe stands for the code of this package in every key. It counts up when the
// code makes something else of the same inputs.
const recipe = "1"

// newKey hashes the inputs of a step. Sixteen digits tell the artifacts of one
// host apart and still fit on a line.
func newKey(needs []*step, inputs ...string) string {
	hash := sha256.New()
	inputs = append(inputs, recipe)
	for _, need := range needs {
		inputs = append(inputs, need.key)
	}
	for _, input := range inputs {
		fmt.Fprintf(hash, "%d:%s", len(input), input)
	}
	return hex.EncodeToString(hash.Sum(nil))[:16]
}

// fingerprint turns files into an input of a key. What they are made of on the
// host is the output of a step, whose key is counted as well.
func fingerprint(files []file) string {
	hash := sha256.New()
	for _, f := range files {
		fmt.Fprintf(hash, "%d:%s%o%d:%s", len(f.path), f.path, f.mode, len(f.content), f.content)
	}
	return hex.EncodeToString(hash.Sum(nil))
}
