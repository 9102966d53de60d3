package compare

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/rehearse-dev/rehearse/harness/record"
	"github.com/rehearse-dev/rehearse/scenarios"
)

// tenfold is how far the amounts of a signal must lie apart to be told from
// chance.
const tenfold = 10

// Agents compares the signals that a scenario's agents declare. A signal that
// the baseline showed and the candidate does not breaks the agent; one that the
// baseline never showed proves nothing.
func Agents(agents []scenarios.Agent) Comparer {
	return Comparer{record.Agents, []string{record.ObjectsFile}, func(baseline, candidate *record.Recording) (Section, error) {
		var s Section
		for _, agent := range agents {
			b, err := listen(baseline, agent)
			if err != nil {
				return Section{}, err
			}
			c, err := listen(candidate, agent)
			if err != nil {
				return Section{}, err
			}
			for i, signal := range agent.Signals {
				if err := s.signal(signalOf{agent.Name, signal}, b.of(i), c.of(i)); err != nil {
					return Section{}, err
				}
			}
		}
		return s, nil
	}}
}

// heard is what there was of one signal on one side.
type heard struct {
	// amount is the sum of the numbers that a signal carries, or how often it was
	// seen when it carries none. A signal that only ever says 0 is no sign of
	// life.
	amount   float64
	evidence []Evidence
}

// audience is one agent on one side, and what there was of each of its signals.
type audience struct {
	name      string
	recording *record.Recording
	pods      []pod
	heard     []heard
	// settings are those of its configuration that say which logs it reads.
	settings []parserSetting
}

type signalOf struct {
	agent  string
	signal scenarios.Signal
}

func (s signalOf) String() string {
	if s.signal.Metric != "" {
		return "metric " + s.signal.Metric
	}
	return "log line /" + s.signal.Logs + "/"
}

// reception is one signal of an agent on one side.
type reception struct {
	heard
	*audience
}

func (a *audience) of(signal int) reception { return reception{a.heard[signal], a} }

func (s *Section) signal(of signalOf, b, c reception) error {
	k := key{of.String(), "agent " + of.agent}
	f := Finding{
		Kind: record.Agents, Aspect: k.aspect, Subject: k.subject, Severity: Changes,
		Evidence: slices.Concat(b.evidence, c.evidence),
		Assets:   []Asset{{Kind: "agent", Name: of.agent}},
	}
	var errs [2]error
	f.Baseline, errs[0] = b.said(c, &f)
	f.Candidate, errs[1] = c.said(b, &f)
	asset := &f.Assets[0]
	s.tried(record.Agents, k, [2]bool{b.amount > 0, c.amount > 0})
	switch {
	case b.amount == 0 && c.amount == 0:
		s.unproven(record.Agents, k)
	case c.amount == 0:
		f.Change, f.Severity, asset.Why = Lost, Breaks, of.String()+" is on the baseline, never on the candidate"
		s.differs(f)
	case b.amount == 0:
		f.Change, asset.Why = New, of.String()+" is on the candidate only"
		s.differs(f)
	case math.Max(b.amount, c.amount) >= tenfold*math.Min(b.amount, c.amount):
		f.Change, asset.Why = Changed, of.String()+" is ten times apart or more"
		s.differs(f)
	default:
		s.agrees(record.Agents, k)
	}
	return errors.Join(errs[:]...)
}

// said is what was heard, and for the quieter side what may be the reason. A
// setting that is to blame becomes evidence.
func (r reception) said(other reception, f *Finding) (string, error) {
	amount := "silence"
	if r.amount != 0 {
		amount = "heard, to the amount of " + strconv.FormatFloat(r.amount, 'f', -1, 64)
	}
	if r.amount >= other.amount {
		return amount, nil
	}
	why, setting, err := deafness(other.audience, r.audience)
	if setting != nil {
		f.Evidence = append([]Evidence{setting.evidence}, f.Evidence...)
	}
	return amount + why, err
}

// attend finds an agent on one side.
func attend(r *record.Recording, agent scenarios.Agent) (audience, error) {
	a := audience{name: agent.Name, recording: r}
	all, err := pods(r)
	if err != nil {
		return audience{}, err
	}
	for _, p := range all {
		if p.belongs(agent.Name) {
			a.pods = append(a.pods, p)
		}
	}
	a.settings, err = parserSettings(r, agent)
	if err != nil {
		return audience{}, fmt.Errorf("agent %q: %w", agent.Name, err)
	}
	return a, nil
}

