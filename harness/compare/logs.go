package compare

import (
	"bytes"
	"path"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/rehearse-dev/rehearse/harness/logs"
	"github.com/rehearse-dev/rehearse/harness/normalise"
	"github.com/rehearse-dev/rehearse/harness/record"
)

// The aspects of a container's log files.
const (
	lineFormat   = "line format"
	logFile      = "log file"
	fileMode     = "log file mode"
	partialLines = "unfinished lines"
	timeZone     = "time zone"
	markup       = "markup"
	invalidUTF8  = "invalid UTF-8"
	rotatedNames = "names of rotated files"
)

// Logs compares the envelopes of container log files: how they lie on the node
// and how their lines are written, not what containers said.
func Logs() Comparer {
	return Comparer{record.Logs, []string{record.LogIndex}, func(baseline, candidate *record.Recording) (Section, error) {
		b, err := envelopes(baseline)
		if err != nil {
			return Section{}, err
		}
		c, err := envelopes(candidate)
		if err != nil {
			return Section{}, err
		}
		// What depends on what a container happened to write is compared only
		// where both sides have it.
		chance := rule{chance: true}
		s := diff(record.Logs, rules{
			lineFormat: chance, logFile: chance, fileMode: chance, partialLines: chance,
			timeZone: chance, markup: chance, invalidUTF8: chance, rotatedNames: chance,
			rotation: chance, startOfLog: chance,
		}, b, c)
		return s, s.readers(candidate)
	}}
}

// readers names the workloads that mount container logs from their node, for
// what they would notice: lines in another format and files in another place.
func (s *Section) readers(candidate *record.Recording) error {
	list, err := pods(candidate)
	if err != nil {
		return err
	}
	for i := range s.Findings {
		if f := &s.Findings[i]; f.Aspect == lineFormat || f.Aspect == logFile {
			f.touches(candidate, list, holdsLogs)
		}
	}
	return nil
}

// envelopes leaves out logs that have no path on a node: the API server gave
// them, which shows messages only.
func envelopes(r *record.Recording) (facts, error) {
	f := facts{}
	var files []logEntry
	for line, err := range record.Entries[record.LogFile](r, record.LogIndex) {
		if err != nil {
			return nil, err
		}
		if strings.HasPrefix(line.Entry.Namespace, suitePrefix) || line.Entry.Path == "" {
			continue
		}
		file := logEntry{r, line.Entry, line.Number}
		file.lie(f)
		if err := file.read(f); err != nil {
			return nil, err
		}
		files = append(files, file)
	}
	return f, rotations(r, files, f)
}

// logEntry is one log file and its line in the index.
type logEntry struct {
	recording *record.Recording
	record.LogFile
	line int
}

func (l logEntry) key(aspect string) key {
	role := l.Pod
	if p, ok := l.recording.Meta.Names.Pods[l.PodUID]; ok {
		role = p.Role
	}
	return key{aspect, path.Join(l.Namespace, role, l.Container)}
}

var (
	current = regexp.MustCompile(`^\d+\.log$`)
	digits  = regexp.MustCompile(`\d+`)
)

// lie adds how the file lies on the node.
func (l logEntry) lie(f facts) {
	here := func(text string) Evidence { return at(l.recording, record.LogIndex, l.line, text) }
	if name := path.Base(l.Path); !current.MatchString(name) {
		f.add(l.key(rotatedNames), digits.ReplaceAllString(normalise.Shape(name), "N"), here(l.Path))
		return
	}
	if l.Target == "" {
		f.add(l.key(logFile), "a regular file", here(l.Mode+" "+l.Path))
		f.add(l.key(fileMode), l.Mode, here(l.Mode+" "+l.Path))
		return
	}
	f.add(l.key(logFile), "a link to "+normalise.Shape(l.Target), here(l.Path+" -> "+l.Target))
}

// read adds how the file's lines are written.
func (l logEntry) read(f facts) error {
	if l.File == "" {
		return nil // a gap says why
	}
	for line, err := range logLines(l.recording, l.File) {
		if err != nil {
			return err
		}
		for aspect, value := range treatment(line) {
			if k := l.key(aspect); !f.enough(k, value) {
				f.add(k, value, at(l.recording, l.File, line.Number, string(line.Raw)))
			}
		}
	}
	return nil
}

// zone says in which time zone a timestamp is written.
func zone(timestamp string) string {
	if at := strings.LastIndexAny(timestamp, "Z+-"); at > len("2006-01-02") {
		return timestamp[at:]
	}
	return "none"
}

// treatment says how the line is written, and what was done to what is special
// in it.
func treatment(line *logs.Line) map[string]string {
	shown := map[string]string{lineFormat: formatOf[line.Format]}
	if line.Format == logs.Plain {
		return shown
	}
	shown[timeZone] = zone(string(line.Time))
	docker := line.Format == logs.Docker
	if line.Partial {
		shown[partialLines] = choose(docker, "value without a line break", "flag P")
	}
	if bytes.ContainsAny(line.Message, "<>&") {
		shown[markup] = choose(docker, `escaped, < as \u003c`, "as it is")
	}
	switch {
	case docker && bytes.Contains(line.Raw, []byte(`\ufffd`)):
		shown[invalidUTF8] = `replaced by \ufffd`
	case !docker && !utf8.Valid(line.Raw):
		shown[invalidUTF8] = "kept as it is"
	}
	return shown
}

func choose(first bool, a, b string) string {
	if first {
		return a
	}
	return b
}
