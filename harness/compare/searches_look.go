package compare

import (
	"cmp"
	"iter"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/rehearse-dev/rehearse/harness/assets/searches"
	"github.com/rehearse-dev/rehearse/harness/normalise"
	"github.com/rehearse-dev/rehearse/harness/record"
)

// lookout is one side, and what all searches and parsers found there in one pass over
// its logs.
type lookout struct {
	recording *record.Recording
	mask      *normalise.Masker
	found     []found
	parsed    []share
	// last is the last line of each origin, by name.
	last map[string]searchLine
	// lines is how many there are of containers and journals.
	lines int
	// formats names those of container logs.
	formats string
}

// found is what one search found on one side.
type found struct{ message, raw *searches.Tally }

// in is what it found in one reading.
func (f found) in(reading searches.Reading) *searches.Tally {
	if reading == searches.Raw {
		return f.raw
	}
	return f.message
}

func look(r *record.Recording, set *searches.Set) (*lookout, error) {
	l := &lookout{
		recording: r, mask: normalise.New(r.Meta.Names), last: map[string]searchLine{}, parsed: make([]share, len(set.Parsers)),
	}
	for _, search := range set.Searches {
		l.found = append(l.found, found{searches.NewTally(search), searches.NewTally(search)})
	}
	var err error
	if l.formats, err = formats(r); err != nil {
		return nil, err
	}
	var raw, message searches.Line
	for line, err := range searchLines(r) {
		if err != nil {
			return nil, err
		}
		l.lines++
		l.last[line.origin.String()] = line
		line.fill(&raw, line.text)
		line.fill(&message, line.message)
		for i, search := range set.Searches {
			if !search.Covers(line.origin) {
				continue
			}
			if line.enveloped {
				l.found[i].raw.See(&raw, line.file, line.number, line.text)
			}
			if line.whole {
				l.found[i].message.See(&message, line.file, line.number, line.text)
			}
		}
		for i, parser := range set.Parsers {
			if line.enveloped {
				l.parsed[i].see(parser.Parses(line.text), line, r)
			}
		}
	}
	return l, nil
}

// here is the line as evidence.
func (s searchLine) here(r *record.Recording) Evidence {
	return at(r, s.file, s.number, string(s.text))
}

// searchLine is a line of a recorded log, as it lies there and taken out of its
// envelope.
type searchLine struct {
	origin *searches.Origin
	file   string
	number int
	text   []byte // as it lies there
	// enveloped is set where text is what lay on the node: not so for journals, and for
	// logs that the API server gave.
	enveloped bool
	// message is what was written, joined from its parts, once the line that ends it is
	// there: then it is whole.
	message []byte
	whole   bool
	stream  string
	time    time.Time
}

func (s searchLine) fill(l *searches.Line, text []byte) {
	l.Origin, l.Stream, l.Time = s.origin, s.stream, s.time
	l.Set(text)
}

// searchLines streams all log lines of a recording but those of suites, container by
// container and then the journals.
func searchLines(r *record.Recording) iter.Seq2[searchLine, error] {
	return func(yield func(searchLine, error) bool) {
		apps, err := appsOf(r)
		if err != nil {
			yield(searchLine{}, err)
			return
		}
		for entry, err := range record.Entries[record.LogFile](r, record.LogIndex) {
			if err != nil {
				yield(searchLine{}, err)
				return
			}
			if entry.Entry.File == "" || strings.HasPrefix(entry.Entry.Namespace, suitePrefix) {
				continue
			}
			for line, err := range containerLines(r, entry.Entry, apps) {
				if !yield(line, err) || err != nil {
					return
				}
			}
		}
		for line, err := range journalLines(r) {
			if !yield(line, err) || err != nil {
				return
			}
		}
	}
}

// containerLines streams one log file. It is all that searches need of a reader of log
// files.
func containerLines(r *record.Recording, f record.LogFile, apps map[string]string) iter.Seq2[searchLine, error] {
	role := cmp.Or(r.Meta.Names.Pods[f.PodUID].Role, f.Pod)
	origin := &searches.Origin{
		Namespace: f.Namespace, Workload: role, Pod: f.Pod, Container: f.Container, Node: f.Node, App: cmp.Or(apps[f.PodUID], role),
	}
	return func(yield func(searchLine, error) bool) {
		var parts []byte
		for line, err := range logLines(r, f.File) {
			if err != nil {
				yield(searchLine{}, err)
				return
			}
			message, partial := line.Message, line.Partial
			if f.Path == "" { // what the API server gives has no envelope
				message, partial = line.Raw, false
			}
			moment, err := line.When()
			if err != nil || f.Path == "" {
				moment = time.Time{} // a line without a time is in no window
			}
			parts = append(parts, message...)
			s := searchLine{
				origin: origin, file: f.File, number: line.Number, text: line.Raw, enveloped: f.Path != "",
				message: parts, whole: !partial, stream: line.Stream, time: moment,
			}
			if s.whole {
				parts = nil
			}
			if !yield(s, nil) {
				return
			}
		}
	}
}

// appsOf is what agents take for a pod's label app, by the pod's UID.
func appsOf(r *record.Recording) (map[string]string, error) {
	list, err := pods(r)
	apps := map[string]string{}
	for _, p := range list {
		apps[p.Metadata.UID] = cmp.Or(p.Metadata.Labels["app.kubernetes.io/name"], p.Metadata.Labels["app"])
	}
	return apps, err
}

func journalLines(r *record.Recording) iter.Seq2[searchLine, error] {
	return func(yield func(searchLine, error) bool) {
		files, err := r.Journals()
		if err != nil {
			yield(searchLine{}, err)
			return
		}
		for _, file := range files {
			origins := map[[2]string]*searches.Origin{}
			for line, err := range record.Entries[record.JournalEntry](r, file) {
				if err != nil {
					yield(searchLine{}, err)
					return
				}
				e := line.Entry
				who := [2]string{e.Unit, e.Identifier}
				if origins[who] == nil {
					node := strings.TrimSuffix(path.Base(file), ".jsonl")
					origins[who] = &searches.Origin{Unit: e.Unit, Identifier: e.Identifier, Node: node}
				}
				if !yield(searchLine{
					origin: origins[who], file: file, number: line.Number, text: []byte(e.Message),
					message: []byte(e.Message), whole: true, time: journalTime(e.Time),
				}, nil) {
					return
				}
			}
		}
	}
}

func journalTime(microseconds string) time.Time {
	n, err := strconv.ParseInt(microseconds, 10, 64)
	if err != nil {
		return time.Time{}
	}
	return time.UnixMicro(n)
}
