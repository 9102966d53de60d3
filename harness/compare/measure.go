package compare

import (
	"fmt"
	"maps"
	"math"
	"path"
	"slices"
	"strings"

	dto "github.com/prometheus/client_model/go"

	"github.com/rehearse-dev/rehearse/harness/normalise"
	"github.com/rehearse-dev/rehearse/harness/record"
	"github.com/rehearse-dev/rehearse/scenarios"
)

// MetricAmounts measures what kubelet and the workloads count, and how high their
// gauges stand, series by series. Of histograms and summaries it measures how many
// values were observed, and their mean. What an endpoint exposes is compared only
// where both sides have that endpoint; signals of agents are judged as such. An
// endpoint whose exposition was not recorded is measured by the last samples of its
// time series.
//
// How often kubelet asks its runtime, and how long that takes, belongs to the move
// itself; what a workload counts is the user's.
func MetricAmounts(agents []scenarios.Agent) Comparer {
	signals := signalMetrics(agents)
	return Comparer{record.Metrics, []string{record.MetricsIndex}, func(baseline, candidate *record.Recording) (Section, error) {
		b, err := measureMetrics(baseline, signals)
		if err != nil {
			return Section{}, err
		}
		c, err := measureMetrics(candidate, signals)
		if err != nil {
			return Section{}, err
		}
		return together(b, c, func(m measurement) bool { return b.answered(m.target) && c.answered(m.target) }), nil
	}}
}

// EventAmounts measures how often each kind of event came to each workload. That
// is how a workload got to where it is, which says less than where that is.
func EventAmounts() Comparer {
	return Comparer{record.Events, []string{record.EventsFile, record.ObjectsFile}, func(baseline, candidate *record.Recording) (Section, error) {
		b, err := measureEvents(baseline)
		if err != nil {
			return Section{}, err
		}
		c, err := measureEvents(candidate)
		if err != nil {
			return Section{}, err
		}
		return together(b, c, func(measurement) bool { return true }), nil
	}}
}

// measurement is what tells one amount from all others.
type measurement struct {
	kind                  record.Kind
	target, subject, part string
	level                 bool
}

// amounts are what was measured on one side.
type amounts struct {
	recording *record.Recording
	values    map[measurement]float64
	// shares are by what to divide the values that are means.
	shares map[measurement]float64
	places map[measurement]Evidence
	// targets are where it says that an endpoint answered.
	targets map[string]Evidence
}

func newAmounts(r *record.Recording) amounts {
	return amounts{r, map[measurement]float64{}, map[measurement]float64{}, map[measurement]Evidence{}, map[string]Evidence{}}
}

func (a amounts) answered(target string) bool { return a.targets[target].File != "" }

// add adds to an amount; the first place where it stands is its evidence.
func (a amounts) add(m measurement, value float64, here func() Evidence) {
	if math.IsNaN(value) || math.IsInf(value, 0) || value < 0 {
		return
	}
	if _, known := a.places[m]; !known {
		a.places[m] = here()
	}
	a.values[m] += value
}

func (a amounts) value(m measurement) float64 {
	if share := a.shares[m]; share > 0 {
		return a.values[m] / share
	}
	return a.values[m]
}

// place is where an amount stands, or would stand if there were any.
func (a amounts) place(m measurement) Evidence {
	if here, known := a.places[m]; known {
		return here
	}
	text := strings.TrimSpace("no " + m.subject + " " + m.part)
	if where := a.targets[m.target]; m.target != "" {
		where.Text = shorten(text)
		return where
	}
	return at(a.recording, record.EventsFile, 0, text)
}

// together makes amounts of what either side measured.
func together(b, c amounts, inBoth func(measurement) bool) Section {
	var s Section
	all := maps.Clone(b.values)
	maps.Copy(all, c.values)
	for m := range all {
		if !inBoth(m) {
			continue
		}
		severity := Info
		if strings.HasPrefix(m.target, "pod/") {
			severity = Changes
		}
		s.Amounts = append(s.Amounts, Amount{
			Kind: m.kind, Subject: m.subject, Part: m.part, Level: m.level, Severity: severity,
			Values: [2]float64{b.value(m), c.value(m)}, Evidence: [2]Evidence{b.place(m), c.place(m)},
		})
	}
	return s
}

