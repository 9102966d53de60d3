package queries

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb/chunkenc"

	"github.com/rehearse-dev/rehearse/scenarios"
)

// Series are the metrics of one recording.
type Series struct {
	storage.Queryable
	// Start and End are the times of the first and the last sample.
	Start, End time.Time
	// Mask hides in a label's value what only this run knows, such as generated
	// names. Nil hides nothing.
	Mask func(string) string
}

// Settled moves the start of series to when every target has been scraped once:
// an interval behind the first scrape of any. Targets come in one after the other,
// and some expose samples older than the scrape; an evaluation before that sees
// absences that are none. Series without the metric up stay as they are.
func Settled(ctx context.Context, s Series) Series {
	q, err := s.Querier(s.Start.UnixMilli(), s.End.UnixMilli())
	if err != nil {
		return s // whoever evaluates will say so
	}
	defer func() { _ = q.Close() }() // it was only read
	first := int64(math.MaxInt64)
	set := q.Select(ctx, false, nil, labels.MustNewMatcher(labels.MatchEqual, model.MetricNameLabel, "up"))
	for set.Next() {
		if it := set.At().Iterator(nil); it.Next() != chunkenc.ValNone {
			first = min(first, it.AtT())
		}
	}
	if first < math.MaxInt64 {
		s.Start = time.UnixMilli(first).Add(DefaultInterval)
	}
	return s
}

// Options say how to replay expressions over a recording of a few minutes. A
// zero field means its default.
type Options struct {
	// Interval between two evaluations; the default is 15 s.
	Interval time.Duration
	// MaxFor bounds how long an alert has to stay true before it fires; the
	// default is scenarios.DefaultMaxFor.
	MaxFor time.Duration
	// MaxRange bounds ranges and offsets; the default is
	// scenarios.DefaultMaxRange.
	MaxRange time.Duration
}

// DefaultInterval is the time between two evaluations where nothing is said.
const DefaultInterval = 15 * time.Second

// WithDefaults fills in what is open.
func (o Options) WithDefaults() Options {
	o.Interval = cmp.Or(o.Interval, DefaultInterval)
	o.MaxFor = cmp.Or(o.MaxFor, scenarios.DefaultMaxFor)
	o.MaxRange = cmp.Or(o.MaxRange, scenarios.DefaultMaxRange)
	return o
}

const (
	// maxSamples bounds the memory of one evaluation, as in Prometheus itself.
	maxSamples = 50_000_000
	// patience is beyond what any evaluation takes: only the caller's context ends
	// one, so that the same recording gives the same answer on a slow machine.
	patience = 24 * time.Hour
)

// Pair is the two sides of a rehearsal, evaluated at the same moments after
// their starts.
type Pair struct {
	Baseline, Candidate *Side
	Options             Options
}

// NewPair takes the series of both sides. They are evaluated as often as the
// shorter of both windows allows.
func NewPair(baseline, candidate Series, o Options) *Pair {
	o = o.WithDefaults()
	window := max(0, min(baseline.End.Sub(baseline.Start), candidate.End.Sub(candidate.Start)))
	steps := int(window/o.Interval) + 1
	return &Pair{newSide(baseline, o.Interval, steps), newSide(candidate, o.Interval, steps), o}
}

// Side evaluates expressions over the series of one side. It must not be used at
// the same time.
type Side struct {
	series   Series
	all      storage.Queryable
	made     *Store
	engine   *promql.Engine
	interval time.Duration
	steps    int
	selected map[string][]labels.Labels
}

func newSide(s Series, interval time.Duration, steps int) *Side {
	out := NewStore()
	return &Side{
		series: s, made: out, all: merged{s.Queryable, out}, interval: interval, steps: steps,
		selected: map[string][]labels.Labels{},
		engine: promql.NewEngine(promql.EngineOpts{
			MaxSamples: maxSamples, Timeout: patience, Parser: grammar,
			EnableAtModifier: true, EnableNegativeOffset: true,
			NoStepSubqueryIntervalFn: func(int64) int64 { return interval.Milliseconds() },
		}),
	}
}

// Interval is the time between two evaluations.
func (s *Side) Interval() time.Duration { return s.interval }