// listen gathers an agent's signals on one side.
func listen(r *record.Recording, agent scenarios.Agent) (audience, error) {
	a, err := attend(r, agent)
	if err != nil {
		return audience{}, err
	}
	a.heard = make([]heard, len(agent.Signals))
	for i, signal := range agent.Signals {
		hear := a.metric
		if signal.Logs != "" {
			hear = a.logs
		}
		if a.heard[i], err = hear(cmp.Or(signal.Logs, signal.Metric)); err != nil {
			return audience{}, fmt.Errorf("agent %q: %w", agent.Name, err)
		}
		if len(a.heard[i].evidence) == 0 {
			a.heard[i].evidence = a.there()
		}
	}
	return a, nil
}

// belongs is true for a pod that is of the named app, by its role or by the
// labels that say so.
func (p *pod) belongs(app string) bool {
	return path.Base(p.role) == app || slices.ContainsFunc(
		[]string{"app.kubernetes.io/name", "app.kubernetes.io/instance", "k8s-app", "app"},
		func(label string) bool { return p.Metadata.Labels[label] == app },
	)
}

func (a *audience) has(uid string) bool {
	return slices.ContainsFunc(a.pods, func(p pod) bool { return p.Metadata.UID == uid })
}

// logs hears a regular expression in the messages of the agent's pods.
func (a *audience) logs(expression string) (heard, error) {
	in, err := regexp.Compile(expression)
	if err != nil {
		return heard{}, fmt.Errorf("signal %q: %w", expression, err)
	}
	var h heard
	var last []Evidence
	for entry, err := range record.Entries[record.LogFile](a.recording, record.LogIndex) {
		if err != nil {
			return heard{}, err
		}
		if entry.Entry.File == "" || !a.has(entry.Entry.PodUID) {
			continue
		}
		for line, err := range messages(a.recording, entry.Entry.File) {
			if err != nil {
				return heard{}, err
			}
			here := func() Evidence { return at(a.recording, entry.Entry.File, line.Number, string(line.Raw)) }
			if amount, ok := match(in, line.Message); ok {
				h.hear(amount, here)
			}
			last = []Evidence{here()}
		}
	}
	if len(h.evidence) == 0 {
		h.evidence = last // what the agent said instead
	}
	return h, nil
}

// there is evidence that the agent was there, for one that said nothing at all.
func (a *audience) there() []Evidence {
	for _, p := range a.pods {
		return []Evidence{p.evidence(a.recording, fmt.Sprintf("pod %s is %s", p.Metadata.Name, p.health()))}
	}
	return []Evidence{at(a.recording, record.ObjectsFile, 0, "no pod of the agent")}
}

func (h *heard) hear(amount float64, here func() Evidence) {
	h.amount += amount
	if amount > 0 && len(h.evidence) < maxEvidence {
		h.evidence = append(h.evidence, here())
	}
}

// match returns the number in the expression's first group; an expression
// without one counts as 1.
func match(in *regexp.Regexp, message []byte) (float64, bool) {
	groups := in.FindSubmatch(message)
	if groups == nil {
		return 0, false
	}
	if len(groups) > 1 {
		if n, err := strconv.ParseFloat(string(groups[1]), 64); err == nil {
			return n, true
		}
	}
	return 1, true
}

// metric hears a metric that the agent's pods expose.
func (a *audience) metric(name string) (heard, error) {
	var h heard
	for entry, err := range record.Entries[record.Exposition](a.recording, record.MetricsIndex) {
		if err != nil {
			return heard{}, err
		}
		if !a.exposes(entry.Entry) {
			continue
		}
		e, err := readExposition(a.recording, entry.Entry)
		if err != nil {
			continue // the comparer of metrics makes it a gap
		}
		var zero []Evidence
		for _, sample := range e.samples(name) {
			here := func() Evidence { return e.find(name, sample) }
			if sample.value == 0 {
				zero = []Evidence{here()}
			}
			h.hear(math.Abs(sample.value), here)
		}
		if len(h.evidence) == 0 {
			h.evidence = zero
		}
	}
	return h, nil
}

func (a *audience) exposes(e record.Exposition) bool {
	return slices.ContainsFunc(a.pods, func(p pod) bool {
		return p.Metadata.Name == e.Pod && strings.HasPrefix(e.Target, "pod/"+p.Metadata.Namespace+"/")
	})
}
