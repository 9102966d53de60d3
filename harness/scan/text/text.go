package text

import (
	"sort"
	"strings"
	"unicode/utf8"
)

// Place is where something stands in a file: line and column from one, the
// column in characters. The zero value is nowhere in particular.
type Place struct{ Line, Column int }

// Text is a piece of a file.
type Text struct {
	// Value is what it says, as whoever reads the file understands it: without
	// the indentation and the escapes of what it is nested in.
	Value string

	starts []int // offsets of lines; filled on first use
	// place is where the character at an offset of Value stands in the file.
	place func(offset int) Place
}

// New is the whole of a file. A byte order mark is no part of it.
func New(value string) *Text {
	return &Text{Value: strings.TrimPrefix(value, "\ufeff")}
}

// At is the place in the file of an offset in Value.
func (t *Text) At(offset int) Place {
	offset = min(max(offset, 0), len(t.Value))
	if t.place != nil {
		return t.place(offset)
	}
	line := t.lineAt(offset)
	return Place{line + 1, utf8.RuneCountInString(t.Value[t.lines()[line]:offset]) + 1}
}

// Lines is how many lines it has.
func (t *Text) Lines() int { return len(t.lines()) }

// Line is a line, counted from one, without its end; empty where there is none.
func (t *Text) Line(line int) string {
	if line < 1 || line > len(t.lines()) {
		return ""
	}
	from := t.starts[line-1]
	to := len(t.Value)
	if line < len(t.starts) {
		to = t.starts[line] - 1
	}
	return strings.TrimSuffix(t.Value[from:to], "\r")
}

// Offset is the offset in Value of a line and a column, both from one, the
// column in characters.
func (t *Text) Offset(line, column int) int {
	starts := t.lines()
	if line < 1 {
		return 0
	}
	if line > len(starts) {
		return len(t.Value)
	}
	offset := starts[line-1]
	for range column - 1 {
		if offset >= len(t.Value) || t.Value[offset] == '\n' {
			break
		}
		_, size := utf8.DecodeRuneInString(t.Value[offset:])
		offset += size
	}
	return offset
}

// Slice is the part of the text between two offsets.
func (t *Text) Slice(from, to int) *Text {
	from = min(max(from, 0), len(t.Value))
	to = min(max(to, from), len(t.Value))
	return &Text{Value: t.Value[from:to], place: func(offset int) Place { return t.At(from + offset) }}
}

// Derived is another text whose characters stand in t where offset says.
func (t *Text) Derived(value string, offset func(int) int) *Text {
	return &Text{Value: value, place: func(at int) Place { return t.At(offset(at)) }}
}

func (t *Text) lines() []int {
	if t.starts == nil {
		t.starts = []int{0}
		for i := range len(t.Value) {
			if t.Value[i] == '\n' {
				t.starts = append(t.starts, i+1)
			}
		}
	}
	return t.starts
}

// lineAt is the index of the line that an offset is on.
func (t *Text) lineAt(offset int) int {
	return sort.SearchInts(t.lines(), offset+1) - 1
}

// Joined is several texts one after the other, as the arguments of a command
// are, with separator between them. It is what a shell is given that a list of
// strings stands for.
func Joined(separator string, texts ...*Text) *Text {
	values := make([]string, len(texts))
	for i, t := range texts {
		values[i] = t.Value
	}
	return &Text{Value: strings.Join(values, separator), place: func(offset int) Place {
		for i, t := range texts {
			if offset <= len(t.Value) || i == len(texts)-1 {
				return t.At(offset)
			}
			offset -= len(t.Value) + len(separator)
			offset = max(offset, 0)
		}
		return Place{}
	}}
}

// Anywhere is a text of which only one place is known.
func Anywhere(value string, place Place) *Text {
	return &Text{Value: value, place: func(int) Place { return place }}
}
