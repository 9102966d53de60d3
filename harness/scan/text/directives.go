package text

import "strings"

// Section is a headed part of a file of directives; the first one has no name
// and holds what stands before any header.
type Section struct {
	Name *Text
	Directives
}

// Directive is a key and what it is set to.
type Directive struct{ Key, Value *Text }

// Directives are the settings of a section, in their order. A key may come
// more than once.
type Directives []Directive

// Get is the last value of a key, whatever its case; empty when there is none.
func (d Directives) Get(key string) string {
	value := ""
	for _, each := range d {
		if strings.EqualFold(each.Key.Value, key) {
			value = each.Value.Value
		}
	}
	return value
}

// ReadDirectives reads a file of sections in brackets with one setting on each
// line. Between and value stands one of the separators: "=" for systemd units
// and INI files, " \t" for Fluent Bit. Lines that begin with # or ; are
// comments, and a backslash at the end of a line continues it, as systemd has it.
func ReadDirectives(t *Text, separators string) []Section {
	sections := []Section{{Name: t.Slice(0, 0)}}
	for start := 0; start < len(t.Value); {
		end := logicalEnd(t.Value, start)
		line := Unfold(t, start, end)
		start = end
		switch trimmed := strings.TrimSpace(line.Value); {
		case trimmed == "", strings.ContainsAny(trimmed[:1], "#;"):
		case trimmed[0] == '[' && strings.Contains(trimmed, "]"):
			open := strings.IndexByte(line.Value, '[') + 1
			sections = append(sections, Section{Name: line.Slice(open, open+strings.IndexByte(line.Value[open:], ']'))})
		default:
			last := &sections[len(sections)-1]
			last.Directives = append(last.Directives, directive(line, separators))
		}
	}
	return sections
}

// logicalEnd is where the line that begins at start ends, continuations and
// comments between them included.
func logicalEnd(s string, start int) int {
	comment := isComment(s[start:])
	for at := start; ; {
		end := strings.IndexByte(s[at:], '\n')
		if end < 0 {
			return len(s)
		}
		line := strings.TrimRight(s[at:at+end], " \t\r")
		at += end + 1
		if comment || !strings.HasSuffix(line, `\`) && (at == start+end+1 || !isComment(line)) {
			return at
		}
	}
}

func isComment(s string) bool {
	s = strings.TrimLeft(s, " \t")
	return s != "" && strings.ContainsAny(s[:1], "#;")
}

// Unfold is the lines between two offsets as one, without its continuations: spaces take the place of the
// backslashes and of comments, so that every character keeps its offset.
func Unfold(t *Text, start, end int) *Text {
	var b strings.Builder
	for line := range strings.Lines(t.Value[start:end]) {
		body := strings.TrimRight(line, " \t\r\n")
		if b.Len() > 0 && isComment(body) {
			body = ""
		}
		body = strings.TrimSuffix(body, `\`)
		b.WriteString(body + strings.Repeat(" ", len(line)-len(body)))
	}
	return t.Derived(b.String(), func(offset int) int { return start + offset })
}

func directive(line *Text, separators string) Directive {
	from := len(line.Value) - len(strings.TrimLeft(line.Value, " \t"))
	cut := strings.IndexAny(line.Value[from:], separators)
	if cut < 0 {
		return Directive{Key: line.Trim(from, len(line.Value)), Value: line.Slice(len(line.Value), len(line.Value))}
	}
	return Directive{Key: line.Trim(from, from+cut), Value: line.Trim(from+cut+1, len(line.Value))}
}

// Trim is the part of the text between two offsets, without space around it.
func (t *Text) Trim(from, to int) *Text {
	part := t.Value[from:to]
	from += len(part) - len(strings.TrimLeft(part, " \t\r\n"))
	return t.Slice(from, from+len(strings.TrimSpace(part)))
}
