package searches

import (
	"bufio"
	"bytes"
	"cmp"
	"strings"

	"github.com/rehearse-dev/rehearse/harness/assets"
)

// fluentBit gathers the parsers and inputs of all files, since inputs usually name
// parsers of another file.
type fluentBit struct {
	parsers map[string]reader
	inputs  []fluentBitInput
}

// fluentBitInput is a tail input on container logs.
type fluentBitInput struct {
	assets.Asset
	parsers []string
}

// settings are a section's keys in lower case, and the line that each stands on.
type settings struct {
	kind   string
	line   int
	values map[string]string
	lines  map[string]int
}

// readFluentBit reads the classic format: sections in brackets, a key and a value per
// line.
func (l *loader) readFluentBit(data []byte) {
	var section settings
	in := bufio.NewScanner(bytes.NewReader(data))
	for number := 1; in.Scan(); number++ {
		line := strings.TrimSpace(in.Text())
		switch {
		case line == "" || line[0] == '#':
		case line[0] == '@' && strings.HasPrefix(strings.ToLower(line), "@include"):
			l.refuse(assets.LogParser, line, number, "name the file that is included in the scenario, too")
		case line[0] == '[':
			l.section(section)
			section = settings{strings.ToLower(strings.Trim(line, "[]")), number, map[string]string{}, map[string]int{}}
		case section.values != nil:
			key, value, _ := strings.Cut(line, " ")
			section.values[strings.ToLower(key)], section.lines[strings.ToLower(key)] = strings.TrimSpace(value), number
		default:
			l.invalid(number, "expected a [SECTION] of Fluent Bit, found %q", line)
			return
		}
	}
	l.section(section)
}

// readFluentBitYAML reads the same from YAML.
func (l *loader) readFluentBitYAML(root node) {
	of := func(kind string, n node) {
		s := settings{kind, n.line(), map[string]string{}, map[string]int{}}
		for key, value := range n.fields() {
			s.values[strings.ToLower(key.Value)] = strings.Join(value.strings(), ", ")
			s.lines[strings.ToLower(key.Value)] = key.line()
		}
		l.section(s)
	}
	for _, parser := range root.get("parsers").items() {
		of("parser", parser)
	}
	for _, input := range root.get("pipeline", "inputs").items() {
		of("input", input)
	}
}

func (l *loader) section(s settings) {
	switch s.kind {
	case "parser":
		l.fluentBitParser(s)
	case "input":
		l.fluentBitInput(s)
	}
}

func (l *loader) fluentBitParser(s settings) {
	switch format := strings.ToLower(s.values["format"]); format {
	case "json":
		l.fluentBit.parsers[s.values["name"]] = readsJSON
	case "regex":
		read, err := readsRegex(s.values["regex"])
		if err != nil {
			l.refuse(assets.LogParser, "fluent-bit parser "+s.values["name"], s.lines["regex"], "%v", err)
			return
		}
		l.fluentBit.parsers[s.values["name"]] = read
	}
}

func (l *loader) fluentBitInput(s settings) {
	if strings.ToLower(s.values["name"]) != "tail" || !containerLogs(s.values["path"]) {
		return
	}
	key := "multiline.parser"
	if s.values[key] == "" {
		key = "parser"
	}
	input := fluentBitInput{Asset: assets.Asset{
		Kind: assets.LogParser, Name: "fluent-bit " + cmp.Or(s.values["alias"], s.values["tag"], "tail"),
		File: l.file, Line: cmp.Or(s.lines[key], s.line),
	}}
	for parser := range strings.SplitSeq(s.values[key], ",") {
		if parser = strings.TrimSpace(parser); parser != "" {
			input.parsers = append(input.parsers, parser)
		}
	}
	if len(input.parsers) == 0 && strings.EqualFold(s.values["docker_mode"], "on") {
		input.parsers = []string{"docker"}
	}
	l.fluentBit.inputs = append(l.fluentBit.inputs, input)
}

// stock are the parsers that Fluent Bit comes with and that concern the envelope.
var stock = map[string]reader{
	"docker": readsDocker, "docker_no_time": readsDocker, "json": readsJSON, "cri": readsCRI,
}

// ofMessages are multi-line parsers that join messages, whatever their envelope.
var ofMessages = map[string]bool{"go": true, "java": true, "python": true, "ruby": true}

// resolve looks up the parsers that inputs name, once every file was read.
func (f *fluentBit) resolve(set *Set) {
	for _, input := range f.inputs {
		l := &loader{set: set, file: input.File}
		var readers []reader
		var formats []string
		unknown := ""
		for _, name := range input.parsers {
			read, ok := f.parsers[name]
			if !ok {
				read, ok = stock[name]
			}
			switch {
			case ok:
				readers, formats = append(readers, read), append(formats, name)
			case !ofMessages[name]:
				unknown = name
			}
		}
		if unknown != "" {
			l.refuse(input.Kind, input.Name, input.Line, "parser %q is in no file that the scenario names", unknown)
			continue
		}
		l.addParser(input.Name, input.Line, formats, readers)
	}
}
