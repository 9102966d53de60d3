package compare

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/rehearse-dev/rehearse/clusters"
	"github.com/rehearse-dev/rehearse/harness/assets/queries"
	alertrules "github.com/rehearse-dev/rehearse/harness/assets/rules"
	"github.com/rehearse-dev/rehearse/harness/record"
)

// The aspects of what the monitoring in the clusters says.
const (
	loaded     = "is loaded"
	evaluation = "evaluation"
	liveState  = "state in the cluster"
	agreement  = "replay and cluster"
	muting     = "silences"
)

// Live compares what the Prometheus in each cluster makes of its rules: one side
// with the other, and each with the scenario's rules as they are replayed; and the
// routes and silences of its Alertmanager.
//
// A rule that the scenario names, too, is judged as an asset by its replay, which
// sees the same on both sides and waits as long as there is time for. Here only a
// difference between the replay and the cluster counts for it.
func Live(ctx context.Context, in Input) Comparer {
	return Comparer{Kind: record.Live, Run: func(baseline, candidate *record.Recording) (Section, error) {
		var s Section
		known, err := s.liveRules(ctx, in, baseline, candidate)
		if err != nil {
			return s, err
		}
		return s, errors.Join(s.routes(in, known, baseline, candidate), s.silences(baseline, candidate))
	}}
}

// rulesInCluster are the rules that a side's Prometheus has.
type rulesInCluster struct {
	recording *record.Recording
	rules     map[ruleKey]record.Line[record.LiveRule]
	// replayed are the same rules over what was recorded.
	replayed map[ruleKey]replayed
	maxFor   time.Duration
}

// ruleKey tells rules apart. Two that are equal in all of it do the same.
type ruleKey struct{ group, name, query string }

// subject names the rule in findings: without its query, where the name will do.
func (k ruleKey) subject(among map[ruleKey]bool) string {
	for other := range among {
		if other != k && other.group == k.group && other.name == k.name {
			return fmt.Sprintf("rule %s (group %s, %s)", k.name, k.group, shorten(k.query))
		}
	}
	return fmt.Sprintf("rule %s (group %s)", k.name, k.group)
}

// replayed is a rule's state at each evaluation over the recording.
type replayed struct {
	states []queries.Level
	times  []time.Time
}

// around are the states at a time and two evaluations around it: the cluster and
// the rehearsal scrape at other moments. After the end of the recording, its end
// counts.
func (r replayed) around(t time.Time) []queries.Level {
	after, _ := slices.BinarySearchFunc(r.times, t, time.Time.Compare)
	from := max(0, min(after, len(r.times)-1)-2)
	return r.states[from:min(len(r.states), after+2)]
}

// liveRules compares the rules that are loaded, and returns their names.
func (s *Section) liveRules(ctx context.Context, in Input, baseline, candidate *record.Recording) (names map[string]bool, err error) {
	var sides [2]*rulesInCluster
	for i, r := range [2]*record.Recording{baseline, candidate} {
		if !exists(r, record.LiveRules) {
			return nil, nil // not asked, or a gap says why
		}
		side, err := readLive(ctx, in, r)
		if err != nil {
			return nil, err
		}
		sides[i] = side
	}
	all := map[ruleKey]bool{}
	names = map[string]bool{}
	for _, side := range sides {
		for k := range side.rules {
			all[k], names[k.name] = true, true
		}
	}
	for _, k := range slices.SortedFunc(maps.Keys(all), func(a, b ruleKey) int {
		return cmp.Or(cmp.Compare(a.group, b.group), cmp.Compare(a.name, b.name), cmp.Compare(a.query, b.query))
	}) {
		s.liveRule(k, k.subject(all), sides)
	}
	return names, nil
}

func readLive(ctx context.Context, in Input, r *record.Recording) (*rulesInCluster, error) {
	side := &rulesInCluster{
		recording: r, rules: map[ruleKey]record.Line[record.LiveRule]{}, replayed: map[ruleKey]replayed{},
		maxFor: in.options().WithDefaults().MaxFor,
	}
	for line, err := range record.Entries[record.LiveRule](r, record.LiveRules) {
		if err != nil {
			return nil, err
		}
		side.rules[ruleKey{line.Entry.Group, line.Entry.Name, line.Entry.Query}] = line
	}
	return side, side.replay(ctx, in)
}

