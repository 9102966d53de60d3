package compare

import (
	"github.com/rehearse-dev/rehearse/clusters"
	"github.com/rehearse-dev/rehearse/harness/normalise"
	"github.com/rehearse-dev/rehearse/harness/record"
)

// happened is the aspect of a stimulus.
const happened = "happened"

// Stimuli compares what was done to both sides: whether each stimulus happened.
// One that happened on neither side is a gap, since whatever waited for it had no
// reason to speak.
func Stimuli() Comparer {
	return Comparer{record.Stimuli, nil, func(baseline, candidate *record.Recording) (Section, error) {
		b, err := played(baseline)
		if err != nil {
			return Section{}, err
		}
		c, err := played(candidate)
		if err != nil {
			return Section{}, err
		}
		var s Section
		for _, name := range b.order {
			s.stimulus(name, b, c)
		}
		return s, nil
	}}
}

// playbill is what was done to one side.
type playbill struct {
	recording *record.Recording
	mask      *normalise.Masker
	order     []string
	entries   map[string]record.Line[record.Stimulus]
}

func played(r *record.Recording) (playbill, error) {
	p := playbill{recording: r, mask: normalise.New(r.Meta.Names), entries: map[string]record.Line[record.Stimulus]{}}
	for line, err := range record.Entries[record.Stimulus](r, record.StimuliFile) {
		if err != nil {
			return p, err
		}
		p.order = append(p.order, line.Entry.Name)
		p.entries[line.Entry.Name] = line
	}
	return p, nil
}

// value says what showed that a stimulus happened; it is empty for one that did not.
func (p playbill) value(name string) string {
	line, ok := p.entries[name]
	switch {
	case !ok || line.Entry.Missing != "":
		return ""
	case line.Entry.Evidence == "":
		return happened
	default:
		return happened + ": " + p.mask.Text(line.Entry.Evidence)
	}
}

func (p playbill) why(name string) string {
	if line, ok := p.entries[name]; ok {
		return line.Entry.Missing
	}
	return "it was not done"
}

func (p playbill) evidence(name string) Evidence {
	line := p.entries[name]
	text := line.Entry.Evidence
	if text == "" {
		text = p.why(name)
	}
	return at(p.recording, record.StimuliFile, line.Number, text)
}

func (s *Section) stimulus(name string, b, c playbill) {
	k := key{happened, "stimulus " + name}
	f := Finding{
		Kind: record.Stimuli, Aspect: k.aspect, Subject: k.subject, Severity: Changes,
		Baseline: b.value(name), Candidate: c.value(name),
		Evidence: []Evidence{b.evidence(name), c.evidence(name)},
	}
	s.tried(record.Stimuli, k, [2]bool{f.Baseline != "", f.Candidate != ""})
	switch {
	case f.Baseline != "" && f.Candidate != "":
		s.agrees(record.Stimuli, k)
	case f.Baseline != "":
		f.Change, f.Candidate = Lost, c.why(name)
		s.differs(f)
	case f.Candidate != "":
		f.Change, f.Baseline = New, b.why(name)
		s.differs(f)
	default:
		s.unproven(record.Stimuli, k)
		for side, p := range map[clusters.Side]playbill{clusters.Baseline: b, clusters.Candidate: c} {
			s.Gaps = append(s.Gaps, Gap{Side: side, Gap: record.Gap{Kind: record.Stimuli, Subject: name, Reason: p.why(name)}})
		}
	}
}
