package harness_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rehearse-dev/rehearse/clusters"
	"github.com/rehearse-dev/rehearse/harness"
	"github.com/rehearse-dev/rehearse/harness/record"
	"github.com/rehearse-dev/rehearse/scenarios"
	"github.com/rehearse-dev/rehearse/suites"
)

// diary notes what happened to the baseline, in order.
type diary struct {
	mu    sync.Mutex
	lines []string
}

func (d *diary) note(side clusters.Side, line string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if side == clusters.Baseline {
		d.lines = append(d.lines, line)
	}
}

// watcher writes into a diary, and fails as it is told.
type watcher struct {
	*diary
	name              string
	startErr, stopErr error
}

func (watcher) Kind() record.Kind { return record.Metrics }

func (w watcher) Watch(_ context.Context, c *clusters.Cluster, _ *record.Writer) (func(context.Context) error, error) {
	w.note(c.Side, "start "+w.name)
	return func(ctx context.Context) error {
		w.note(c.Side, "stop "+w.name)
		return errors.Join(w.stopErr, ctx.Err())
	}, w.startErr
}

// noting is a collector that writes into a diary.
type noting struct {
	*diary
	kind record.Kind
}

func (n noting) Kind() record.Kind { return n.kind }

func (n noting) Collect(_ context.Context, c *clusters.Cluster, _ *record.Writer) error {
	n.note(c.Side, "collect "+string(n.kind))
	return nil
}

func TestWatchersRunBetweenApplyingAndCollecting(t *testing.T) {
	t.Parallel()
	boom := errors.New("boom")
	interrupted := errors.New("interrupted")
	whole := []string{
		"apply", "collect secrets", "start a", "start b", "collect secrets", "suites",
		"collect secrets", "stop a", "stop b", "collect secrets", "collect events",
	}
	for name, row := range map[string]struct {
		applyErr, startErr, suitesErr, stopErr error
		interrupt                              bool
		want                                   []string
		wantErr                                error
	}{
		"all goes well":         {want: whole},
		"a suite cannot be run": {suitesErr: boom, want: whole, wantErr: boom},
		"interrupted":           {interrupt: true, want: whole, wantErr: interrupted},
		"stopping fails":        {stopErr: boom, want: whole, wantErr: boom},
		"applying fails":        {applyErr: boom, want: []string{"apply", "collect secrets", "collect events"}, wantErr: boom},
		"starting the second fails": {startErr: boom, wantErr: boom, want: []string{
			"apply", "collect secrets", "start a", "start b", "collect secrets", "stop a", "collect secrets", "collect events",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, _, _ := rehearsal(t)
			d := &diary{}
			ctx, cancel := context.WithCancelCause(t.Context())
			defer cancel(nil)
			r.Applier = appliedOn{applier{func(context.Context) error { return row.applyErr }, nothing}, d}
			r.Runner = runsOn{d, func() error {
				if row.interrupt {
					cancel(interrupted)
					<-ctx.Done()
				}
				return row.suitesErr
			}}
			r.Watchers = []harness.Watcher{watcher{diary: d, name: "a", stopErr: row.stopErr}, watcher{diary: d, name: "b", startErr: row.startErr}}
			r.Collectors = []harness.Collector{noting{d, record.Secrets}, noting{d, record.Events}}
			if err := r.Run(ctx); !errors.Is(err, row.wantErr) {
				t.Errorf("Run = %v, want %v", err, row.wantErr)
			}
			if diff := cmp.Diff(row.want, d.lines); diff != "" {
				t.Errorf("what happened to the baseline (-want +got):\n%s", diff)
			}
		})
	}
}

// appliedOn notes on which side something is applied.
type appliedOn struct {
	harness.Applier
	*diary
}

func (a appliedOn) Apply(ctx context.Context, c *clusters.Cluster, s *scenarios.Scenario) error {
	a.note(c.Side, "apply")
	return a.Applier.Apply(ctx, c, s)
}

// runsOn notes on which side suites run.
type runsOn struct {
	*diary
	run func() error
}

func (r runsOn) Run(_ context.Context, c *clusters.Cluster, _ string, _ []scenarios.Suite) ([]suites.Result, error) {
	r.note(c.Side, "suites")
	return nil, r.run()
}

// Onlookers see the workloads arrive, and end with the watchers.
func TestOnlookersStartBeforeApplying(t *testing.T) {
	t.Parallel()
	boom := errors.New("boom")
	for name, row := range map[string]struct {
		applyErr error
		want     []string
	}{
		"all goes well": {nil, []string{
			"start early", "apply", "collect secrets", "start late", "collect secrets", "suites",
			"collect secrets", "stop early", "stop late", "collect secrets",
		}},
		"applying fails": {boom, []string{"start early", "apply", "collect secrets", "stop early", "collect secrets"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, _, _ := rehearsal(t)
			d := &diary{}
			r.Applier = appliedOn{applier{func(context.Context) error { return row.applyErr }, nothing}, d}
			r.Runner = runsOn{d, func() error { return nil }}
			r.Onlookers = []harness.Watcher{watcher{diary: d, name: "early"}}
			r.Watchers = []harness.Watcher{watcher{diary: d, name: "late"}}
			r.Collectors = []harness.Collector{noting{d, record.Secrets}}
			if err := r.Run(t.Context()); !errors.Is(err, row.applyErr) {
				t.Errorf("Run = %v, want %v", err, row.applyErr)
			}
			if diff := cmp.Diff(row.want, d.lines); diff != "" {
				t.Errorf("what happened to the baseline (-want +got):\n%s", diff)
			}
		})
	}
}
