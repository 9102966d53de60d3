package stimuli_test

import (
	"context"
	"errors"
	"os"
	"testing"

	"golang.org/x/sync/errgroup"

	"github.com/rehearse-dev/rehearse/clusters"
	"github.com/rehearse-dev/rehearse/harness/stimuli"
	"github.com/rehearse-dev/rehearse/scenarios"
)

// reader is an applier that reads what it is to take off.
type reader struct{}

func (reader) Apply(context.Context, *clusters.Cluster, *scenarios.Scenario) error { return nil }

func (reader) Remove(_ context.Context, _ *clusters.Cluster, s *scenarios.Scenario) error {
	var errs []error
	for _, w := range s.Spec.Workloads {
		_, err := os.ReadFile(w.Manifests)
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// TestBothSidesFindEveryManifest has several sides ask for the shipped manifests at
// the same time.
func TestBothSidesFindEveryManifest(t *testing.T) {
	t.Parallel()
	library, err := stimuli.Library()
	if err != nil {
		t.Fatal(err)
	}
	s := &scenarios.Scenario{}
	for _, k := range library {
		s.Spec.Stimuli = append(s.Spec.Stimuli, scenarios.Stimulus{Name: k.Name})
	}
	for range 20 {
		p := &stimuli.Player{Applier: reader{}, Dir: t.TempDir() + "/stimuli"}
		var sides errgroup.Group
		for range 4 {
			sides.Go(func() error { return p.Remove(t.Context(), nil, s) })
		}
		if err := sides.Wait(); err != nil {
			t.Fatal(err)
		}
	}
}
