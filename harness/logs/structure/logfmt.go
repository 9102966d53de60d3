package structure

import "bytes"

// logfmt takes a line of key=value pairs apart. It must be nothing else, and
// have a message or a level: plenty of free text begins with a pair.
func (p *Parser) logfmt(s []byte) bool {
	p.line.Form = Logfmt
	for s = s[spaces(s):]; len(s) > 0; s = s[spaces(s):] {
		key := keyLength(s)
		if key == 0 || key == len(s) || s[key] != '=' {
			return false
		}
		value, n := p.logfmtValue(s[key+1:])
		if n < 0 {
			return false
		}
		p.field(s[:key], value)
		s = s[key+1+n:]
	}
	p.line.Fields = p.fields
	return p.line.Message != nil || p.line.Level != NoLevel
}

// logfmtValue reads a value, in quotes or up to the next space; n is negative
// when quotes end in the middle of a word.
func (p *Parser) logfmtValue(s []byte) (value []byte, n int) {
	if text, n := p.unquote(s); n > 0 {
		if n < len(s) && spaces(s[n:]) == 0 {
			return nil, -1
		}
		return text, n
	}
	if n = bytes.IndexAny(s, " \t"); n < 0 {
		n = len(s)
	}
	return s[:n:n], n
}

// keyLength is the length of the key that s begins with.
func keyLength(s []byte) int {
	n := 0
	for n < len(s) && (isWordByte(s[n]) || n > 0 && (digits(s[n:n+1]) == 1 || s[n] == '.' || s[n] == '-' || s[n] == '/')) {
		n++
	}
	return n
}