// Times are the moments of evaluation.
func (s *Side) Times() []time.Time {
	times := make([]time.Time, s.steps)
	for i := range times {
		times[i] = s.series.Start.Add(time.Duration(i) * s.interval)
	}
	return times
}

// Range evaluates an expression at every moment.
func (s *Side) Range(ctx context.Context, node parser.Expr) (promql.Matrix, error) {
	if usesBounds(node) {
		return s.stepwise(ctx, node)
	}
	end := s.series.Start.Add(time.Duration(s.steps-1) * s.interval)
	q, err := s.engine.NewRangeQuery(ctx, s.all, nil, node.String(), s.series.Start, end, s.interval)
	if err != nil {
		return nil, fmt.Errorf("evaluating: %w", err)
	}
	defer q.Close()
	matrix, err := q.Exec(ctx).Matrix()
	if err != nil {
		return nil, ctxOr(ctx, err)
	}
	return cloned(matrix), nil
}

// At evaluates an expression at one moment, as a rule is evaluated.
func (s *Side) At(ctx context.Context, expr string, t time.Time) (promql.Vector, error) {
	q, err := s.engine.NewInstantQuery(ctx, s.all, nil, expr, t)
	if err != nil {
		return nil, fmt.Errorf("evaluating: %w", err)
	}
	defer q.Close()
	result := q.Exec(ctx)
	if scalar, err := result.Scalar(); err == nil {
		return promql.Vector{{T: scalar.T, F: scalar.V}}, nil
	}
	vector, err := result.Vector()
	if err != nil {
		return nil, ctxOr(ctx, err)
	}
	return append(promql.Vector(nil), vector...), nil
}

// stepwise is Range for expressions that mean another moment at every step.
func (s *Side) stepwise(ctx context.Context, node parser.Expr) (promql.Matrix, error) {
	out := NewStore()
	for _, t := range s.Times() {
		vector, err := s.At(ctx, node.String(), t)
		if err != nil {
			return nil, err
		}
		out.Add(vector)
	}
	return out.Matrix(), nil
}

// usesBounds is true for an expression with @ start() or @ end(), which in a
// rule mean the moment of evaluation.
func usesBounds(node parser.Expr) bool {
	found := false
	parser.Inspect(node, func(n parser.Node, _ []parser.Node) error {
		switch n := n.(type) {
		case *parser.VectorSelector:
			found = found || n.StartOrEnd != 0
		case *parser.SubqueryExpr:
			found = found || n.StartOrEnd != 0
		}
		return nil
	})
	return found
}

// Select returns the labels of the series that matchers choose, at any moment of
// the window.
func (s *Side) Select(ctx context.Context, matchers []*labels.Matcher) ([]labels.Labels, error) {
	name := textOf(matchers)
	if found, ok := s.selected[name]; ok {
		return found, nil
	}
	from, to := s.series.Start.UnixMilli(), s.series.End.UnixMilli()
	q, err := s.all.Querier(from, to)
	if err != nil {
		return nil, fmt.Errorf("reading series: %w", err)
	}
	defer func() { _ = q.Close() }() // it was only read
	// The hint says that no samples are wanted.
	set := q.Select(ctx, true, &storage.SelectHints{Start: from, End: to, Func: "series"}, matchers...)
	var found []labels.Labels
	for set.Next() {
		found = append(found, set.At().Labels())
	}
	if err := set.Err(); err != nil {
		return nil, ctxOr(ctx, fmt.Errorf("reading series: %w", err))
	}
	s.selected[name] = found
	return found, nil
}

// Record adds what a rule gave to the series of the side.
func (s *Side) Record(v promql.Vector) {
	s.made.Add(v)
	clear(s.selected)
}

func (s *Side) mask(value string) string {
	if s.series.Mask == nil {
		return value
	}
	return s.series.Mask(value)
}

// ctxOr prefers the reason why somebody gave up over what came of it.
func ctxOr(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

// cloned copies a result whose memory goes back to the engine.
func cloned(m promql.Matrix) promql.Matrix {
	all := make(promql.Matrix, len(m))
	for i, s := range m {
		all[i] = promql.Series{
			Metric: s.Metric, DropName: s.DropName,
			Floats: append([]promql.FPoint(nil), s.Floats...), Histograms: append([]promql.HPoint(nil), s.Histograms...),
		}
	}
	return all
}