// replay evaluates the scenario's rules with the ranges that they are written with,
// as the cluster does.
func (c *rulesInCluster) replay(ctx context.Context, in Input) error {
	if c.recording.Series == nil || len(in.Scenario.Spec.Assets.AlertRules) == 0 {
		return nil
	}
	files, err := in.assetFiles(in.Scenario.Spec.Assets.AlertRules)
	if err != nil {
		return err
	}
	o := in.options()
	o.MaxRange = math.MaxInt64
	all, _, err := alertrules.Load(in.Assets, files, o) // what is wrong in them is said where they are judged
	if err != nil {
		return err
	}
	timelines, times, err := alertrules.Replay(ctx, all, seriesFrom(ctx, c.recording), o)
	if err != nil {
		return err
	}
	for i, r := range all {
		c.replayed[ruleKey{r.Group, r.Name, r.Expr.Node.String()}] = replayed{timelines[i].States, times}
	}
	return nil
}

// state is how far a rule got in the cluster when it was asked. An alert that has
// been pending for as long as the replay waits counts as firing.
func (c *rulesInCluster) state(r record.LiveRule) queries.Level {
	level := queries.Silent
	if r.Series > 0 {
		level = queries.Results
	}
	for _, a := range r.Alerts {
		waits := min(c.maxFor, time.Duration(r.ForSeconds*float64(time.Second)))
		if a.State == "firing" || r.Evaluated.Sub(a.Since) >= waits {
			return queries.Firing
		}
		level = max(level, queries.Pending)
	}
	return level
}

// stateText is how far a rule got, in a word.
func stateText(l queries.Level) string {
	if l == queries.Silent {
		return "inactive"
	}
	return l.String()
}

func (s *Section) liveRule(k ruleKey, subject string, sides [2]*rulesInCluster) {
	f := Finding{Kind: record.Live, Subject: subject, Severity: Changes, Change: Changed}
	var states [2]queries.Level
	var errs, has [2]string
	for i, side := range sides {
		line, ok := side.rules[k]
		states[i], errs[i] = side.state(line.Entry), line.Entry.Error
		has[i] = map[bool]string{true: loaded, false: "is not loaded"}[ok]
		f.Evidence = append(f.Evidence, at(side.recording, record.LiveRules, line.Number, said(line.Entry, ok)))
	}
	switch {
	case has[0] != has[1]:
		f.Aspect, f.Baseline, f.Candidate, f.Change = loaded, has[0], has[1], direction(has[0] == loaded)
	case (errs[0] == "") != (errs[1] == ""):
		f.Aspect, f.Baseline, f.Candidate = evaluation, cmp.Or(errs[0], "works"), cmp.Or(errs[1], "works")
	case s.agreesWithReplay(k, f, states, sides):
		return
	case states[0] == states[1]:
		s.agrees(record.Live, key{liveState, subject})
		return
	default:
		f.Aspect, f.Baseline, f.Candidate = liveState, stateText(states[0]), stateText(states[1])
		f.Change = direction(states[0] > states[1])
	}
	s.differs(f)
}

// direction is that of something that one side has more of.
func direction(baseline bool) Change {
	if baseline {
		return Lost
	}
	return New
}

// said is what a line of evidence says of a rule.
func said(r record.LiveRule, ok bool) string {
	if !ok {
		return "no such rule"
	}
	var states []string
	for _, a := range r.Alerts {
		states = append(states, fmt.Sprintf("%s since %s %v", a.State, a.Since.Format(time.RFC3339), a.Labels))
	}
	return fmt.Sprintf("%s: %s", r.Query, cmp.Or(strings.Join(states, "; "), "no alert"))
}

