package compare

import (
	"path"
	"strings"

	"github.com/rehearse-dev/rehearse/clusters"
	"github.com/rehearse-dev/rehearse/harness/catalogue"
	"github.com/rehearse-dev/rehearse/harness/record"
)

// query is the kind under which the catalogue knows what a PromQL expression
// lost, in a rule or in a panel.
const query = "query"

// attribution finds the causes of findings and folds those that have one cause,
// or one appearance, into one finding.
type attribution struct {
	catalogue *catalogue.Catalogue
	pair      Pair
}

// causes returns the catalogue entry that explains each finding, or the zero
// entry. How a workload ended up, and how often it got events on the way, is a
// consequence: it takes the cause of what events and status say of that workload,
// if there is only one. So does what a container says instead of something else,
// what a silenced agent no longer says or counts, and what is said by a workload that
// reaches for something that is not there any more.
func (a attribution) causes(found []Finding) []catalogue.Entry {
	causes := make([]catalogue.Entry, len(found))
	of, said, reached := causesOf{}, causesOf{}, causesOf{}
	for i, f := range found {
		causes[i] = a.explain(f)
		switch {
		case f.Kind == record.Events:
			of.add(workloadOf(f.Subject), causes[i])
		case f.Kind == record.Access:
			reached.add(f.Subject, causes[i])
		case f.Aspect == message && sourceOf(f.Subject) != runtimeJournal:
			said.add(sourceOf(f.Subject), causes[i])
		}
	}
	silenced := silencedAgents(found, causes)
	for i, f := range found {
		switch source := sourceOf(f.Subject); {
		case causes[i].ID != "":
		case f.Aspect == message && len(said[source]) > 0:
			causes[i] = said.only(source)
		case f.Aspect == message:
			causes[i] = silenced[path.Base(workloadOf(source))]
			if causes[i].ID == "" {
				causes[i] = reached.only(workloadOf(source))
			}
		case f.Aspect == health, f.Aspect == howMuch:
			causes[i] = of.only(f.Subject)
		case f.Aspect == metricName && f.Change == Lost:
			causes[i] = silenced[exposerOf(f.Subject)]
		}
	}
	return causes
}

// causesOf are the causes by which something differs, by its name and by their IDs.
type causesOf map[string]map[string]catalogue.Entry

func (c causesOf) add(name string, entry catalogue.Entry) {
	if entry.ID == "" {
		return
	}
	if c[name] == nil {
		c[name] = map[string]catalogue.Entry{}
	}
	c[name][entry.ID] = entry
}

// only is the cause of the named thing if it has one and no other.
func (c causesOf) only(name string) catalogue.Entry {
	if len(c[name]) != 1 {
		return catalogue.Entry{}
	}
	for _, entry := range c[name] {
		return entry
	}
	return catalogue.Entry{}
}

// silencedAgents are the causes by which agents went quiet or changed, by the name
// of the agent: what such an agent no longer says, or says instead, has that cause.
func silencedAgents(found []Finding, causes []catalogue.Entry) map[string]catalogue.Entry {
	silenced := map[string]catalogue.Entry{}
	for i, f := range found {
		if name, ok := strings.CutPrefix(f.Subject, "agent "); ok && f.Kind == record.Agents && causes[i].ID != "" {
			silenced[name] = causes[i]
		}
	}
	return silenced
}

// exposerOf is the workload whose pods expose a metric; empty for another endpoint.
func exposerOf(subject string) string {
	target, _, _ := strings.Cut(subject, " ")
	if !strings.HasPrefix(target, podTarget) {
		return ""
	}
	return path.Base(target)
}

// sourceOf is the container or the unit that a message comes from.
func sourceOf(subject string) string {
	source, _, _ := strings.Cut(subject, ": ")
	return source
}

// workloadOf cuts a container's name off a subject.
func workloadOf(subject string) string {
	if parts := strings.Split(subject, "/"); len(parts) == 3 {
		return parts[0] + "/" + parts[1]
	}
	return subject
}

// holdsFor are the kinds of Docker side that a finding holds for: those of its
// entry, and without one that at hand.
func (a attribution) holdsFor(entry catalogue.Entry) []clusters.Runtime {
	if entry.ID != "" && len(entry.Baselines) == 0 {
		return []clusters.Runtime{clusters.Docker, clusters.Dockershim}
	}
	if entry.ID != "" {
		return entry.Baselines
	}
	for _, r := range []clusters.Runtime{a.pair.Baseline.Runtime, a.pair.Candidate.Runtime} {
		if r == clusters.Docker || r == clusters.Dockershim {
			return []clusters.Runtime{r}
		}
	}
	return nil
}

// explain asks the catalogue, which knows Docker and containerd and not which of
// them is the baseline.
func (a attribution) explain(f Finding) catalogue.Entry {
	d, ok := a.difference(f)
	if !ok {
		return catalogue.Entry{} // nothing to explain between equals
	}
	entry, _ := a.catalogue.Explain(d)
	return entry
}

// difference is a finding as the catalogue knows differences; false where both
// sides have the same runtime.
func (a attribution) difference(f Finding) (catalogue.Difference, bool) {
	d := catalogue.Difference{Kind: string(f.Kind), Aspect: f.Aspect, Subject: f.Subject}
	switch {
	case f.Aspect == outcome:
		d.Kind = outcome // that a spec fails says less than what it saw
	case f.Kind == record.Rules || f.Kind == record.Dashboards:
		d.Kind = query // whatever asks it
	}
	b, c := a.pair.Baseline.Runtime, a.pair.Candidate.Runtime
	switch {
	case b != clusters.Containerd && c == clusters.Containerd:
		d.Runtime, d.Docker, d.Containerd = b, f.Baseline, f.Candidate
	case b == clusters.Containerd && c != clusters.Containerd:
		d.Runtime, d.Docker, d.Containerd = c, f.Candidate, f.Baseline
	default:
		return d, false
	}
	return d, true
}
