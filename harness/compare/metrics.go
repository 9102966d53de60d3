package compare

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	dto "github.com/prometheus/client_model/go"
	"golang.org/x/sync/errgroup"

	"github.com/rehearse-dev/rehearse/clusters"
	"github.com/rehearse-dev/rehearse/harness/record"
	"github.com/rehearse-dev/rehearse/scenarios"
)

// The aspects of metrics.
const (
	metricName = "metric"
	labelNames = "label names"
	levels     = "levels that have series"
	labelValue = "values of label " // and the label's name
	metricType = "type"
)

// Metrics compares the schema of what endpoints expose, never amounts.
//
// Only endpoints that depend on the runtime are compared: kubelet's, and those
// of the workloads. The control plane's metrics say what its clients did, which
// differs from run to run and not because of the runtime.
//
// For containers' resources (kubelet/cadvisor and kubelet/resource) the same
// names say little: what counts is which levels have series at all (the node,
// system services, pods, pause containers, containers), and how the labels that
// identify a container are written.
//
// Other endpoints are compared by the names of metrics. A metric without labels
// is exposed from the start, so its name is compared as it is. One with labels
// appears with the first event that it counts: where only one side has it, it is
// a difference if it counted often there, or if a metric of the same family of
// names did, and chance otherwise. A metric that is a signal of an agent is
// judged there, and not a second time here.
func Metrics(agents []scenarios.Agent) Comparer {
	signals := signalMetrics(agents)
	return Comparer{record.Metrics, []string{record.MetricsIndex}, func(baseline, candidate *record.Recording) (Section, error) {
		shared := sharedRoles(baseline, candidate)
		schemas, err := schemasOf([2]*record.Recording{baseline, candidate}, shared, signals)
		if err != nil {
			return Section{}, err
		}
		b, c := schemas[0], schemas[1]
		b.dropNameless()
		c.dropNameless()
		b.dropChance(c)
		c.dropChance(b)
		b.inTime.forgive(c.inTime)
		c.inTime.forgive(b.inTime)
		if err := compareIdentities(b.inTime, c.inTime); err != nil {
			return Section{}, err
		}
		b.dropSilent(c)
		c.dropSilent(b)
		s := diff(record.Metrics, metricRules(b.facts, c.facts), b.facts, c.facts)
		s.Gaps = slices.Concat(b.gaps, c.gaps)
		for _, k := range slices.Concat(b.dropped, c.dropped) {
			s.skip(record.Metrics, k)
		}
		s.prove(map[clusters.Side]func(key) Evidence{clusters.Baseline: b.absent, clusters.Candidate: c.absent})
		return s, nil
	}}
}

// metricRules are strict about metrics and levels. Of labels a recording may have
// caught only some values; that all values of one are plain on both sides is not
// worth a check.
func metricRules(baseline, candidate facts) rules {
	chance := rule{chance: true}
	of := rules{labelNames: chance, metricType: chance}
	for _, k := range keys(baseline, candidate) {
		label, isLabel := strings.CutPrefix(k.aspect, labelValue)
		if !isLabel || label == "device" {
			continue
		}
		of[k.aspect] = chance
		if !telling(baseline[k]) && !telling(candidate[k]) {
			delete(baseline, k)
			delete(candidate, k)
		}
	}
	return of
}

// signalMetrics are the metrics that are signals of agents.
func signalMetrics(agents []scenarios.Agent) map[string]bool {
	signals := map[string]bool{}
	for _, a := range agents {
		for _, s := range a.Signals {
			signals[s.Metric] = true
		}
	}
	return signals
}

// schema is what the endpoints of one side expose.
type schema struct {
	recording *record.Recording
	facts     facts
	// rare are the metrics that counted little: what was counted may be chance.
	rare   map[key]bool
	shapes shapes
	// places are where it says that an endpoint answered.
	places map[string]Evidence
	gaps   []Gap
	inTime *recorded
	// dropped are facts that were forgotten because they cannot be compared.
	dropped []key
}

// answered notes that an endpoint answered.
func (s *schema) answered(target string, where Evidence) {
	if _, known := s.places[target]; !known {
		s.places[target] = where
	}
}

// drop forgets facts.
func (s *schema) drop(which func(key) bool) {
	maps.DeleteFunc(s.facts, func(k key, _ fact) bool {
		forget := which(k)
		if forget {
			s.dropped = append(s.dropped, k)
		}
		return forget
	})
}

// absent points at the endpoint that does not expose something.
func (s *schema) absent(k key) Evidence {
	target, what, _ := strings.Cut(k.subject, " ")
	where := s.places[target]
	where.Text = shorten(fmt.Sprintf("%s does not expose %s (%s)", target, what, k.aspect))
	return where
}

// unreadable notes an endpoint that answered something else than metrics.
func (s *schema) unreadable(target string, err error) {
	delete(s.places, target)
	s.gaps = append(s.gaps, Gap{Side: s.recording.Meta.Side, Gap: record.Gap{Kind: record.Metrics, Subject: target, Reason: err.Error()}})
}

// often is how much a metric counts before its absence elsewhere is no chance.
const often = 10