func measureMetrics(r *record.Recording, leaveOut map[string]bool) (amounts, error) {
	a := newAmounts(r)
	mask := normalise.New(r.Meta.Names)
	for entry, err := range record.Entries[record.Exposition](r, record.MetricsIndex) {
		if err != nil {
			return a, err
		}
		target := entry.Entry.Target
		if !measurable(target) {
			continue
		}
		e, err := readExposition(r, entry.Entry)
		if err != nil {
			continue // the comparer of the schema makes it a gap
		}
		a.targets[target] = at(r, record.MetricsIndex, entry.Number, "")
		for _, name := range e.names() {
			if !ofTime(name) && !leaveOut[name] {
				a.family(e, name, mask)
			}
		}
	}
	return a, a.recorded(mask, leaveOut)
}

// recorded measures the endpoints that have time series and no exposition.
func (a amounts) recorded(mask *normalise.Masker, leaveOut map[string]bool) error {
	h, err := readHistory(a.recording, podRoles(a.recording))
	if err != nil || h == nil {
		return err
	}
	in := map[string]bool{}
	for _, source := range h.answered {
		if measurable(source.name) && !a.answered(source.name) {
			in[source.name] = true
		}
	}
	for _, source := range h.answered {
		if in[source.name] {
			a.targets[source.name] = at(a.recording, record.TargetsFile, source.line, "")
		}
	}
	return h.each(func(one *series) {
		if in[one.source.name] && one.kind != "" && !ofTime(one.metric) && !leaveOut[one.metric] {
			a.last(one, mask)
		}
	})
}

// measurable is false for endpoints whose amounts say nothing: a container has
// series of its own on each side.
func measurable(target string) bool {
	return dependsOnRuntime(target) && target != "kubelet/cadvisor"
}

// last adds where a series ended.
func (a amounts) last(one *series, mask *normalise.Masker) {
	of := map[string]string{}
	one.own(func(name, value string) { of[name] = value })
	if strings.HasPrefix(of["namespace"], suitePrefix) {
		return
	}
	m := measurement{
		kind: record.Metrics, target: one.source.name, subject: one.source.name + " " + one.metric, part: seriesName(of, mask),
		level: one.kind == "gauge",
	}
	a.add(m, one.value, func() Evidence { return one.evidence(a.recording) })
}

// ofTime is true for metrics whose value is a point in time.
func ofTime(name string) bool {
	return strings.HasSuffix(name, "_timestamp_seconds") || strings.HasSuffix(name, "_time_seconds")
}

// family adds the series of one metric.
func (a amounts) family(e *exposition, name string, mask *normalise.Masker) {
	family := e.families[name]
	samples := e.samples(name)
	for i, metric := range family.GetMetric() {
		sample := samples[i]
		if strings.HasPrefix(sample.labels["namespace"], suitePrefix) {
			continue
		}
		m := measurement{
			kind: record.Metrics, target: e.Target, subject: e.Target + " " + name, part: seriesName(sample.labels, mask),
			level: family.GetType() == dto.MetricType_GAUGE,
		}
		here := func() Evidence { return e.find(name, sample) }
		a.add(m, sample.value, here)
		if sum, ok := total(metric); ok && sample.value > 0 {
			m.level, m.part = true, strings.TrimSpace("mean "+m.part)
			a.shares[m] += sample.value
			a.add(m, sum, here)
		}
	}
}

// total is the sum of what a histogram or summary observed.
func total(m *dto.Metric) (float64, bool) {
	switch {
	case m.Histogram != nil:
		return m.Histogram.GetSampleSum(), true
	case m.Summary != nil:
		return m.Summary.GetSampleSum(), true
	default:
		return 0, false
	}
}

// seriesName is the labels of a series as they are written, without what only one run
// knows.
func seriesName(labels map[string]string, mask *normalise.Masker) string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(labels)) {
		parts = append(parts, fmt.Sprintf("%s=%q", name, mask.Text(labels[name])))
	}
	if len(parts) == 0 {
		return ""
	}
	return "{" + strings.Join(parts, ",") + "}"
}

func measureEvents(r *record.Recording) (amounts, error) {
	a := newAmounts(r)
	mask := normalise.New(r.Meta.Names)
	for line, err := range record.Entries[record.Event](r, record.EventsFile) {
		if err != nil {
			return a, err
		}
		e := line.Entry
		if strings.HasPrefix(e.Namespace, suitePrefix) {
			continue
		}
		name := mask.Text(e.Name)
		if p, known := r.Meta.Names.Pods[e.UID]; known {
			name = p.Role
		}
		m := measurement{kind: record.Events, subject: path.Join(e.Namespace, name), part: e.Type + " " + e.Reason}
		a.add(m, float64(max(e.Count, 1)), func() Evidence {
			return at(r, record.EventsFile, line.Number, e.Reason+": "+e.Message)
		})
	}
	return a, nil
}
