package compare

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"path"
	"strings"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/value"
	"github.com/prometheus/prometheus/tsdb/chunkenc"

	"github.com/rehearse-dev/rehearse/harness/record"
)

// kubeletPort is where kubelet listens, on every cluster that anybody has.
const kubeletPort = "10250"

// scraped is an endpoint that series come from.
type scraped struct {
	record.Target
	// name is what expositions call it, such as kubelet/cadvisor or pod/shop/web.
	name string
	line int // of targets.jsonl
}

// history is the time series of one recording, told apart by where they come
// from.
type history struct {
	recording *record.Recording
	// answered are the endpoints that did, in the order in which they stand, and
	// sources the same by job and instance.
	answered []scraped
	sources  map[string][]scraped
	// types are those of metrics, by job and name.
	types map[string]string
}

// series is one time series and what has to be known of its samples.
type series struct {
	source scraped
	// metric is the name of its family, and kind that one's type if it is known.
	metric, kind string
	labels       labels.Labels // those of its source included
	value        float64
	// samples counts them; markers that the series ended do not count.
	samples     int
	first, last int64 // in milliseconds since 1970
}

// readHistory returns nil for a recording without series.
func readHistory(r *record.Recording, roles map[string]string) (*history, error) {
	if r.Series == nil {
		return nil, nil
	}
	h := &history{recording: r, sources: map[string][]scraped{}, types: map[string]string{}}
	for target, err := range record.Entries[record.Target](r, record.TargetsFile) {
		if err != nil {
			return nil, err
		}
		t := target.Entry
		if name := nameOf(t, roles); name != "" && t.Answered > 0 {
			where := t.Labels["job"] + "\x00" + t.Labels["instance"]
			h.answered = append(h.answered, scraped{t, name, target.Number})
			h.sources[where] = append(h.sources[where], scraped{t, name, target.Number})
		}
	}
	for family, err := range record.Entries[record.Family](r, record.FamiliesFile) {
		if err != nil {
			return nil, err
		}
		h.types[family.Entry.Job+"\x00"+family.Entry.Name] = family.Entry.Type
	}
	return h, nil
}

// nameOf is what expositions call an endpoint; empty for one that they do not
// have, or that does not depend on the runtime.
func nameOf(t record.Target, roles map[string]string) string {
	pod := path.Join(cmp.Or(t.Namespace, t.Labels["namespace"]), cmp.Or(t.Pod, t.Labels["pod"]))
	switch {
	case t.Node != "" && t.Port == kubeletPort:
		return "kubelet" + strings.TrimPrefix(t.Path, "/metrics")
	case roles[pod] != "":
		return "pod/" + roles[pod]
	case t.Service != "":
		return "service/" + t.Namespace + "/" + t.Service
	default:
		return ""
	}
}

// each visits all series whose source the comparison knows, those of one metric
// after another. What a visitor is given is only its own until it returns.
func (h *history) each(visit func(*series)) (err error) {
	q, err := h.recording.Series.Querier(math.MinInt64, math.MaxInt64)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, q.Close()) }()
	ctx := context.Background() //nolint:forbidigo // files are read, and nobody waits
	all := q.Select(ctx, true, nil, labels.MustNewMatcher(labels.MatchRegexp, model.MetricNameLabel, ".+"))
	s := &series{}
	var it chunkenc.Iterator
	for all.Next() {
		ls := all.At().Labels()
		if !h.attribute(s, ls) {
			continue
		}
		it = all.At().Iterator(it)
		if err := s.read(it); err != nil {
			return fmt.Errorf("reading series %s: %w", ls, err)
		}
		if s.samples > 0 {
			visit(s)
		}
	}
	return all.Err()
}

// attribute fills in where a series comes from and what it is of. It is false for
// series of no interest.
func (h *history) attribute(s *series, ls labels.Labels) bool {
	source, ok := h.source(ls)
	if !ok || !dependsOnRuntime(source.name) {
		return false
	}
	s.source, s.labels, s.metric = source, ls, ls.Get(model.MetricNameLabel)
	job := ls.Get("job") + "\x00"
	s.kind = h.types[job+s.metric]
	for _, suffix := range []string{"_bucket", "_sum", "_count"} {
		base, has := strings.CutSuffix(s.metric, suffix)
		if kind := h.types[job+base]; has && (kind == "histogram" || kind == "summary") {
			s.metric, s.kind = base, kind
			return suffix == "_count" // the family is known from the one that counts
		}
	}
	return true
}

// source finds where a series comes from: of the endpoints with its job and
// instance, the one most of whose labels it has.
func (h *history) source(ls labels.Labels) (scraped, bool) {
	var best scraped
	most, ties := -1, 0
	for _, candidate := range h.sources[ls.Get("job")+"\x00"+ls.Get("instance")] {
		shared := 0
		for name, v := range candidate.Labels {
			if ls.Get(name) == v {
				shared++
			}
		}
		switch {
		case shared > most:
			best, most, ties = candidate, shared, 1
		case shared == most && candidate.name != best.name:
			ties++
		}
	}
	return best, ties == 1
}

// label is a label of the series itself: none that it has from its source, and one
// that had to make room for such by its own name. A pod's namespace is the
// series' own, even if it is its source's, too: kubelet speaks of pods in its own
// namespace.
func (s *series) label(name string) string {
	v := s.labels.Get(name)
	from, both := s.source.Labels[name]
	if !both {
		return v
	}
	if moved := s.labels.Get("exported_" + name); moved != "" {
		return moved
	}
	if v == from && (name != "namespace" || !s.ofPod()) {
		return ""
	}
	return v
}

func (s *series) ofPod() bool { return s.source.Labels["pod"] == "" && s.labels.Get("pod") != "" }

// own visits every label of the series itself.
func (s *series) own(visit func(name, value string)) {
	s.labels.Range(func(l labels.Label) {
		name := strings.TrimPrefix(l.Name, "exported_")
		if _, moved := s.source.Labels[name]; !moved {
			name = l.Name
		}
		if name == l.Name && s.labels.Has("exported_"+name) || name == model.MetricNameLabel {
			return // the other one is visited, or no label
		}
		if v := s.label(name); v != "" {
			visit(name, v)
		}
	})
}

// read goes through a series' samples.
func (s *series) read(it chunkenc.Iterator) error {
	s.samples, s.value = 0, 0
	for kind := it.Next(); kind != chunkenc.ValNone; kind = it.Next() {
		var t int64
		var v float64
		switch kind {
		case chunkenc.ValFloat:
			t, v = it.At()
			if value.IsStaleNaN(v) {
				continue
			}
		default:
			at, h := it.AtFloatHistogram(nil)
			if value.IsStaleNaN(h.Sum) {
				continue
			}
			t, v = at, h.Count
		}
		if s.samples == 0 {
			s.first = t
		}
		s.samples++
		s.last, s.value = t, v
	}
	return it.Err()
}

// evidence shows a series: it stands in the database, not on a line.
func (s *series) evidence(r *record.Recording) Evidence {
	text := fmt.Sprintf("%s (scraped %d times, from %s to %s)", s.labels, s.samples, clock(s.first), clock(s.last))
	return at(r, record.SeriesDir, 0, text)
}

func clock(ms int64) string { return time.UnixMilli(ms).UTC().Format(time.TimeOnly) }
