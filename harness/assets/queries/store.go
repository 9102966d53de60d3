package queries

import (
	"context"
	"errors"
	"maps"
	"math"
	"slices"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/value"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/util/annotations"
)

// Store holds series in memory: what rules make of a recording, or the results of
// one expression. The zero value is of no use; NewStore makes one.
type Store struct {
	series map[string]*promql.Series
	named  map[string][]*promql.Series // by metric name
}

// NewStore returns an empty store.
func NewStore() *Store {
	return &Store{map[string]*promql.Series{}, map[string][]*promql.Series{}}
}

// Add appends samples, each later than what its series has. Prometheus' marker
// for a series that ended is taken as such.
func (s *Store) Add(v promql.Vector) {
	for _, sample := range v {
		name := string(sample.Metric.Bytes(nil))
		series := s.series[name]
		if series == nil {
			series = &promql.Series{Metric: sample.Metric}
			s.series[name] = series
			metric := sample.Metric.Get(model.MetricNameLabel)
			s.named[metric] = append(s.named[metric], series)
		}
		if sample.H != nil {
			series.Histograms = append(series.Histograms, promql.HPoint{T: sample.T, H: sample.H})
		} else {
			series.Floats = append(series.Floats, promql.FPoint{T: sample.T, F: sample.F})
		}
	}
}

// Ended returns the markers that end every series of before that now lacks.
func Ended(before, now promql.Vector, t int64) promql.Vector {
	still := map[string]bool{}
	for _, s := range now {
		still[string(s.Metric.Bytes(nil))] = true
	}
	var ended promql.Vector
	for _, s := range before {
		if !still[string(s.Metric.Bytes(nil))] && !value.IsStaleNaN(s.F) {
			ended = append(ended, promql.Sample{Metric: s.Metric, T: t, F: math.Float64frombits(value.StaleNaN)})
		}
	}
	return ended
}

// Matrix returns all series, sorted by their labels.
func (s *Store) Matrix() promql.Matrix {
	var all promql.Matrix
	for _, name := range slices.Sorted(maps.Keys(s.series)) {
		all = append(all, *s.series[name])
	}
	return all
}

// Querier implements storage.Queryable.
func (s *Store) Querier(int64, int64) (storage.Querier, error) { return storeQuerier{s}, nil }

type storeQuerier struct{ *Store }

// Select implements storage.Querier.
func (q storeQuerier) Select(_ context.Context, _ bool, _ *storage.SelectHints, matchers ...*labels.Matcher) storage.SeriesSet {
	var chosen []storage.Series
	for _, name := range q.names(matchers) {
		for _, s := range q.named[name] {
			if matches(s.Metric, matchers) {
				chosen = append(chosen, promql.NewStorageSeries(*s))
			}
		}
	}
	slices.SortFunc(chosen, func(a, b storage.Series) int { return labels.Compare(a.Labels(), b.Labels()) })
	return &listed{series: chosen, at: -1}
}

// names are the metric names that matchers let through.
func (q storeQuerier) names(matchers []*labels.Matcher) []string {
	for _, m := range matchers {
		if m.Name == model.MetricNameLabel && m.Type == labels.MatchEqual {
			return []string{m.Value}
		}
	}
	return slices.Collect(maps.Keys(q.named))
}

func matches(l labels.Labels, matchers []*labels.Matcher) bool {
	return !slices.ContainsFunc(matchers, func(m *labels.Matcher) bool { return !m.Matches(l.Get(m.Name)) })
}

// LabelValues implements storage.LabelQuerier.
func (storeQuerier) LabelValues(context.Context, string, *storage.LabelHints, ...*labels.Matcher) ([]string, annotations.Annotations, error) {
	return nil, nil, errors.ErrUnsupported
}

// LabelNames implements storage.LabelQuerier.
func (storeQuerier) LabelNames(context.Context, *storage.LabelHints, ...*labels.Matcher) ([]string, annotations.Annotations, error) {
	return nil, nil, errors.ErrUnsupported
}

// Close implements storage.LabelQuerier.
func (storeQuerier) Close() error { return nil }

// listed is a storage.SeriesSet of series in memory.
type listed struct {
	series []storage.Series
	at     int
}

func (l *listed) Next() bool                      { l.at++; return l.at < len(l.series) }
func (l *listed) At() storage.Series              { return l.series[l.at] }
func (*listed) Err() error                        { return nil }
func (*listed) Warnings() annotations.Annotations { return nil }

// merged reads a recording and what rules made of it as one.
type merged struct{ recording, made storage.Queryable }

// Querier implements storage.Queryable.
func (m merged) Querier(from, to int64) (storage.Querier, error) {
	recording, err := m.recording.Querier(from, to)
	if err != nil {
		return nil, err
	}
	made, err := m.made.Querier(from, to)
	if err != nil {
		return nil, errors.Join(err, recording.Close())
	}
	return storage.NewMergeQuerier([]storage.Querier{recording, made}, nil, storage.ChainedSeriesMerge), nil
}
