// Package wrap breaks text into lines for people to read.
package wrap

import (
	"strings"
	"unicode/utf8"
)

// Lines breaks text at white space into lines of at most width characters; a
// longer word gets a line of its own. A text without words has no lines.
func Lines(text string, width int) []string {
	var lines []string
	line, length := "", 0
	for word := range strings.FieldsSeq(text) {
		n := utf8.RuneCountInString(word)
		if length > 0 && length+1+n > width {
			lines = append(lines, line)
			line, length = "", 0
		}
		if length > 0 {
			line, length = line+" ", length+1
		}
		line, length = line+word, length+n
	}
	if length > 0 {
		lines = append(lines, line)
	}
	return lines
}

// Indent is the lines of text, each behind a margin and with a line break; the
// width counts the margin.
func Indent(text, margin string, width int) string {
	var out strings.Builder
	for _, line := range Lines(text, width-len(margin)) {
		out.WriteString(margin + line + "\n")
	}
	return out.String()
}
