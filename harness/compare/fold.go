package compare

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/rehearse-dev/rehearse/clusters"
	"github.com/rehearse-dev/rehearse/harness/catalogue"
	"github.com/rehearse-dev/rehearse/harness/record"
	"github.com/rehearse-dev/rehearse/suites"
)

// severities from the gravest on.
var severities = []Severity{Breaks, Changes, Info}

// fold makes one finding of all that have one cause or one appearance, and names
// it in the checks and assets.
func (a attribution) fold(found []Finding, checks []Check, assets []JudgedAsset) []Finding {
	causes := a.causes(found)
	groups := map[string][]Finding{}
	for i, f := range found {
		name := causes[i].ID
		if name == "" {
			name = appearance(f)
		}
		groups[name] = append(groups[name], f)
	}
	folded := make([]Finding, 0, len(groups))
	renamed := map[string]string{}
	for _, id := range slices.Sorted(maps.Keys(groups)) {
		for _, f := range groups[id] {
			renamed[f.ID] = id
		}
		entry, _ := a.catalogue.Entry(id)
		folded = append(folded, a.one(id, entry, groups[id]))
	}
	for i := range checks {
		checks[i].Finding = renamed[checks[i].Finding]
	}
	for i := range assets {
		assets[i].Finding = renamed[assets[i].Finding]
	}
	return folded
}

// one makes one finding of a group; entry is the zero one for a group that
// nothing explains. What the group is about comes before its consequences, which
// only show in how grave it is and in its assets.
func (a attribution) one(id string, entry catalogue.Entry, group []Finding) Finding {
	slices.SortFunc(group, func(x, y Finding) int {
		return cmp.Or(consequence(x)-consequence(y), rank(x.Severity)-rank(y.Severity),
			cmp.Compare(x.Kind, y.Kind), cmp.Compare(x.Subject, y.Subject), cmp.Compare(x.Aspect, y.Aspect))
	})
	f := group[0]
	f.ID, f.Cause = id, entry.ID
	f.Remedy = strings.TrimSpace(cmp.Or(entry.Remedy, f.Remedy))
	if f.Kind == record.Metrics || f.Kind == record.Rules || f.Kind == record.Dashboards {
		f.Baselines = a.holdsFor(entry)
	}
	f.Severity = gravest(entry, group)
	f.Evidence, f.Assets = nil, nil
	for _, member := range group {
		f.Subjects = append(f.Subjects, member.Subject)
		f.Assets = append(f.Assets, member.Assets...)
		if member.Change != f.Change {
			f.Change = Changed
		}
	}
	slices.Sort(f.Subjects)
	f.Subjects = slices.Compact(f.Subjects)
	f.Subject = f.Subjects[0]
	f.Assets = distinct(f.Assets)
	f.Baseline, f.Candidate = values(group)
	f.Evidence = evidence(group)
	f.Title = cmp.Or(entry.Title, f.Title, title(f))
	return f
}

// followers are the kinds and aspects that show what comes of other differences.
var (
	followingKinds   = []record.Kind{record.Agents, record.Access, record.Stores, record.Searches, record.Rules, record.Dashboards}
	followingAspects = []string{health, outcome, message, howMuch}
)

// consequence is 1 for what may follow from other findings, such as an agent that
// went quiet, a rule that died or what a workload exposes.
func consequence(f Finding) int {
	exposed := f.Kind == record.Metrics && strings.HasPrefix(f.Subject, podTarget)
	if exposed || slices.Contains(followingKinds, f.Kind) || slices.Contains(followingAspects, f.Aspect) {
		return 1
	}
	return 0
}

// gravest is the severity of a group. The entry knows best how grave its
// difference is, unless something broke.
func gravest(entry catalogue.Entry, group []Finding) Severity {
	worst := slices.MinFunc(group, func(x, y Finding) int { return rank(x.Severity) - rank(y.Severity) }).Severity
	if entry.Severity != "" && worst != Breaks {
		return Severity(entry.Severity)
	}
	return worst
}

