package compare

import (
	"cmp"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/rehearse-dev/rehearse/clusters/runtime"
	"github.com/rehearse-dev/rehearse/harness/logs/structure"
	"github.com/rehearse-dev/rehearse/harness/logs/templates"
	"github.com/rehearse-dev/rehearse/harness/normalise"
	"github.com/rehearse-dev/rehearse/harness/record"
)

// message is the aspect of one make of log messages.
const message = "message"

// runtimeJournal is what the units of every runtime say, as one source: another
// runtime says the same in other words, from another unit.
const runtimeJournal = "journal of the runtime"

// How often a make of messages is there on one side before its absence on the
// other says something: what is said seldom depends on the moment.
const (
	// saidByWorkload is from when on a workload's message that only one side has is a
	// change. What it said less often is told as info if it is among the first lines of
	// a container, which every start says; later on, chance says such lines.
	saidByWorkload = 5
	firstLines     = 5
	saidBySystem   = often
	// saidMuch is how often one is said before an amount that is ten times another
	// says something.
	saidMuch = 5 * often
	// sameThing is how alike a lost and a new message are at least that are taken for
	// one in other words.
	sameThing = 0.5
)

// Messages compares what containers and units said: makes of messages that only one
// side has, that are ten times as many on one, or that are worded anew. Both sides
// are mined together, each source by itself.
func Messages() Comparer {
	return Comparer{record.Logs, []string{record.LogIndex}, func(baseline, candidate *record.Recording) (Section, error) {
		m := sources{}
		masks := [2]*normalise.Masker{normalise.New(baseline.Meta.Names), normalise.New(candidate.Meta.Names)}
		for group, r := range [2]*record.Recording{baseline, candidate} {
			if err := m.containers(r, group, masks); err != nil {
				return Section{}, err
			}
			if err := m.units(r, group, masks); err != nil {
				return Section{}, err
			}
		}
		var s Section
		for _, name := range slices.Sorted(maps.Keys(m)) {
			if said := m[name]; said.by[0] && said.by[1] {
				s.messages(name, said, [2]*record.Recording{baseline, candidate})
			}
		}
		return s, nil
	}}
}

// sources are all sources of messages, by name.
type sources map[string]*source

// source is what both sides said in one place.
type source struct {
	miner *templates.Miner
	by    [2]bool // sides that have the source at all
	own   bool    // of a workload, and not of the cluster itself
}

func (m sources) of(name string, own bool, group int, masks [2]*normalise.Masker) *source {
	if m[name] == nil {
		m[name] = &source{miner: templates.New(masks[0], masks[1]), own: own}
	}
	m[name].by[group] = true
	return m[name]
}

func (m sources) containers(r *record.Recording, group int, masks [2]*normalise.Masker) error {
	for entry, err := range record.Entries[record.LogFile](r, record.LogIndex) {
		if err != nil {
			return err
		}
		f := entry.Entry
		if f.File == "" || strings.HasPrefix(f.Namespace, suitePrefix) {
			continue
		}
		role := cmp.Or(r.Meta.Names.Pods[f.PodUID].Role, f.Pod)
		said := m.of(path.Join(f.Namespace, role, f.Container), f.Namespace != "kube-system", group, masks)
		for line, err := range messages(r, f.File) {
			if err != nil {
				return err
			}
			text := line.Message
			if f.Path == "" { // what the API server gives has no envelope
				text = line.Raw
			}
			said.miner.Add(group, decoded(text), templates.At{File: f.File, Line: line.Number, Text: line.Raw})
		}
	}
	return nil
}

func (m sources) units(r *record.Recording, group int, masks [2]*normalise.Masker) error {
	journals, err := r.Journals()
	if err != nil {
		return err
	}
	for _, file := range journals {
		for line, err := range record.Entries[record.JournalEntry](r, file) {
			if err != nil {
				return err
			}
			e := line.Entry
			said := m.of(journalOf(e.Unit), false, group, masks)
			text := []byte(e.Message)
			said.miner.AddAt(structure.Syslog(e.Priority), group, text, templates.At{File: file, Line: line.Number, Text: text})
		}
	}
	return nil
}

