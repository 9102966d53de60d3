package scenarios

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Problem is one mistake in a scenario file.
type Problem struct {
	File string `json:"file"`
	// Line counts from 1: where the mistake is, or where what lacks something
	// begins.
	Line int `json:"line"`
	// Path of the field, such as spec.workloads[1].manifests; empty for the
	// file as a whole.
	Path    string `json:"path,omitempty"`
	Message string `json:"message"`
	// Hint is a way to mend it, where one is known.
	Hint string `json:"hint,omitempty"`
}

// String is the problem on one line, beginning with file:line as editors
// understand it.
func (p Problem) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s:%d: ", p.File, p.Line)
	if p.Path != "" {
		fmt.Fprintf(&b, "%s: ", p.Path)
	}
	b.WriteString(p.Message)
	if p.Hint != "" {
		fmt.Fprintf(&b, " (%s)", p.Hint)
	}
	return b.String()
}

// InvalidError says that a scenario file cannot be used, and everything that is
// wrong with it.
type InvalidError struct {
	File string
	// Problems holds at least one, in the order of the file.
	Problems []Problem
}

// Error lists every problem on a line of its own.
func (e *InvalidError) Error() string {
	lines := []string{fmt.Sprintf("scenario %q has %s:", e.File, mistakes(len(e.Problems)))}
	for _, p := range e.Problems {
		lines = append(lines, "  "+p.String())
	}
	return strings.Join(lines, "\n")
}

func mistakes(n int) string {
	if n == 1 {
		return "a mistake"
	}
	return fmt.Sprintf("%d mistakes", n)
}

// problems gathers mistakes while a file is read.
type problems struct {
	file string
	// lines says where each field of the file stands.
	lines map[string]int
	list  []Problem
}

// add notes a mistake in the field at path, or in whatever should hold it.
func (p *problems) add(path, hint, format string, args ...any) {
	p.addAt(p.line(path), path, hint, fmt.Sprintf(format, args...))
}

func (p *problems) addAt(line int, path, hint, message string) {
	p.list = append(p.list, Problem{File: p.file, Line: line, Path: path, Message: message, Hint: hint})
}

// line is where the field at path stands; a field that the file leaves out is
// looked for where its parent begins.
func (p *problems) line(path string) int {
	for {
		if line, known := p.lines[path]; known {
			return line
		}
		cut := strings.LastIndexAny(path, ".[")
		if cut < 0 {
			return 1
		}
		path = path[:cut]
	}
}

// err is nil when nothing is wrong.
func (p *problems) err() error {
	if len(p.list) == 0 {
		return nil
	}
	slices.SortStableFunc(p.list, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Path, b.Path))
	})
	return &InvalidError{File: p.file, Problems: p.list}
}
