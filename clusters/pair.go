package clusters

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"
)

// deleteTimeout bounds the clean-up of a cluster whose creation was cancelled.
const deleteTimeout = 2 * time.Minute

// Pair is the two clusters of a rehearsal.
type Pair struct {
	Baseline, Candidate *Cluster
}

// Sides lists both clusters, baseline first.
func (p *Pair) Sides() [2]*Cluster { return [2]*Cluster{p.Baseline, p.Candidate} }

// CreatePair makes both clusters side by side, all or nothing: the first error
// cancels the other side, and whatever was made is deleted before it returns.
func CreatePair(ctx context.Context, p Provider, baseline, candidate Config) (*Pair, error) {
	var made [2]*Cluster
	group, groupCtx := errgroup.WithContext(ctx)
	for i, cfg := range []Config{baseline, candidate} {
		group.Go(func() error {
			c, err := p.Create(groupCtx, cfg)
			if err != nil {
				return fmt.Errorf("creating %s cluster %q: %w", cfg.Side, cfg.Name, err)
			}
			made[i] = c
			return nil
		})
	}
	pair := &Pair{}
	err := group.Wait()
	pair.Baseline, pair.Candidate = made[0], made[1]
	if err != nil {
		return nil, errors.Join(err, DeletePair(ctx, p, pair))
	}
	return pair, nil
}

// DeletePair deletes whichever clusters of the pair exist, side by side. It
// sees both through even when ctx is cancelled already, and may be repeated.
func DeletePair(ctx context.Context, p Provider, pair *Pair) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), deleteTimeout)
	defer cancel()
	var errs [2]error
	var group errgroup.Group
	for i, c := range pair.Sides() {
		if c == nil {
			continue
		}
		group.Go(func() error {
			if err := p.Delete(ctx, c); err != nil {
				errs[i] = fmt.Errorf("deleting %s cluster %q: %w", c.Side, c.Name, err)
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	return errors.Join(errs[:]...)
}
