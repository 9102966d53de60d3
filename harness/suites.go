package harness

import (
	"context"
	"errors"

	"github.com/rehearse-dev/rehearse/clusters"
	"github.com/rehearse-dev/rehearse/harness/record"
	"github.com/rehearse-dev/rehearse/scenarios"
	"github.com/rehearse-dev/rehearse/suites"
)

// Runner runs the suites of a scenario against one cluster.
type Runner interface {
	// Run returns a result for every suite, also for one that could not be looked
	// at, which says so. Processes may leave what they print in dir. An error means
	// that nothing could be run, or not to its end.
	Run(ctx context.Context, c *clusters.Cluster, dir string, list []scenarios.Suite) ([]suites.Result, error)
}

func (p *performance) suites(ctx context.Context) error {
	list := p.Scenario.Spec.Suites
	if len(list) == 0 {
		return nil
	}
	return p.bothSides(ctx, func(ctx context.Context, i int, c *clusters.Cluster) error {
		results, err := p.Runner.Run(ctx, c, p.Folder.recordingDir(c.Side, record.SuitesDir), list)
		return errors.Join(err, writeResults(p.writers[i], results))
	})
}

// writeResults records what each suite showed; what it could not look at is a
// gap.
func writeResults(w *record.Writer, results []suites.Result) error {
	for _, r := range results {
		if r.Gap != "" {
			w.Gap(record.Specs, "suite "+r.Suite, r.Gap)
		}
		if err := w.JSON(record.SuitesDir+"/"+r.Suite+".json", r); err != nil {
			return err
		}
	}
	return nil
}
