package queries

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql"
)

// Level is how far an expression, or the alert that it is of, got on one side.
type Level int

// The levels, each deeper than the one before.
const (
	Silent  Level = iota // a selector that it needs chose no series
	Chosen               // the selectors chose series
	Results              // the expression had results
	Pending              // the alert was pending
	Firing               // the alert fired
)

func (l Level) String() string {
	return [...]string{"no series", "series", "results", "pending", "firing"}[l]
}

// Outcome is what an expression showed on one side.
type Outcome struct {
	Level  Level
	Series int // different series among the results
	True   int // evaluations with results
	Of     int // evaluations
	// Labels are the values of each label of the results, sorted and masked.
	Labels map[string][]string
	// Low and High bound the numbers among the results; both are NaN where there
	// are none.
	Low, High float64
	// Almost says that an alert was pending so long that it fires one evaluation
	// later.
	Almost bool
	// Err is why the expression could not be evaluated, once or always.
	Err string
}

func (o Outcome) String() string {
	switch {
	case o.Err != "" && o.Level < Results:
		return "an error: " + o.Err
	case o.Level < Results:
		return o.Level.String()
	}
	return fmt.Sprintf("%s, %d series, true in %d of %d evaluations", o.Level, o.Series, o.True, o.Of)
}

// manyValues bounds the values of one label that are kept.
const manyValues = 1000

// Outcome evaluates an expression at every moment. Its level is Results at most.
func (s *Side) Outcome(ctx context.Context, e *Expr) (Outcome, error) {
	matrix, err := s.Range(ctx, e.Node)
	if err != nil && ctx.Err() != nil {
		return Outcome{}, err
	}
	return s.Sum(ctx, e, matrix, err)
}

// Sum is the outcome of an expression whose results, or error, are known.
func (s *Side) Sum(ctx context.Context, e *Expr, results promql.Matrix, failed error) (Outcome, error) {
	o := Outcome{Of: s.steps, Series: len(results), Low: math.NaN(), High: math.NaN()}
	if failed != nil {
		o.Err = failed.Error()
	}
	o.measure(results)
	o.Labels = s.labelsOf(results)
	if o.Series > 0 {
		o.Level = Results
		return o, nil
	}
	dead, err := s.missing(ctx, e.Node)
	if err == nil && len(dead) == 0 {
		o.Level = Chosen
	}
	return o, err
}

func (o *Outcome) measure(results promql.Matrix) {
	at := map[int64]bool{}
	for _, series := range results {
		for _, p := range series.Floats {
			at[p.T] = true
			if !math.IsNaN(p.F) {
				o.Low, o.High = least(o.Low, p.F), -least(-o.High, -p.F)
			}
		}
		for _, p := range series.Histograms {
			at[p.T] = true
		}
	}
	o.True = len(at)
}

// least is the smaller number; NaN is none.
func least(a, b float64) float64 {
	if math.IsNaN(a) {
		return b
	}
	return min(a, b)
}

func (s *Side) labelsOf(results promql.Matrix) map[string][]string {
	values := map[string]map[string]bool{}
	for _, series := range results {
		series.Metric.Range(func(l labels.Label) {
			if l.Name == model.MetricNameLabel {
				return
			}
			if values[l.Name] == nil {
				values[l.Name] = map[string]bool{}
			}
			if len(values[l.Name]) < manyValues {
				values[l.Name][s.mask(l.Value)] = true
			}
		})
	}
	sorted := map[string][]string{}
	for name, of := range values {
		sorted[name] = slices.Sorted(maps.Keys(of))
	}
	return sorted
}
