package strictyaml

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Problem is one mistake in a file.
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

// InvalidError says that a file cannot be used, and everything that is wrong with
// it.
type InvalidError struct {
	// What the file is, such as scenario.
	What string
	File string
	// Problems holds at least one, in the order of the file.
	Problems []Problem
}

// Error lists every problem on a line of its own.
func (e *InvalidError) Error() string {
	lines := []string{fmt.Sprintf("%s %q has %s:", e.What, e.File, mistakes(len(e.Problems)))}
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

// Problems gathers the mistakes of one file while it is read.
type Problems struct {
	// List holds them as they were found.
	List []Problem

	what, file string
	// lines says where each field of the file stands.
	lines map[string]int
}

// New gathers the mistakes of a file. What says what kind of file it is, such as
// scenario.
func New(what, file string) *Problems {
	return &Problems{what: what, file: file, lines: map[string]int{}}
}

// Add notes a mistake in the field at path, or in whatever should hold it.
func (p *Problems) Add(path, hint, format string, args ...any) {
	p.AddAt(p.Line(path), path, hint, fmt.Sprintf(format, args...))
}

// AddAt notes a mistake on a line.
func (p *Problems) AddAt(line int, path, hint, message string) {
	p.List = append(p.List, Problem{File: p.file, Line: line, Path: path, Message: message, Hint: hint})
}

// Line is where the field at path stands; a field that the file leaves out is
// looked for where its parent begins.
func (p *Problems) Line(path string) int {
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

// place puts the file itself before those that it names.
func (p *Problems) place(file string) int {
	if file == p.file {
		return 0
	}
	return 1
}

// Err is nil when nothing is wrong, and otherwise an [*InvalidError] with the
// mistakes in the order of the file, and behind them those of files that it names.
func (p *Problems) Err() error {
	if len(p.List) == 0 {
		return nil
	}
	slices.SortStableFunc(p.List, func(a, b Problem) int {
		return cmp.Or(p.place(a.File)-p.place(b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Path, b.Path))
	})
	return &InvalidError{What: p.what, File: p.file, Problems: p.List}
}