// agreesWithReplay compares the states of a rule with those that its replay had
// about that time; it is false for a rule that was not replayed on both sides.
func (s *Section) agreesWithReplay(k ruleKey, f Finding, states [2]queries.Level, sides [2]*rulesInCluster) bool {
	var values [2]string
	agree := true
	for i, side := range sides {
		line := side.rules[k]
		replayed, ok := side.replayed[k]
		if !ok || len(replayed.states) == 0 || line.Entry.Evaluated.IsZero() {
			return false
		}
		around := replayed.around(line.Entry.Evaluated)
		values[i] = fmt.Sprintf("%s in the cluster, %s in the replay", stateText(states[i]), stateText(around[len(around)-1]))
		agree = agree && slices.Contains(around, states[i])
	}
	f.Aspect, f.Baseline, f.Candidate = agreement, values[0], values[1]
	if agree {
		s.agrees(record.Live, key{f.Aspect, f.Subject})
		return true
	}
	// Not the move, but somebody who sees other series: the rehearsal, or Prometheus.
	f.Severity = Info
	s.differs(f)
	return true
}

// silences compares what is silenced in Alertmanager: an alert that nobody hears
// of on one side only is a difference of the two, not of their runtimes.
func (s *Section) silences(baseline, candidate *record.Recording) error {
	var sides [2]map[string]Evidence
	for i, r := range [2]*record.Recording{baseline, candidate} {
		if !exists(r, record.LiveSilences) {
			return nil
		}
		sides[i] = map[string]Evidence{}
		for line, err := range record.Entries[record.Silence](r, record.LiveSilences) {
			if err != nil {
				return err
			}
			if of := line.Entry; of.State == "active" {
				name := strings.Join(of.Matchers, ",")
				sides[i][name] = at(r, record.LiveSilences, line.Number, name+" "+of.Comment)
			}
		}
	}
	values := [2]string{"not silenced", "not silenced"}
	for _, name := range union(sides[0], sides[1]) {
		k := key{muting, "silence " + name}
		b, onBaseline := sides[0][name]
		c, onCandidate := sides[1][name]
		if onBaseline && onCandidate {
			s.agrees(record.Live, k)
			continue
		}
		f := Finding{Kind: record.Live, Aspect: k.aspect, Subject: k.subject, Severity: Changes, Change: Lost, Baseline: "silenced", Candidate: values[1]}
		if onCandidate {
			f.Change, f.Baseline, f.Candidate = New, values[0], "silenced"
		}
		for i, e := range [2]Evidence{b, c} {
			if e.File == "" {
				e = at([2]*record.Recording{baseline, candidate}[i], record.LiveSilences, 0, "no such silence")
			}
			f.Evidence = append(f.Evidence, e)
		}
		s.differs(f)
	}
	return nil
}

// liveNotes adds to the judgement of every alert rule what the cluster's own
// Prometheus made of it, where the replay is shorter than the rule is written.
func (s *Section) liveNotes(all []alertrules.Judgement, baseline, candidate *record.Recording) error {
	states := map[ruleKey][2]string{}
	for i, r := range [2]*record.Recording{baseline, candidate} {
		if !exists(r, record.LiveRules) {
			return nil
		}
		for line, err := range record.Entries[record.LiveRule](r, record.LiveRules) {
			if err != nil {
				return err
			}
			k := ruleKey{group: line.Entry.Group, name: line.Entry.Name}
			values := states[k]
			values[i] = rawState(line.Entry)
			states[k] = values
		}
	}
	for _, j := range all {
		values, ok := states[ruleKey{group: j.Rule.Group, name: j.Rule.Name}]
		if !j.Rule.Alerting || !ok {
			continue
		}
		s.noteRule(all, j.Rule.Name, fmt.Sprintf("the clusters' own Prometheus: %s on the %s, %s on the %s",
			cmp.Or(values[0], "not loaded"), clusters.Baseline, cmp.Or(values[1], "not loaded"), clusters.Candidate))
	}
	return nil
}

// rawState is a rule's state as Prometheus has it.
func rawState(r record.LiveRule) string {
	state := "inactive"
	for _, a := range r.Alerts {
		if state = a.State; state == "firing" {
			break
		}
	}
	return state
}
