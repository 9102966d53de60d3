package searches

import (
	"bufio"
	"bytes"
	"cmp"
	"fmt"
	"regexp"
	"strings"

	"github.com/rehearse-dev/rehearse/harness/assets"
)

// fluentdSource tells Fluentd's files from Fluent Bit's, which have the same ending.
var fluentdSource = regexp.MustCompile(`(?m)^\s*<(source|match|filter|label|system|parse)\b`)

// directive is a block of Fluentd's configuration: its settings, and blocks within.
type directive struct {
	name   string
	line   int
	values map[string]string
	lines  map[string]int
	within []*directive
}

var (
	opening = regexp.MustCompile(`^<(\w+)[^>]*>$`)
	closing = regexp.MustCompile(`^</(\w+)>$`)
)

// readFluentd reads the sources that tail container logs, and how each parses them.
func (l *loader) readFluentd(data []byte) {
	root := newDirective("", 1)
	open := []*directive{root}
	in := bufio.NewScanner(bytes.NewReader(data))
	for number := 1; in.Scan(); number++ {
		line := strings.TrimSpace(in.Text())
		innermost := open[len(open)-1]
		switch {
		case line == "" || line[0] == '#':
		case opening.MatchString(line):
			d := newDirective(opening.FindStringSubmatch(line)[1], number)
			innermost.within = append(innermost.within, d)
			open = append(open, d)
		case closing.MatchString(line) && closing.FindStringSubmatch(line)[1] == innermost.name:
			open = open[:len(open)-1]
		case line[0] == '<':
			l.invalid(number, "%s does not close <%s>, which begins on line %d", line, innermost.name, innermost.line)
			return
		default:
			key, value, _ := strings.Cut(line, " ")
			innermost.values[key], innermost.lines[key] = strings.TrimSpace(value), number
		}
	}
	if last := open[len(open)-1]; last != root {
		l.invalid(last.line, "<%s> is never closed", last.name)
		return
	}
	for _, d := range root.within {
		if d.name == "source" {
			l.fluentdSource(d)
		}
	}
}

func newDirective(name string, line int) *directive {
	return &directive{name: name, line: line, values: map[string]string{}, lines: map[string]int{}}
}

func (l *loader) fluentdSource(d *directive) {
	if cmp.Or(d.values["@type"], d.values["type"]) != "tail" || !containerLogs(d.values["path"]) {
		return
	}
	name := "fluentd " + cmp.Or(d.values["@id"], d.values["tag"], "tail")
	parse := d
	for _, inner := range d.within {
		if inner.name == "parse" {
			parse = inner
		}
	}
	formats, readers, err := parse.reads()
	line := cmp.Or(parse.lines["format"], parse.line)
	if parse != d {
		line = cmp.Or(parse.lines["@type"], line)
	}
	if err != nil {
		l.refuse(assets.LogParser, name, line, "%v", err)
		return
	}
	l.addParser(name, line, formats, readers)
}

// reads says what a parse block, or a pattern of a multi_format one, can read.
func (d *directive) reads() ([]string, []reader, error) {
	format := d.values["format"]
	if d.name == "parse" {
		format = cmp.Or(d.values["@type"], format)
	}
	switch {
	case format == "json":
		return []string{format}, []reader{readsJSON}, nil
	case format == "cri":
		return []string{format}, []reader{readsCRI}, nil
	case format == "none" || format == "":
		return nil, nil, nil
	case format == "regexp" || strings.HasPrefix(format, "/"):
		expression := strings.Trim(cmp.Or(d.values["expression"], format), "/")
		read, err := readsRegex(expression)
		return []string{"regexp"}, []reader{read}, err
	case format != "multi_format":
		return nil, nil, fmt.Errorf("parser %q is not known", format)
	}
	var formats []string
	var readers []reader
	for _, pattern := range d.within {
		f, r, err := pattern.reads()
		if err != nil {
			return nil, nil, err
		}
		formats, readers = append(formats, f...), append(readers, r...)
	}
	return formats, readers, nil
}