// decoded is a text with each byte that is no UTF-8 replaced, as Docker does before
// it writes a line and containerd does not: that is a matter of the envelope.
func decoded(text []byte) []byte {
	if utf8.Valid(text) {
		return text
	}
	return []byte(string([]rune(string(text))))
}

func journalOf(unit string) string {
	if slices.Contains(runtime.AllUnits(), unit) {
		return runtimeJournal
	}
	return "journal of " + unit
}

// messages judges one source: what both sides say agrees, and of what only one says,
// a new message that is like a lost one is that in other words.
func (s *Section) messages(name string, said *source, recordings [2]*record.Recording) {
	var lost, gained []templates.Template
	for _, t := range said.miner.Mine().Templates {
		if !said.own && strings.Contains(t.Text, suitePrefix) {
			continue // what suites did to the cluster is in their results
		}
		b, c := t.Counts[0], t.Counts[1]
		switch least := said.least(); {
		case b >= least && c == 0:
			lost = append(lost, t)
		case c >= least && b == 0:
			gained = append(gained, t)
		case max(b, c) >= saidMuch && max(b, c) >= tenfold*min(b, c) && min(b, c) > 0:
			s.message(name, said, utterance{&t, &t}, recordings)
		case b > 0 && c > 0:
			s.agrees(record.Logs, key{message, name + ": " + t.Text})
		}
	}
	for _, pair := range utterances(lost, gained) {
		if !said.own || pair.times() >= saidByWorkload || pair.first() {
			s.message(name, said, pair, recordings)
		}
	}
}

func (s *source) least() int {
	if s.own {
		return 1
	}
	return saidBySystem
}

// utterance is what one side said, and what the other said instead: nil for nothing.
type utterance [2]*templates.Template

// times is how often it was said on the side that said it most.
func (u utterance) times() int {
	most := 0
	for group, t := range u {
		if t != nil {
			most = max(most, t.Counts[group])
		}
	}
	return most
}

// first says that it is among what containers say first, and no complaint: who
// complains at the start waits for something else, which takes its time.
func (u utterance) first() bool {
	for group, t := range u {
		if t == nil {
			continue
		}
		if t.Level >= structure.Warning {
			return false
		}
		if places := t.Places(group, maxEvidence); !slices.ContainsFunc(places, func(p templates.Place) bool { return p.Line <= firstLines }) {
			return false
		}
	}
	return true
}

// utterances pairs what was lost with what is most like it among what is new.
func utterances(lost, gained []templates.Template) []utterance {
	var all []utterance
	for i := range lost {
		pair := utterance{&lost[i], nil}
		texts := make([]string, len(gained))
		for j := range gained {
			texts[j] = gained[j].Text
		}
		if at, alike := templates.Nearest(lost[i].Text, texts); at >= 0 && alike >= sameThing {
			found := gained[at]
			pair[1] = &found
			gained = slices.Delete(slices.Clone(gained), at, at+1)
		}
		all = append(all, pair)
	}
	for i := range gained {
		all = append(all, utterance{nil, &gained[i]})
	}
	return all
}

func (s *Section) message(name string, said *source, of utterance, recordings [2]*record.Recording) {
	f := Finding{Kind: record.Logs, Aspect: message, Change: Changed, Severity: Info}
	if said.own && of.times() >= saidByWorkload {
		f.Severity = Changes
	}
	shown := [2]string{}
	for group, t := range of {
		if t == nil {
			f.Evidence = append(f.Evidence, at(recordings[group], record.LogIndex, 0, name+" says nothing of the kind"))
			continue
		}
		shown[group] = strconv.Itoa(t.Counts[group]) + " times: " + t.Text
		for _, p := range t.Places(group, maxEvidence) {
			f.Evidence = append(f.Evidence, at(recordings[group], p.File, p.Line, p.Text))
		}
	}
	f.Baseline, f.Candidate = shown[0], shown[1]
	switch {
	case of[1] == nil:
		f.Change, f.Subject = Lost, name+": "+of[0].Text
	case of[0] == nil:
		f.Change, f.Subject = New, name+": "+of[1].Text
	default:
		f.Subject = name + ": " + min(of[0].Text, of[1].Text)
	}
	s.differs(f)
}
