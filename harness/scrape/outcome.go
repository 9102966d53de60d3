package scrape

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/rehearse-dev/rehearse/harness/record"
)

// writeTargets records what was scraped, and which of it did not answer.
func (s *session) writeTargets() error {
	if s.manager == nil {
		return nil // a gap says why
	}
	var list []record.Target
	jobs := map[string]bool{}
	for _, f := range s.pools.seen {
		t := s.target(f)
		jobs[f.job] = true
		list = append(list, t)
		if f.ready && t.Answered == 0 && (t.Failed > 0 || s.essential(f.job)) {
			s.gap(t.Job+" of "+f.url.Host, errors.New(cmp.Or(t.Error, "the recording ended before it was asked")))
		}
	}
	for _, name := range essential {
		if s.essential(name) && !jobs[name] {
			s.gap(name, errors.New("no target was found"))
		}
	}
	slices.SortFunc(list, compareTargets)
	return record.Lines(s.writer, record.TargetsFile, list)
}

func (s *session) essential(job string) bool {
	return s.pools.ours[job] && slices.Contains(essential, job)
}

func (s *session) target(f found) record.Target {
	t := record.Target{Job: f.job, Labels: f.labels.Map()}
	_, path, _ := strings.Cut(strings.TrimPrefix(f.url.Path, "/"), "/")
	t.Node, t.Namespace, t.Pod, t.Service = f.at.node, f.at.namespace, f.at.pod, f.at.service
	t.Path, t.Port = "/"+path, f.port
	if n := s.books.tallies[targetKey(f.labels)]; n != nil {
		t.Answered, t.Failed = n.answered, n.failed
	}
	if t.Failed > 0 {
		t.Error = cmp.Or(s.proxy.failure(f.url), s.failures[f.url.String()])
	}
	return t
}

func compareTargets(a, b record.Target) int {
	return cmp.Or(cmp.Compare(a.Job, b.Job), cmp.Compare(fmt.Sprint(a.Labels), fmt.Sprint(b.Labels)), cmp.Compare(a.Path, b.Path))
}

// writeFamilies records the types of what was scraped.
func (s *session) writeFamilies() error {
	list := slices.SortedFunc(maps.Keys(s.books.families), func(a, b record.Family) int {
		return cmp.Or(cmp.Compare(a.Job, b.Job), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Type, b.Type), cmp.Compare(a.Unit, b.Unit))
	})
	return record.Lines(s.writer, record.FamiliesFile, list)
}