// distinct sorts assets and names each reason once. A workload that is a declared
// agent is named as the agent.
func distinct(assets []Asset) []Asset {
	agents := map[string]bool{}
	for _, a := range assets {
		if a.Kind == "agent" {
			agents[a.Name] = true
		}
	}
	assets = slices.DeleteFunc(assets, func(a Asset) bool { return a.Kind == "workload" && agents[path.Base(a.Name)] })
	slices.SortFunc(assets, func(x, y Asset) int {
		return cmp.Or(cmp.Compare(x.Kind, y.Kind), cmp.Compare(x.Name, y.Name), cmp.Compare(x.Why, y.Why),
			cmp.Compare(x.File, y.File), cmp.Compare(x.Line, y.Line))
	})
	return slices.Compact(assets)
}

// evidence takes a few places of each side: the first of every member before the
// second of any; after one of what the group is about, its consequences.
func evidence(group []Finding) []Evidence {
	order := slices.Clone(group)
	slices.SortStableFunc(order[1:], func(x, y Finding) int { return consequence(y) - consequence(x) })
	var all []Evidence
	for _, side := range clusters.Sides() {
		all = append(all, places(order, side)...)
	}
	return all
}

func places(order []Finding, side clusters.Side) []Evidence {
	var places []Evidence
	for round := range maxEvidence {
		for _, f := range order {
			of := f.on(side)
			if len(places) < maxEvidence && round < len(of) && !slices.Contains(places, of[round]) {
				places = append(places, of[round])
			}
		}
	}
	return places
}

// on is the evidence from one side.
func (f *Finding) on(side clusters.Side) []Evidence {
	var of []Evidence
	for _, e := range f.Evidence {
		if e.Side == side {
			of = append(of, e)
		}
	}
	return of
}

// appearance is the ID of findings that nothing explains. Those that look alike
// share one, whatever their subject: many containers, one reason. What became of
// an agent, a stimulus, a search, a rule, a panel, a workload or a spec of the user's
// is a matter of its own, and so is each amount; shipped specs that all went one way
// are one matter per suite.
func appearance(f Finding) string {
	h := fnv.New32a()
	switch {
	case f.Aspect == outcome && f.Severity != Breaks:
		suite, _, _ := strings.Cut(f.Subject, ": ")
		fmt.Fprintf(h, "%s\x00%s\x00%t\x00%t", f.Aspect, suite, passed(f.Baseline), passed(f.Candidate))
	case ownMatter(f):
		fmt.Fprintf(h, "%s\x00%s", f.Aspect, f.Subject)
	default:
		fmt.Fprintf(h, "%s\x00%s\x00%s\x00%s", f.Change, f.Aspect, f.Baseline, f.Candidate)
	}
	return fmt.Sprintf("%s-%08x", f.Kind, h.Sum32())
}

// ownMatter is true for a finding that shares no ID with others.
func ownMatter(f Finding) bool {
	switch f.Kind {
	case record.Specs, record.Agents, record.Stimuli, record.Searches, record.Rules, record.Dashboards:
		return true
	case record.Stores:
		return f.Aspect == result
	default:
		return f.Aspect == health || f.Aspect == howMuch
	}
}

func passed(outcome string) bool { return outcome == string(suites.Passed) }

// title says what a finding is about that no entry has words for.
func title(f Finding) string {
	what := f.Subject
	if more := len(f.Subjects) - 1; more > 0 {
		what += fmt.Sprintf(" and %d more", more)
	}
	switch {
	case f.Aspect == works:
		return what + map[Change]string{
			Lost: " is dead on the candidate", New: " is new on the candidate", Changed: " changes",
		}[f.Change]
	case f.Aspect == howMuch && f.Change == Lost:
		return what + ": there is none of it on the candidate"
	case f.Aspect == howMuch && f.Change == New:
		return what + ": there is none of it on the baseline"
	case f.Aspect == howMuch:
		return what + ": there is not as much of it on both sides"
	case f.Change == Lost:
		return what + ": " + f.Aspect + " is on the baseline only"
	case f.Change == New:
		return what + ": " + f.Aspect + " is on the candidate only"
	default:
		return what + ": " + f.Aspect + " differs"
	}
}

func rank(s Severity) int { return slices.Index(severities, s) }
