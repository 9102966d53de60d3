package searches

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/rehearse-dev/rehearse/harness/assets"
	"github.com/rehearse-dev/rehearse/internal/strictyaml"
)

// Set is all that a scenario's files of log searches hold, in the order of the files.
type Set struct {
	Searches []*Search
	Parsers  []*Parser
	// Refused are those that cannot be judged, and why.
	Refused []assets.Refusal
	// Invalid are files that cannot be used.
	Invalid []*strictyaml.InvalidError
}

// Err is everything that is wrong with files, nil when nothing is. What was refused is
// no mistake.
func (s *Set) Err() error {
	var errs []error
	for _, invalid := range s.Invalid {
		errs = append(errs, invalid)
	}
	return errors.Join(errs...)
}

// All are the assets that can be judged, searches first.
func (s *Set) All() []assets.Asset {
	var all []assets.Asset
	for _, search := range s.Searches {
		all = append(all, search.Asset)
	}
	for _, parser := range s.Parsers {
		all = append(all, parser.Asset)
	}
	return all
}

// maxFileBytes is far more than a file of searches needs.
const maxFileBytes = 1 << 20

// Load reads files of dir, each in the format that its content shows. An error means
// that one could not be read at all; mistakes in it are in the set.
func Load(dir fs.FS, files []string) (*Set, error) {
	set := &Set{}
	agents := &fluentBit{parsers: map[string]reader{}}
	for _, file := range files {
		data, err := fs.ReadFile(dir, file)
		if err != nil {
			return nil, fmt.Errorf("reading log searches: %w", err)
		}
		l := &loader{set: set, file: file, fluentBit: agents}
		if len(data) > maxFileBytes {
			l.invalid(1, "%d bytes are more than the %d that a file of searches may have", len(data), maxFileBytes)
			continue
		}
		l.read(data)
	}
	agents.resolve(set)
	set.distinguish()
	return set, nil
}

// distinguish gives assets of one name in several places names of their own, since
// findings are known by them.
func (s *Set) distinguish() {
	var all []*assets.Asset
	for _, search := range s.Searches {
		all = append(all, &search.Asset)
	}
	for _, parser := range s.Parsers {
		all = append(all, &parser.Asset)
	}
	for i := range s.Refused {
		all = append(all, &s.Refused[i].Asset)
	}
	times := map[string]int{}
	for _, a := range all {
		times[a.String()]++
	}
	for _, a := range all {
		if times[a.String()] > 1 {
			a.Name += " (" + a.Place() + ")"
		}
	}
}

// loader reads one file into the set.
type loader struct {
	set       *Set
	file      string
	fluentBit *fluentBit // of all files together
}

func (l *loader) mistaken(found *strictyaml.Problems) {
	if invalid, ok := errors.AsType[*strictyaml.InvalidError](found.Err()); ok {
		l.set.Invalid = append(l.set.Invalid, invalid)
	}
}

func (l *loader) invalid(line int, format string, args ...any) {
	found := strictyaml.New("log searches", l.file)
	found.AddAt(line, "", "", fmt.Sprintf(format, args...))
	l.mistaken(found)
}

func (l *loader) refuse(kind, name string, line int, format string, args ...any) {
	l.set.Refused = append(l.set.Refused, assets.Refusal{
		Asset:  assets.Asset{Kind: kind, Name: name, File: l.file, Line: line},
		Reason: fmt.Sprintf(format, args...),
	})
}

// add makes a search of another tool's ready, or refuses it.
func (l *loader) add(s Search) {
	s.File, s.Kind = l.file, assets.LogSearch
	if err := s.compile(); err != nil {
		l.refuse(s.Kind, s.Name, s.Line, "%v", err)
		return
	}
	l.set.Searches = append(l.set.Searches, &s)
}

// format is a kind of file that is known by its content.
type format struct {
	name string
	is   func(root node) bool
	read func(l *loader, root node)
}

// formats of YAML and JSON files, tried in this order.
func formats() []format {
	has := func(paths ...string) func(node) bool {
		return func(root node) bool {
			for _, p := range paths {
				if !root.get(strings.Split(p, "/")...).ok() {
					return false
				}
			}
			return true
		}
	}
	either := func(a, b func(node) bool) func(node) bool { return func(n node) bool { return a(n) || b(n) } }
	return []format{
		{"node-problem-detector", has("plugin", "rules"), (*loader).readNPD},
		{"Sigma", has("detection"), (*loader).readSigma},
		{"Loki ruler", has("groups"), (*loader).readLoki},
		{"ElastAlert 2", has("type", "filter"), (*loader).readElastAlert},
		{"Filebeat", either(has("filebeat.inputs"), has("filebeat/inputs")), (*loader).readFilebeat},
		{"Promtail", has("scrape_configs"), (*loader).readPromtail},
		{"OpenTelemetry collector", has("receivers"), (*loader).readOTel},
		{"Fluent Bit (YAML)", either(has("pipeline/inputs"), has("parsers")), (*loader).readFluentBitYAML},
	}
}

func (l *loader) read(data []byte) {
	switch ext := path.Ext(l.file); {
	case ext == ".conf" && fluentdSource.Match(data):
		l.readFluentd(data)
	case ext == ".conf":
		l.readFluentBit(data)
	default:
		l.readYAML(data)
	}
}

// readYAML reads every document of a file, each in its own format.
func (l *loader) readYAML(data []byte) {
	documents := yaml.NewDecoder(bytes.NewReader(data))
	for first := true; ; first = false {
		var document yaml.Node
		err := documents.Decode(&document)
		if errors.Is(err, io.EOF) && !first {
			return
		}
		if err != nil && !errors.Is(err, io.EOF) {
			line, message := yamlMistake(err)
			l.invalid(line, "not valid YAML: %s", message)
			return
		}
		root := rootOf(&document)
		if root.get("kind").text() == Kind || root.get("searches").ok() {
			l.readOwn(data) // which has one document
			return
		}
		l.readDocument(root)
	}
}

func (l *loader) readDocument(root node) {
	var names []string
	for _, f := range formats() {
		if f.is(root) {
			f.read(l, root)
			return
		}
		names = append(names, f.name)
	}
	l.invalid(max(root.line(), 1), "not a file of searches that is known: expected `kind: %s`, or a file of %s, or .conf of Fluent Bit or Fluentd",
		Kind, strings.Join(names, ", "))
}

var yamlLine = regexp.MustCompile(`line (\d+): (.*)`)

// yamlMistake is the line of a syntax error, for which the library has no type.
func yamlMistake(err error) (line int, message string) {
	m := yamlLine.FindStringSubmatch(err.Error())
	if m == nil {
		return 1, err.Error()
	}
	if line, err = strconv.Atoi(m[1]); err != nil {
		return 1, m[2]
	}
	return line, m[2]
}
