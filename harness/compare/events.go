package compare

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/rehearse-dev/rehearse/clusters"
	"github.com/rehearse-dev/rehearse/harness/normalise"
	"github.com/rehearse-dev/rehearse/harness/record"
)

// warnings are aspects named for the reason of an event.
const warning = "warning "

// Events compares what became of workloads that are in trouble on either side:
// the warnings that keep coming.
//
// Events are noisy by nature: which of them appear on the way to a healthy
// workload, and how often, is timing. So a workload that both sides end up
// running well is not judged by how it got there; normal events are not compared
// at all; and a warning counts from the second time on: once is chance, twice is
// behaviour. A container that is tried again and again alternates between
// failing and backing off, and which of the two was caught is chance too: the
// failures are compared, the backing off is not.
func Events() Comparer {
	return Comparer{record.Events, []string{record.EventsFile, record.ObjectsFile}, func(baseline, candidate *record.Recording) (Section, error) {
		b, err := warningsOf(baseline)
		if err != nil {
			return Section{}, err
		}
		c, err := warningsOf(candidate)
		if err != nil {
			return Section{}, err
		}
		troubled := map[string]bool{}
		for _, side := range []sideWarnings{b, c} {
			for role, health := range side.health {
				troubled[role] = troubled[role] || health != healthy
			}
		}
		only := func(k key, _ fact) bool { return !troubled[k.subject] }
		maps.DeleteFunc(b.facts, only)
		maps.DeleteFunc(c.facts, only)
		s := diff(record.Events, rules{"": {variants: true}}, b.facts, c.facts)
		s.prove(map[clusters.Side]func(key) Evidence{clusters.Baseline: b.absent, clusters.Candidate: c.absent})
		return s, nil
	}}
}

type sideWarnings struct {
	recording *record.Recording
	facts     facts
	health    map[string]string // by role
	pods      []pod
}

// absent points at a pod of the workload that has no such warning, or at the
// events when there is no such pod.
func (s sideWarnings) absent(k key) Evidence {
	for _, p := range s.pods {
		if p.role == k.subject {
			return p.evidence(s.recording, fmt.Sprintf("%s is %s, without any %s", p.Metadata.Name, p.health(), k.aspect))
		}
	}
	return at(s.recording, record.EventsFile, 0, "no "+k.aspect+" of "+k.subject)
}

func warningsOf(r *record.Recording) (sideWarnings, error) {
	list, err := pods(r)
	if err != nil {
		return sideWarnings{}, err
	}
	roles := map[string]string{} // by UID
	for _, p := range list {
		roles[p.Metadata.UID] = p.role
	}
	side := sideWarnings{r, facts{}, healths(list), list}
	times := map[key]map[string]int{}
	mask := normalise.New(r.Meta.Names)
	for line, err := range record.Entries[record.Event](r, record.EventsFile) {
		if err != nil {
			return sideWarnings{}, err
		}
		e := line.Entry
		role, known := roles[e.UID]
		if e.Kind != "Pod" || e.Type != "Warning" || !known || repeats(e) {
			continue
		}
		k, text := key{warning + e.Reason, role}, mask.Text(strings.TrimSpace(strings.TrimPrefix(e.Message, combined)))
		side.facts.add(k, text, at(r, record.EventsFile, line.Number, e.Reason+": "+e.Message))
		if times[k] == nil {
			times[k] = map[string]int{}
		}
		times[k][text] += int(max(e.Count, 1))
	}
	side.facts.forgetOnce(times)
	return side, nil
}

// forgetOnce removes the texts that came only once.
func (f facts) forgetOnce(times map[key]map[string]int) {
	for k, texts := range times {
		maps.DeleteFunc(f[k], func(text string, _ []Evidence) bool { return texts[text] < 2 })
		if len(f[k]) == 0 {
			delete(f, k)
		}
	}
}

// combined begins the message of events of which the API server kept one.
const combined = "(combined from similar events): "

// repeats is true for events that say nothing of their own: kubelet backs off, or
// one of its attempts came to nothing, for a reason that has an event too or
// that was gone the next moment.
func repeats(e record.Event) bool {
	return strings.HasSuffix(e.Reason, "BackOff") || strings.HasSuffix(e.Message, "BackOff") ||
		e.Reason == "FailedSync" || e.Reason == "FailedKillPod"
}

// The healths of a workload.
const (
	healthy    = "ready"
	restarting = "restarting again and again"
	unready    = "not ready"
)

// healths says how every role's pods ended up: as the worst of them.
func healths(list []pod) map[string]string {
	worst := map[string]string{}
	rank := []string{healthy, unready, restarting}
	for _, p := range list {
		h := p.health()
		if slices.Index(rank, h) >= slices.Index(rank, cmp.Or(worst[p.role], healthy)) {
			worst[p.role] = h
		}
	}
	return worst
}

func (p *pod) health() string {
	switch {
	case p.restarted():
		return restarting
	case !p.ready():
		return unready
	default:
		return healthy
	}
}
