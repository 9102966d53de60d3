package apply

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/rehearse-dev/rehearse/clusters"
	"github.com/rehearse-dev/rehearse/internal/progress"
	"github.com/rehearse-dev/rehearse/scenarios"
)

// removeTimeout bounds a removal, which nobody else may bound: it runs after
// the rehearsal was given up, too.
const removeTimeout = 3 * time.Minute

const defaultPatience = time.Minute

// Applier puts scenarios on clusters. The zero value is ready, and both sides
// of a pair may be served at the same time.
type Applier struct {
	// Observe is told what is worth knowing; nil for nobody.
	Observe progress.Observer
	// Patience is how long removed pods are given to end by themselves before they
	// are deleted by force; zero means a minute.
	Patience time.Duration

	mu       sync.Mutex
	rendered map[*scenarios.Scenario][]Object
}

// Apply puts the scenario's workloads and agents on the cluster and returns
// once all that is to be waited for is ready. It gives up after the scenario's
// settle time, with an error that says of each object what it lacks.
func (a *Applier) Apply(ctx context.Context, c *clusters.Cluster, s *scenarios.Scenario) error {
	objects, err := a.objects(s)
	if err != nil {
		return err
	}
	t, err := a.connect(c, s)
	if err != nil {
		return fmt.Errorf("applying scenario %q: %w", s.Metadata.Name, err)
	}
	budget := s.Spec.Observe.Settle.Duration
	bounded, cancel := context.WithTimeoutCause(ctx, budget, fmt.Errorf("the settle time of %s is over", budget))
	defer cancel()
	if err := t.put(bounded, objects); err != nil {
		return fmt.Errorf("applying scenario %q: %w", s.Metadata.Name, err)
	}
	left := t.await(bounded, objects)
	if err := context.Cause(ctx); err != nil {
		return fmt.Errorf("waiting for the workloads of scenario %q: %w", s.Metadata.Name, err)
	}
	if len(left) > 0 {
		return fmt.Errorf("waiting for the workloads of scenario %q: %w", s.Metadata.Name, t.notReady(ctx, left, budget))
	}
	return nil
}

// Remove deletes what Apply made and waits until it is gone. What was there
// before stays. It may be repeated.
func (a *Applier) Remove(ctx context.Context, c *clusters.Cluster, s *scenarios.Scenario) error {
	objects, err := a.objects(s)
	if err != nil {
		return err
	}
	t, err := a.connect(c, s)
	if err != nil {
		return fmt.Errorf("removing scenario %q: %w", s.Metadata.Name, err)
	}
	ctx, cancel := context.WithTimeoutCause(ctx, removeTimeout, fmt.Errorf("it takes longer than %s", removeTimeout))
	defer cancel()
	if err := t.remove(ctx, objects); err != nil {
		return fmt.Errorf("removing scenario %q: %w", s.Metadata.Name, err)
	}
	return nil
}

// objects renders the scenario on first use only, so that both sides get the
// very same objects even from a chart that rolls dice.
func (a *Applier) objects(s *scenarios.Scenario) ([]Object, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if objects, done := a.rendered[s]; done {
		return objects, nil
	}
	objects, err := Render(s)
	if err != nil {
		return nil, err
	}
	a.noteMissing(objects, s)
	if a.rendered == nil {
		a.rendered = map[*scenarios.Scenario][]Object{}
	}
	a.rendered[s] = objects
	return objects, nil
}

func (a *Applier) noteMissing(objects []Object, s *scenarios.Scenario) {
	var loaded []string
	for _, image := range s.Spec.Images {
		loaded = append(loaded, image.Name)
	}
	for _, warning := range MissingImages(objects, loaded) {
		a.Observe.Note("apply", warning)
	}
}
