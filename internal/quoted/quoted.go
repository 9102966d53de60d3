// Package quoted reads quoted strings fast and without allocating, as log lines
// have them by the million: those of JSON, and those of Go and logfmt.
package quoted

import (
	"unicode/utf16"
	"unicode/utf8"
)

// JSON appends the string literal that s begins with, quote included, to dst. It
// gives the extended dst and the length of the literal, which is 0 when s does
// not begin with a valid one. It decodes as encoding/json does: whatever is not
// UTF-8 becomes U+FFFD.
func JSON(dst, s []byte) (text []byte, length int) {
	if len(s) == 0 || s[0] != '"' {
		return dst, 0
	}
	for n := 1; n < len(s); {
		plain := n
		for n < len(s) && !special[s[n]] {
			n++
		}
		dst = append(dst, s[plain:n]...)
		switch {
		case n == len(s) || s[n] < ' ':
			return dst, 0
		case s[n] == '"':
			return dst, n + 1
		case s[n] == '\\' && n+1 < len(s) && simple[s[n+1]] != 0:
			dst = append(dst, simple[s[n+1]])
			n += 2
		case s[n] == '\\':
			r, width := codePoint(s[n:])
			if width == 0 {
				return dst, 0
			}
			dst = utf8.AppendRune(dst, r)
			n += width
		default:
			r, width := utf8.DecodeRune(s[n:])
			dst = utf8.AppendRune(dst, r) // U+FFFD for what is no UTF-8
			n += width
		}
	}
	return dst, 0
}

// special are the bytes of a JSON string that are not copied as they are.
var special = func() (of [256]bool) {
	for c := range of {
		of[c] = c < ' ' || c == '"' || c == '\\' || c >= utf8.RuneSelf
	}
	return of
}()

// simple are what the escapes of one letter stand for; Go has two more.
var simple = [256]byte{
	'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t',
}

// codePoint decodes the escape \u that s begins with, or two of them that are a
// pair; a width of 0 means that it is none.
func codePoint(s []byte) (r rune, width int) {
	r, ok := hexadecimal(s, 'u', 4)
	if !ok {
		return 0, 0
	}
	if !utf16.IsSurrogate(r) {
		return r, 6
	}
	if low, ok := hexadecimal(s[6:], 'u', 4); ok {
		if pair := utf16.DecodeRune(r, low); pair != utf8.RuneError {
			return pair, 12
		}
	}
	return utf8.RuneError, 6
}

// hexadecimal reads the digits of an escape such as \u00e9.
func hexadecimal(s []byte, kind byte, digits int) (rune, bool) {
	if len(s) < 2+digits || s[0] != '\\' || s[1] != kind {
		return 0, false
	}
	var r rune
	for _, c := range s[2 : 2+digits] {
		switch {
		case '0' <= c && c <= '9':
			r = r<<4 | rune(c-'0')
		case 'a' <= c && c <= 'f':
			r = r<<4 | rune(c-'a'+10)
		case 'A' <= c && c <= 'F':
			r = r<<4 | rune(c-'A'+10)
		default:
			return 0, false
		}
	}
	return r, true
}

// Go appends the text of a string in double quotes as Go's %q writes it, and as
// logfmt does. It is lenient: what is no escape stays as it is, and so does what
// is not UTF-8.
func Go(dst, s []byte) (text []byte, length int) {
	if len(s) == 0 || s[0] != '"' {
		return dst, 0
	}
	for n := 1; n < len(s); {
		plain := n
		for n < len(s) && s[n] != '"' && s[n] != '\\' {
			n++
		}
		dst = append(dst, s[plain:n]...)
		if n == len(s) {
			break
		}
		if s[n] == '"' {
			return dst, n + 1
		}
		var width int
		if dst, width = goEscape(dst, s[n:]); width == 0 {
			dst = append(dst, '\\')
			width = 1
		}
		n += width
	}
	return dst, 0
}

// goEscape appends what the escape that s begins with stands for.
func goEscape(dst, s []byte) (text []byte, width int) {
	if b, ok := hexadecimal(s, 'x', 2); ok {
		return append(dst, byte(b)), 4
	}
	if r, ok := hexadecimal(s, 'U', 8); ok {
		return utf8.AppendRune(dst, r), 10
	}
	if r, ok := hexadecimal(s, 'u', 4); ok {
		return utf8.AppendRune(dst, r), 6
	}
	if len(s) < 2 {
		return dst, 0
	}
	switch s[1] {
	case 'a':
		return append(dst, '\a'), 2
	case 'v':
		return append(dst, '\v'), 2
	}
	if c := simple[s[1]]; c != 0 {
		return append(dst, c), 2
	}
	return dst, 0
}
