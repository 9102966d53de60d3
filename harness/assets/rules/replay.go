package rules

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"time"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql"
	promrules "github.com/prometheus/prometheus/rules"

	"github.com/rehearse-dev/rehearse/harness/assets/queries"
)

// Timeline is what one rule did on one side.
type Timeline struct {
	queries.Outcome
	// Alerts are all that an alert rule raised, sorted by their labels.
	Alerts []Alert
	// States are how far the rule got at each evaluation: Silent, Results for a
	// recording rule, Pending or Firing.
	States []queries.Level
}

// Alert is one alert, and when it fired.
type Alert struct {
	Labels labels.Labels
	// Firing are the numbers of the evaluations in which it fired, from 0; none for
	// one that was only pending.
	Firing []int
}

// Replay evaluates all rules over the series of one side, and returns when it did.
func Replay(ctx context.Context, all []*Rule, s queries.Series, o queries.Options) ([]Timeline, []time.Time, error) {
	side := queries.NewPair(s, s, o).Baseline
	timelines, err := replay(ctx, side, all, readers(all))
	if err != nil {
		return nil, nil, fmt.Errorf("replaying rules: %w", err)
	}
	return timelines, side.Times(), nil
}

// replay evaluates all rules at every moment of a side, each after those that it
// reads. Rules that read each other in a circle, or themselves, are evaluated
// moment by moment in the order of their files, as Prometheus would.
func replay(ctx context.Context, side *queries.Side, all []*Rule, reads [][]int) ([]Timeline, error) {
	runs := make([]*run, len(all))
	for i, r := range all {
		runs[i] = newRun(r, side)
	}
	for left := numbers(len(all)); len(left) > 0; {
		ready, waiting := parted(left, reads)
		for _, i := range ready {
			if err := runs[i].whole(ctx); err != nil {
				return nil, err
			}
		}
		if len(ready) == 0 {
			if err := circle(ctx, side, runs, waiting); err != nil {
				return nil, err
			}
			break
		}
		left = waiting
	}
	timelines := make([]Timeline, len(all))
	for i, r := range runs {
		timeline, err := r.timeline(ctx)
		if err != nil {
			return nil, fmt.Errorf("judging %s: %w", r.rule, err)
		}
		timelines[i] = timeline
	}
	return timelines, nil
}

func numbers(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}

// circle evaluates rules together, moment by moment.
func circle(ctx context.Context, side *queries.Side, runs []*run, which []int) error {
	for i, t := range side.Times() {
		for _, number := range which {
			if err := runs[number].step(ctx, i, t, runs[number].collecting(side.At)); err != nil {
				return err
			}
		}
	}
	return nil
}

// run is one rule while it is replayed on one side.
type run struct {
	rule    *Rule
	side    *queries.Side
	text    string // of the expression
	eval    promrules.Rule
	results promql.Matrix
	store   *queries.Store // of results that come moment by moment
	last    promql.Vector
	failed  error // the first error
	alerts  map[string]*Alert
	level   queries.Level
	states  []queries.Level
	almost  bool
}

func newRun(r *Rule, side *queries.Side) *run {
	n := &run{rule: r, side: side, text: r.Expr.Node.String(), store: queries.NewStore(), alerts: map[string]*Alert{}}
	if r.Alerting {
		n.eval = promrules.NewAlertingRule(r.Name, r.Expr.Node, r.For, r.KeepFiringFor,
			r.Labels, labels.EmptyLabels(), labels.EmptyLabels(), "", true, silent)
	} else {
		n.eval = promrules.NewRecordingRule(r.Name, r.Expr.Node, r.Labels)
	}
	return n
}

// whole evaluates the expression over the whole window at once, which reads every
// series once, and then lets the rule see its results moment by moment. An
// expression that fails somewhere is evaluated moment by moment after all.
func (n *run) whole(ctx context.Context) error {
	query := n.collecting(n.side.At)
	if matrix, err := n.side.Range(ctx, n.rule.Expr.Node); err == nil {
		n.results = matrix
		at := byMoment(matrix)
		query = func(ctx context.Context, text string, t time.Time) (promql.Vector, error) {
			if text == n.text {
				return at[t.UnixMilli()], nil
			}
			return n.side.At(ctx, text, t)
		}
	} else if ctx.Err() != nil {
		return err
	}
	for i, t := range n.side.Times() {
		if err := n.step(ctx, i, t, query); err != nil {
			return err
		}
	}
	return nil
}

// collecting keeps the results of the rule's own expression.
func (n *run) collecting(query promrules.QueryFunc) promrules.QueryFunc {
	return func(ctx context.Context, text string, t time.Time) (promql.Vector, error) {
		vector, err := query(ctx, text, t)
		if text == n.text {
			n.store.Add(vector)
		}
		return vector, err
	}
}

func byMoment(m promql.Matrix) map[int64]promql.Vector {
	at := map[int64]promql.Vector{}
	for _, s := range m {
		for _, p := range s.Floats {
			at[p.T] = append(at[p.T], promql.Sample{T: p.T, F: p.F, Metric: s.Metric, DropName: s.DropName})
		}
		for _, p := range s.Histograms {
			at[p.T] = append(at[p.T], promql.Sample{T: p.T, H: p.H, Metric: s.Metric, DropName: s.DropName})
		}
	}
	return at
}

// step evaluates the rule at one moment and records what it gives. That
// evaluating fails is a fact about the rule; its series and alerts then stay as
// they are, as in Prometheus.
func (n *run) step(ctx context.Context, number int, t time.Time, query promrules.QueryFunc) error {
	given, err := n.eval.Eval(ctx, 0, t, query, &url.URL{}, n.rule.Limit)
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case err != nil:
		n.failed = cmp.Or(n.failed, err)
	default:
		n.side.Record(slices.Concat(given, queries.Ended(n.last, given, t.UnixMilli())))
		n.last = given
	}
	state := queries.Silent
	if alerting, ok := n.eval.(*promrules.AlertingRule); ok {
		state = n.watch(alerting, number, t)
	} else if len(n.last) > 0 {
		state = queries.Results
	}
	n.states = append(n.states, state)
	return nil
}

// watch notes the states of the rule's alerts, and returns the gravest.
func (n *run) watch(rule *promrules.AlertingRule, number int, t time.Time) queries.Level {
	gravest := queries.Silent
	for _, a := range rule.ActiveAlerts() {
		name := string(a.Labels.Bytes(nil))
		if n.alerts[name] == nil {
			n.alerts[name] = &Alert{Labels: a.Labels}
		}
		switch a.State {
		case promrules.StateFiring:
			gravest = queries.Firing
			n.alerts[name].Firing = append(n.alerts[name].Firing, number)
		case promrules.StatePending:
			gravest = max(gravest, queries.Pending)
			n.almost = n.almost || t.Sub(a.ActiveAt)+n.side.Interval() >= n.rule.For
		case promrules.StateInactive, promrules.StateUnknown:
		}
	}
	n.level = max(n.level, gravest)
	return gravest
}

func (n *run) timeline(ctx context.Context) (Timeline, error) {
	outcome, err := n.side.Sum(ctx, n.rule.Expr, append(n.results, n.store.Matrix()...), n.failed)
	if err != nil {
		return Timeline{}, err
	}
	outcome.Level, outcome.Almost = max(outcome.Level, n.level), n.almost
	t := Timeline{Outcome: outcome, States: n.states}
	for _, name := range slices.Sorted(maps.Keys(n.alerts)) {
		t.Alerts = append(t.Alerts, *n.alerts[name])
	}
	return t, nil
}