// schemaOf reads the expositions of a recording, and then its time series.
func schemaOf(r *record.Recording, shared, leaveOut map[string]bool) (*schema, error) {
	s := &schema{recording: r, facts: facts{}, rare: map[key]bool{}, shapes: shapes{}, places: map[string]Evidence{}}
	for entry, err := range record.Entries[record.Exposition](r, record.MetricsIndex) {
		if err != nil {
			return nil, err
		}
		s.answered(entry.Entry.Target, at(r, record.MetricsIndex, entry.Number, ""))
		if !dependsOnRuntime(entry.Entry.Target) || resources(entry.Entry.Target) {
			continue
		}
		e, err := readExposition(r, entry.Entry)
		if err != nil {
			s.unreadable(entry.Entry.Target, err)
			continue
		}
		for _, name := range e.names() {
			if !leaveOut[name] {
				s.add(e, name)
			}
		}
	}
	if err := s.addResources(shared); err != nil {
		return nil, err
	}
	err := s.addRecorded(shared, leaveOut)
	return s, err
}

// schemasOf reads both sides at the same time.
func schemasOf(of [2]*record.Recording, shared, leaveOut map[string]bool) ([2]*schema, error) {
	var schemas [2]*schema
	var group errgroup.Group
	for i, r := range of {
		group.Go(func() (err error) {
			schemas[i], err = schemaOf(r, shared, leaveOut)
			return err
		})
	}
	return schemas, group.Wait()
}

// podTarget begins the names of the endpoints of pods.
const podTarget = "pod/"

// dependsOnRuntime is true for kubelet's endpoints, and for those of workloads
// that are not the cluster's own.
func dependsOnRuntime(target string) bool {
	if ofKubelet(target) {
		return true
	}
	_, pod, _ := strings.Cut(target, "/")
	isPod := strings.HasPrefix(target, podTarget) || strings.HasPrefix(target, "service/")
	return isPod && !strings.HasPrefix(pod, "kube-system/") && !strings.HasPrefix(pod, suitePrefix)
}

func ofKubelet(target string) bool {
	return target == "kubelet" || strings.HasPrefix(target, "kubelet/")
}

func resources(target string) bool {
	return target == "kubelet/cadvisor" || target == "kubelet/resource"
}

func (s *schema) add(e *exposition, name string) {
	k := key{metricName, e.Target + " " + name}
	var counted float64
	samples := e.samples(name)
	for _, sample := range samples {
		counted += sample.value
	}
	first := samples[0]
	if !s.facts.enough(k, "exposed") {
		s.facts.add(k, "exposed", e.find(name, first))
	}
	names := strings.Join(slices.Sorted(maps.Keys(first.labels)), ", ")
	if k := (key{labelNames, e.Target + " " + name}); names != "" && !s.facts.enough(k, names) {
		s.facts.add(k, names, e.find(name, first))
	}
	s.rare[k] = len(first.labels) > 0 && !s.firm(e, name, counted)
	s.addForms(e, name, samples)
}

// addForms adds the type of a metric and how the values of its labels are
// written.
func (s *schema) addForms(e *exposition, name string, samples []sample) {
	note := func(aspect, value string, of sample) {
		if k := (key{aspect, e.Target + " " + name}); !s.facts.enough(k, value) {
			s.facts.add(k, value, e.find(name, of))
		}
	}
	note(metricType, strings.ToLower(e.families[name].GetType().String()), samples[0])
	for _, sample := range samples {
		for label, v := range sample.labels {
			if shape := s.shapes.value(label, v); shape != "" {
				note(labelValue+label, shape, sample)
			}
		}
	}
}

// dropNameless forgets series of containers without their names where there are
// some with: kubelet's cAdvisor does not know the name of one that has just begun or
// is about to go.
func (s *schema) dropNameless() {
	for k, seen := range s.facts {
		if k.aspect == levels && seen[containerLevel] != nil {
			delete(seen, namelessLevel)
		}
	}
}

// dropSilent forgets the metrics of endpoints that did not answer on the other
// side: it is a gap there, or their pod's health says why.
func (s *schema) dropSilent(other *schema) {
	s.drop(func(k key) bool {
		target, _, _ := strings.Cut(k.subject, " ")
		_, answered := other.places[target]
		return !answered
	})
}

// firm is true for a metric with labels that is there because of what the
// endpoint is, not because of what happened: one that counted often, and a
// workload's own gauge. kubelet has gauges that appear with their first value.
func (s *schema) firm(e *exposition, name string, counted float64) bool {
	if e.families[name].GetType() == dto.MetricType_GAUGE {
		return !ofKubelet(e.Target)
	}
	return counted >= often
}

// event is what the name of a metric ends in that counts one aspect of events.
var event = regexp.MustCompile(`(?:_errors?|_failures?|_timeouts?|_retries)?(?:_duration|_latency)?(?:_seconds|_microseconds)?(?:_total|_count)?$`)

// dropChance forgets the metrics that only this side has, if they counted little
// and none of the same family of names counted often.
func (s *schema) dropChance(other *schema) {
	often := map[string]bool{}
	for k := range s.facts {
		if k.aspect == metricName && other.facts[k] == nil && !s.rare[k] {
			often[event.ReplaceAllString(k.subject, "")] = true
		}
	}
	s.drop(func(k key) bool {
		return s.rare[k] && other.facts[k] == nil && !often[event.ReplaceAllString(k.subject, "")]
	})
}
