package compare

import (
	"errors"
	"maps"
	"math"
	"path"
	"slices"
	"strings"

	"github.com/rehearse-dev/rehearse/harness/record"
	"github.com/rehearse-dev/rehearse/scenarios"
)

// The aspects of what a log store answers to a query.
const (
	result = "result"
	fields = "set of fields"
)

// Stores compares what log stores answer: whether each query still finds
// anything, and how the records that it finds are stored. A query that finds
// nothing on the baseline proves nothing.
func Stores(s *scenarios.Scenario) Comparer {
	return Comparer{record.Stores, []string{record.StoresIndex}, func(baseline, candidate *record.Recording) (Section, error) {
		var section Section
		for _, store := range s.Spec.Assets.Live.Logs {
			for _, query := range store.Queries {
				one, err := compareSearch(search{store.Name, query, agentOf(s, query)}, baseline, candidate)
				if err != nil {
					return Section{}, err
				}
				section = join(section, one)
			}
		}
		return section, nil
	}}
}

// search is a query of a store, and the agent that ships what it looks for.
type search struct {
	store string
	scenarios.LogQuery
	agent scenarios.Agent
}

func (of search) name() string { return path.Join(of.store, of.Name) }

func agentOf(s *scenarios.Scenario, query scenarios.LogQuery) scenarios.Agent {
	for _, agent := range s.Spec.Agents {
		if agent.Name == query.Agent {
			return agent
		}
	}
	return scenarios.Agent{}
}

func compareSearch(of search, baseline, candidate *record.Recording) (Section, error) {
	b, err := readHarvest(baseline, of)
	if err != nil {
		return Section{}, err
	}
	c, err := readHarvest(candidate, of)
	if err != nil {
		return Section{}, err
	}
	s := Section{Gaps: slices.Concat(b.gaps(of), c.gaps(of))}
	if !b.answered || !c.answered {
		return s, nil
	}
	err = s.hits(of, b, c)
	if b.Hits > 0 && c.Hits > 0 {
		s.fields(of, b, c)
		s.traits(of, b, c)
	}
	return s, err
}

// finding is what all findings of a search have in common.
func (of search) finding(aspect, why string) Finding {
	return Finding{
		Kind: record.Stores, Aspect: aspect, Subject: "log search " + of.name(), Severity: Changes,
		Assets: []Asset{{Kind: "log search", Name: of.name(), Why: why}},
	}
}

// hits compares how much is found. Amounts that are less than ten times apart
// may be so by chance.
func (s *Section) hits(of search, b, c *harvest) error {
	f := of.finding(result, "")
	f.Evidence = slices.Concat(b.proof(), c.proof())
	var errs [2]error
	f.Baseline, errs[0] = b.said(c, &f)
	f.Candidate, errs[1] = c.said(b, &f)
	asset := &f.Assets[0]
	s.tried(record.Stores, key{f.Aspect, f.Subject}, [2]bool{b.Hits > 0, c.Hits > 0})
	switch {
	case b.Hits == 0 && c.Hits == 0:
		s.unproven(record.Stores, key{f.Aspect, f.Subject})
	case c.Hits == 0:
		f.Change, f.Severity, asset.Why = Lost, Breaks, "finds nothing on the candidate"
		s.differs(f)
	case b.Hits == 0:
		f.Change, asset.Why = New, "finds something on the candidate only"
		s.differs(f)
	case math.Max(float64(b.Hits), float64(c.Hits)) >= tenfold*math.Min(float64(b.Hits), float64(c.Hits)):
		f.Change, asset.Why = Changed, "finds ten times as much on one side, or more"
		s.differs(f)
	default:
		s.agrees(record.Stores, key{f.Aspect, f.Subject})
	}
	return errors.Join(errs[:]...)
}

// said is how much was found, and for a side that found nothing what may be the
// reason: how its agent reads logs.
func (h *harvest) said(other *harvest, f *Finding) (string, error) {
	amount := counted(h.Hits, "hit")
	if h.Hits > 0 || other.Hits == 0 || len(h.agent.pods) == 0 {
		return amount, nil
	}
	why, setting, err := deafness(other.agent, h.agent)
	if setting != nil {
		f.Evidence = append([]Evidence{setting.evidence}, f.Evidence...)
		f.Assets = append(f.Assets, Asset{Kind: "agent", Name: h.agent.name, Why: setting.String()})
	}
	return amount + why, err
}

// fields compares the names that all records of one side have and none of the
// other. What only some records have is chance.
func (s *Section) fields(of search, b, c *harvest) {
	lost, gained := b.alwaysBut(c), c.alwaysBut(b)
	f := of.finding(fields, "its records have other fields")
	if len(lost)+len(gained) == 0 {
		s.agrees(record.Stores, key{f.Aspect, f.Subject})
		return
	}
	f.Change = change(lost, gained)
	f.Baseline, f.Candidate = fieldNames(lost), fieldNames(gained)
	f.Evidence = slices.Concat(b.samples(), c.samples())
	s.differs(f)
}

func fieldNames(names fact) string {
	if len(names) == 0 {
		return "no field that the other side lacks"
	}
	return "all have " + strings.Join(slices.Sorted(maps.Keys(names)), ", ")
}

// traits compares what can be told of the records themselves, where both sides
// show it.
func (s *Section) traits(of search, b, c *harvest) {
	before, after := b.traits(of.Sequence), c.traits(of.Sequence)
	for _, aspect := range slices.Sorted(maps.Keys(before)) {
		was, is := before[aspect], after[aspect]
		f := of.finding(aspect, "its records differ in "+aspect)
		switch {
		case is.class == "":
		case was.class == is.class:
			s.agrees(record.Stores, key{f.Aspect, f.Subject})
		default:
			f.Change, f.Baseline, f.Candidate = Changed, was.text, is.text
			f.Evidence = slices.Concat(was.evidence, is.evidence)
			s.differs(f)
		}
	}
}
