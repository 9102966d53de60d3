package searches

import (
	"bytes"
	"encoding/json"
	"regexp"
	"slices"
	"strings"

	"github.com/rehearse-dev/rehearse/harness/assets"
)

// Parser is what a log agent is set to take container log lines for.
type Parser struct {
	assets.Asset
	// Formats are what it can read, as its settings name them.
	Formats []string

	readers []reader
}

// reader takes a raw line out of its envelope, or cannot.
type reader func(raw []byte) bool

// Parses says whether the agent can read the line as it lies in the file.
func (p *Parser) Parses(raw []byte) bool {
	return slices.ContainsFunc(p.readers, func(r reader) bool { return r(raw) })
}

// criLine is a line as the CRI prescribes it: time, stream, tags, message.
var criLine = regexp.MustCompile(`^\S+ (?:stdout|stderr) [FP](?::\S+)? `)

func readsCRI(raw []byte) bool { return criLine.Match(raw) }

// readsDocker is for a line as Docker writes it.
func readsDocker(raw []byte) bool {
	var line struct{ Log, Stream, Time *string }
	return json.Unmarshal(raw, &line) == nil && line.Log != nil && line.Time != nil
}

// readsJSON is for any JSON object.
func readsJSON(raw []byte) bool {
	raw = bytes.TrimSpace(raw)
	return len(raw) > 0 && raw[0] == '{' && json.Valid(raw)
}

// readsRegex is for lines that an expression matches.
func readsRegex(expression string) (reader, error) {
	re, err := compileRE(expression)
	if err != nil {
		return nil, err
	}
	return re.Match, nil
}

// addParser adds a parser, unless it has no reader.
func (l *loader) addParser(name string, line int, formats []string, readers []reader) {
	if len(readers) == 0 {
		l.refuse(assets.LogParser, name, line, "no parser takes lines out of their envelope: they are handed on as they lie")
		return
	}
	l.set.Parsers = append(l.set.Parsers, &Parser{
		Asset:   assets.Asset{Kind: assets.LogParser, Name: name, File: l.file, Line: line},
		Formats: formats, readers: readers,
	})
}

// containerLogs says whether a path or pattern leads to the logs of containers.
func containerLogs(paths ...string) bool {
	return slices.ContainsFunc(paths, func(p string) bool {
		return strings.Contains(p, "/var/log/containers") || strings.Contains(p, "/var/log/pods") ||
			strings.Contains(p, "/var/lib/docker/containers")
	})
}
