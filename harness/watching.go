package harness

import (
	"context"
	"errors"
	"fmt"

	"github.com/rehearse-dev/rehearse/clusters"
	"github.com/rehearse-dev/rehearse/harness/record"
)

// watch starts every watcher on both sides, once it is known which secrets must
// not be recorded. They go on behind the stages to come, until evidence is
// collected or ctx is done.
func (p *performance) watch(ctx context.Context) error {
	if len(p.Watchers) == 0 {
		return nil
	}
	if err := p.collectKinds(ctx, record.Secrets); err != nil {
		return err
	}
	return p.start(ctx, p.Watchers)
}

func (p *performance) start(ctx context.Context, watchers []Watcher) error {
	return p.bothSides(ctx, func(ctx context.Context, i int, c *clusters.Cluster) error {
		for _, watcher := range watchers {
			stop, err := watcher.Watch(ctx, c, p.writers[i])
			if err != nil {
				return fmt.Errorf("recording %s: %w", watcher.Kind(), err)
			}
			p.stops[i] = append(p.stops[i], stop)
		}
		return nil
	})
}

// stopWatching ends what watches both sides. Secrets are read once more, since
// what was recorded may hold one that was made in the meantime.
func (p *performance) stopWatching(ctx context.Context) error {
	if len(p.stops[0])+len(p.stops[1]) == 0 {
		return nil
	}
	return errors.Join(p.collectKinds(ctx, record.Secrets), p.bothSides(ctx, func(ctx context.Context, i int, _ *clusters.Cluster) error {
		var errs []error
		for _, stop := range p.stops[i] {
			errs = append(errs, stop(ctx))
		}
		p.stops[i] = nil
		return errors.Join(errs...)
	}))
}
