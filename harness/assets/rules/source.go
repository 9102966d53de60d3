package rules

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// source is the text of a file.
type source struct{ name, text string }

// locate returns the line and column at which a byte of a scalar's value stands,
// whatever the scalar's style: plain, quoted, or a block. It reads value and text
// side by side and takes all that only the text has (quotes, indentation, line
// ends that were folded) for layout.
func (s source) locate(n *yaml.Node, offset int) (line, column int) {
	if n == nil {
		return 0, 0
	}
	for n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	at := s.start(n)
	value := n.Value[:min(max(offset, 0), len(n.Value))] + strings.TrimSpace(firstRune(n.Value, offset))
	last := at
	for _, c := range value {
		if unicode.IsSpace(c) {
			continue
		}
		skipped := strings.IndexRune(s.text[at:], c)
		if skipped < 0 {
			break
		}
		last = at + skipped
		at = last + utf8.RuneLen(c)
	}
	before := s.text[:last]
	return strings.Count(before, "\n") + 1, last - (strings.LastIndex(before, "\n") + 1) + 1
}

// firstRune is the character at an offset; none behind the end.
func firstRune(text string, offset int) string {
	if offset < 0 || offset >= len(text) {
		return ""
	}
	_, size := utf8.DecodeRuneInString(text[offset:])
	return text[offset : offset+size]
}

// start is the offset in the text at which a scalar's value may begin: behind the
// indicator of a block, at the quote or at the first character of all others.
func (s source) start(n *yaml.Node) int {
	at := 0
	for range n.Line - 1 {
		next := strings.IndexByte(s.text[at:], '\n')
		if next < 0 {
			return at
		}
		at += next + 1
	}
	if n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 {
		if next := strings.IndexByte(s.text[at:], '\n'); next >= 0 {
			return at + next + 1
		}
		return at
	}
	return min(at+max(n.Column-1, 0), len(s.text))
}
