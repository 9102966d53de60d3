// Package printable makes text that somebody else wrote safe to show.
package printable

import (
	"strings"
	"unicode/utf8"
)

// String replaces what must not reach a reader's terminal, browser or parser:
// control characters become their pictures (␛ for escape), and invalid UTF-8,
// characters that XML forbids and those that reverse the direction of the text
// around them become U+FFFD. Tabs and newlines stay.
func String(s string) string { return strings.Map(replace, s) }

// Line is String of s with every run of white space as one space.
func Line(s string) string { return String(strings.Join(strings.Fields(s), " ")) }

func replace(r rune) rune {
	switch {
	case r == '\n', r == '\t':
		return r
	case r < ' ':
		return '␀' + r
	case r == 0x7f:
		return '␡'
	case r >= 0x80 && r < 0xa0, r == 0xfffe, r == 0xffff,
		r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069:
		return utf8.RuneError
	}
	return r
}
