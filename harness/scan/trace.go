package scan

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/rehearse-dev/rehearse/harness/scan/finding"
)

// sources are the files that a chart is made of, to find the line that somebody
// would change.
type sources struct {
	dir string
	// archive says that the chart is one file, whose lines nobody sees.
	archive bool
	// lines are those of each file, by its path below dir with slashes.
	lines map[string][]string
	// values are the files of values, the one in use first.
	values []string
}

func newSources(dir string) *sources {
	s := &sources{dir: dir, lines: map[string][]string{}, values: []string{"values.yaml"}}
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		s.archive = true
		return s
	}
	// What cannot be read has no lines.
	_ = filepath.WalkDir(dir, func(file string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return nil
		}
		name, relErr := filepath.Rel(dir, file)
		data, reason := read(file)
		if relErr == nil && reason == "" && data != nil {
			s.lines[filepath.ToSlash(name)] = strings.Split(string(data), "\n")
		}
		return nil
	})
	return s
}

func (s *sources) count() int { return max(len(s.lines), 1) }

// prefer makes a file of values the first in which a value is looked for.
func (s *sources) prefer(file string) {
	if name, err := filepath.Rel(s.dir, file); err == nil {
		s.values = []string{filepath.ToSlash(name), "values.yaml"}
	}
}

// fileOf is the file of a template, by the name that Helm gives it: the chart's
// name, the names of the charts within, and the path in the last of them.
func (s *sources) fileOf(chart, template string) string {
	name := strings.TrimPrefix(template, chart+"/")
	switch {
	case s.archive:
		return filepath.ToSlash(s.dir)
	case s.lines[name] != nil:
		return path.Join(filepath.ToSlash(s.dir), name)
	}
	// A dependency that is an archive: charts/NAME-VERSION.tgz.
	if inner, ok := strings.CutPrefix(name, "charts/"); ok {
		dependency, _, _ := strings.Cut(inner, "/")
		if found, err := filepath.Glob(filepath.Join(s.dir, "charts", dependency+"-*.tgz")); err == nil && len(found) > 0 {
			return filepath.ToSlash(found[0])
		}
	}
	return path.Join(filepath.ToSlash(s.dir), name)
}

// trace gives a finding in a rendered template the place that it comes from: the
// same line of the template, or the value in a file of values. Where neither
// is certain, the template alone is named.
func (s *sources) trace(f finding.Finding, file, rendered string) finding.Finding {
	line := lineOf(rendered, f.Line)
	f.File, f.Line, f.Column = file, 0, 0
	f.Fix = nil // a template's text is not what was rendered
	name, err := filepath.Rel(s.dir, filepath.FromSlash(file))
	if s.archive || err != nil {
		return f
	}
	own := s.lines[filepath.ToSlash(name)]
	if place(&f, own, func(l string) bool { return strings.TrimSpace(l) == strings.TrimSpace(line) && line != "" }) {
		return f
	}
	filledIn := slices.ContainsFunc(own, func(l string) bool { return fitsAction(l, line) })
	switch {
	case filledIn && s.inValues(&f, f.Found):
	case filledIn:
		placeAction(&f, own, rendered, line)
	case place(&f, own, contains(f.Found)), s.inValues(&f, f.Found), s.inValues(&f, strings.TrimSpace(line)):
	}
	return f
}

// inValues puts a finding on the line of the values that has a text.
func (s *sources) inValues(f *finding.Finding, text string) bool {
	for _, values := range s.values {
		if text != "" && place(f, s.lines[values], contains(text)) {
			f.File = path.Join(filepath.ToSlash(s.dir), values)
			return true
		}
	}
	return false
}

// placeAction puts a finding on the line of a template that made the rendered
// one: what stands around its actions is the same. Of several such lines it takes
// the one whose turn it is.
func placeAction(f *finding.Finding, template []string, rendered, line string) {
	fits := func(written string) bool { return fitsAction(written, line) }
	turn := 0
	for l := range strings.Lines(rendered) {
		l = strings.TrimRight(l, "\r\n")
		if l == line {
			break
		}
		if slices.ContainsFunc(template, func(written string) bool { return fits(written) && fitsAction(written, l) }) {
			turn++
		}
	}
	for i, written := range template {
		if !fits(written) {
			continue
		}
		f.Line, f.Column = i+1, len(written)-len(strings.TrimLeft(written, " \t"))+1
		if turn--; turn < 0 {
			return
		}
	}
}

// fitsAction is true for a line of a template with an action in it and, around
// that, the text of a rendered line.
func fitsAction(written, line string) bool {
	written, line = strings.TrimSpace(written), strings.TrimSpace(line)
	open, end := strings.Index(written, "{{"), strings.LastIndex(written, "}}")
	return open > 2 && end > open && strings.HasPrefix(line, written[:open]) && strings.HasSuffix(line, written[end+2:])
}

// contains is true for lines with the text that are no comments.
func contains(text string) func(string) bool {
	return func(line string) bool {
		return text != "" && strings.Contains(line, text) && !strings.HasPrefix(strings.TrimSpace(line), "#")
	}
}

// place puts a finding on the first line that fits.
func place(f *finding.Finding, lines []string, fits func(string) bool) bool {
	for i, line := range lines {
		if !fits(line) {
			continue
		}
		f.Line = i + 1
		at := max(strings.Index(line, f.Found), len(line)-len(strings.TrimLeft(line, " \t-")))
		f.Column = utf8.RuneCountInString(line[:at]) + 1
		return true
	}
	return false
}

func lineOf(s string, line int) string {
	for l := range strings.Lines(s) {
		if line--; line == 0 {
			return strings.TrimRight(l, "\r\n")
		}
	}
	return ""
}

// suppressions are those of every file of the chart.
func (s *sources) suppressions() []suppression {
	var found []suppression
	for name, lines := range s.lines {
		if !isPartOfChart(strings.Split(name, "/")[0]) {
			continue // looked at as a file of its own
		}
		found = append(found, suppressionsIn(path.Join(filepath.ToSlash(s.dir), name), []byte(strings.Join(lines, "\n")))...)
	}
	return found
}
