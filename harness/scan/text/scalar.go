package text

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// Scalar is the value of a scalar in a document that was read from t.
func (t *Text) Scalar(n *yaml.Node) *Text {
	start := t.Offset(n.Line, n.Column)
	switch {
	case n.Line == 0:
		return Anywhere(n.Value, t.At(0))
	case n.Style&yaml.LiteralStyle != 0:
		return t.literal(n)
	case n.Style&yaml.FoldedStyle != 0 && n.Style&yaml.FlowStyle == 0:
		return t.folded(n, t.Offset(n.Line+1, 1)) // below its indicator
	case n.Style&yaml.DoubleQuotedStyle != 0:
		return t.quoted(n, start)
	case n.Style&yaml.SingleQuotedStyle != 0:
		start++
	}
	if strings.HasPrefix(t.Value[start:], n.Value) {
		return t.Slice(start, start+len(n.Value))
	}
	return t.folded(n, start)
}

// literal maps the lines of a block, each of which stands on a line of its own,
// further right.
func (t *Text) literal(n *yaml.Node) *Text {
	indent := t.indent(n)
	own := New(n.Value)
	return t.Derived(n.Value, func(offset int) int {
		line := own.lineAt(offset)
		from := t.Offset(n.Line+1+line, 1)
		return min(from+indent+offset-own.lines()[line], len(t.Value))
	})
}

// indent is how far right a block's lines begin: its first line that is not
// empty says it.
func (t *Text) indent(n *yaml.Node) int {
	for line := n.Line + 1; line <= t.Lines(); line++ {
		text := t.Line(line)
		if trimmed := strings.TrimLeft(text, " "); trimmed != "" {
			own := strings.TrimLeft(n.Value, "\n")
			return len(text) - len(trimmed) - (len(own) - len(strings.TrimLeft(own, " ")))
		}
	}
	return 0
}

// folded maps what YAML has folded by its words: folding changes nothing but
// the space between them.
func (t *Text) folded(n *yaml.Node, start int) *Text {
	return t.Derived(n.Value, func(offset int) int {
		words, within := wordsBefore(n.Value, offset)
		return skipWords(t.Value, start, words) + within
	})
}

// wordsBefore counts the words before the one at an offset, and how far the
// offset is into that.
func wordsBefore(s string, offset int) (words, within int) {
	start := -1
	for i, r := range s[:offset] {
		switch space := unicode.IsSpace(r); {
		case !space && start < 0:
			start = i
		case space && start >= 0:
			words, start = words+1, -1
		}
	}
	if start >= 0 {
		within = offset - start
	}
	return words, within
}

// skipWords is the offset of the word after so many others.
func skipWords(s string, from, words int) int {
	inside := false
	for i, r := range s[from:] {
		switch space := unicode.IsSpace(r); {
		case !space && !inside:
			if words == 0 {
				return from + i
			}
			inside = true
		case space && inside:
			words, inside = words-1, false
		}
	}
	return len(s)
}

// quoted maps a string in double quotes, of JSON or YAML, by reading its escapes.
func (t *Text) quoted(n *yaml.Node, start int) *Text {
	return t.Derived(n.Value, func(offset int) int {
		at := start + 1
		for seen := 0; seen < offset && at < len(t.Value); {
			raw, value := escape(t.Value[at:])
			at, seen = at+raw, seen+value
		}
		return min(at, len(t.Value))
	})
}

// escape is how long the character at the start of s is as it is written in
// double quotes, and how long what it stands for is. A folded line break counts
// as one space.
func escape(s string) (raw, value int) {
	if s[0] == '\n' {
		return 1 + len(s[1:]) - len(strings.TrimLeft(s[1:], " \t")), 1
	}
	if s[0] != '\\' || len(s) < 2 {
		_, size := utf8.DecodeRuneInString(s)
		return size, size
	}
	switch s[1] {
	case 'u':
		return min(6, len(s)), 1
	case 'x':
		return min(4, len(s)), 1
	case 'U':
		return min(10, len(s)), 1
	case '\n':
		return 2 + len(s[2:]) - len(strings.TrimLeft(s[2:], " \t")), 0
	}
	return 2, 1
}
