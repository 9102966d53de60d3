package compare

import (
	"maps"
	"path"
	"slices"

	"github.com/rehearse-dev/rehearse/harness/record"
)

// identities is the aspect of which pods and containers have series at all, at
// one level.
const identities = "workloads that have series"

// recorded collects what a schema learns from time series, beside what it knows
// from expositions: those show the end of a rehearsal, these all of it.
//
// What was scraped once only may have been about to go. It counts where the other
// side shows the same, and not against that side where it does not.
type recorded struct {
	schema *schema
	shared map[string]bool // the roles that both sides have
	pods   map[string]string
	// glimpsed is what was scraped at least once.
	glimpsed facts
	// counted sums up what metrics counted that no exposition has.
	counted map[key]float64
	// present are the pods and containers that had series.
	present map[presence]Evidence
}

// presence is that a pod, or a container of one, had series.
type presence struct {
	key
	role, container string
}

// addRecorded adds what time series show.
func (s *schema) addRecorded(shared, leaveOut map[string]bool) error {
	r := &recorded{
		schema: s, shared: shared, pods: podRoles(s.recording), glimpsed: facts{},
		counted: map[key]float64{}, present: map[presence]Evidence{},
	}
	s.inTime = r
	h, err := readHistory(s.recording, r.pods)
	if err != nil || h == nil {
		return err
	}
	for _, source := range h.answered {
		s.answered(source.name, at(s.recording, record.TargetsFile, source.line, ""))
	}
	err = h.each(func(one *series) {
		switch {
		case resources(one.source.name):
			r.addLevels(one)
		case !leaveOut[one.metric]:
			r.addMetric(one)
		}
	})
	r.addCounted()
	return err
}

// note adds a fact that one series shows.
func (r *recorded) note(k key, value string, by *series) {
	if len(r.glimpsed[k][value]) == 0 {
		r.glimpsed.add(k, value, by.evidence(r.schema.recording))
	}
	if by.samples > 1 && r.schema.facts[k][value] == nil {
		r.schema.facts.add(k, value, by.evidence(r.schema.recording))
	}
}

// addLevels adds at which level a resource metric has a series, and whose it is.
func (r *recorded) addLevels(one *series) {
	role := ""
	if pod := one.label("pod"); pod != "" {
		role = r.pods[one.label("namespace")+"/"+pod]
		if !r.shared[role] {
			return
		}
	}
	level := levelOf(one.source.name, one.label)
	r.note(key{levels, one.source.name + " " + one.metric}, level, one)
	if one.source.name == "kubelet/cadvisor" {
		for k, shape := range r.schema.shapes.identity(one.source.name, level, one.label) {
			r.note(k, shape, one)
		}
	}
	if level == containerLevel || level == podLevel {
		p := presence{key{identities, one.source.name + " " + level}, role, one.label("container")}
		if _, known := r.present[p]; !known {
			r.present[p] = one.evidence(r.schema.recording)
		}
	}
}

// addMetric adds that a metric is exposed, and how its labels are written.
func (r *recorded) addMetric(one *series) {
	k := key{metricName, one.source.name + " " + one.metric}
	sum, counting := r.counted[k]
	if counting || r.schema.facts[k] == nil {
		if !counting {
			r.schema.facts.add(k, "exposed", one.evidence(r.schema.recording))
		}
		counted := one.value
		if one.kind == "gauge" && !ofKubelet(one.source.name) {
			counted = often // it is there because of what the workload is
		}
		r.counted[k] = sum + counted
	}
	one.own(func(name, v string) {
		r.note(key{labelValue + name, one.source.name + " " + one.metric}, r.schema.shapes.value(name, v), one)
	})
}

// addCounted judges the metrics that no exposition has by how much they counted.
// Whether one has labels cannot be told: those without a value leave no trace.
func (r *recorded) addCounted() {
	for k, sum := range r.counted {
		r.schema.rare[k] = !(sum >= often) // which may be no number
	}
}

// forgive takes what the other side showed too briefly to be a fact for one, where
// this side has it as a fact.
func (r *recorded) forgive(other *recorded) {
	for k, values := range r.schema.facts {
		for value := range values {
			if seen := other.glimpsed[k][value]; seen != nil && other.schema.facts[k][value] == nil {
				other.schema.facts.add(k, value, seen[0])
			}
		}
	}
}

// compareIdentities adds which pods and containers have series, for workloads
// that ran on both sides all the time.
func compareIdentities(b, c *recorded) error {
	if len(b.present) == 0 || len(c.present) == 0 {
		return nil // nothing was scraped on one side, and a gap says so
	}
	steady, err := steadyRoles(b.schema.recording)
	if err != nil {
		return err
	}
	also, err := steadyRoles(c.schema.recording)
	if err != nil {
		return err
	}
	maps.DeleteFunc(steady, func(role string, _ bool) bool { return !also[role] })
	for _, r := range []*recorded{b, c} {
		for p, evidence := range r.present {
			if steady[p.role] {
				r.schema.facts.add(p.key, path.Join(p.role, p.container), evidence)
			}
		}
	}
	return nil
}

// steadyRoles are the roles all of whose pods are running and ready, and never
// had to start a container again.
func steadyRoles(r *record.Recording) (map[string]bool, error) {
	list, err := pods(r)
	if err != nil {
		return nil, err
	}
	steady := map[string]bool{}
	for _, p := range list {
		again := slices.ContainsFunc(p.statuses(), func(c container) bool { return c.RestartCount > 0 })
		fine := p.ready() && p.Status.Phase == "Running" && !again
		before, known := steady[p.role]
		steady[p.role] = fine && (before || !known)
	}
	maps.DeleteFunc(steady, func(_ string, fine bool) bool { return !fine })
	return steady, nil
}
