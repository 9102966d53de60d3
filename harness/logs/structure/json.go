package structure

import "github.com/rehearse-dev/rehearse/internal/quoted"

// json takes a JSON object apart that is all of s. Values that are objects and
// arrays stay as they are written, so that only their brackets are looked at:
// it reads every valid object, and some that are not valid.
func (p *Parser) json(s []byte) bool {
	p.line.Form = JSON
	n := 1 + blank(s[1:])
	if n < len(s) && s[n] == '}' {
		return p.end(s[n+1:])
	}
	for n < len(s) {
		key, length := p.string(s[n:])
		n += length
		n += blank(s[n:])
		if length == 0 || n == len(s) || s[n] != ':' {
			return false
		}
		n++
		n += blank(s[n:])
		value, length := p.value(s[n:])
		if length == 0 {
			return false
		}
		p.field(key, value)
		n += length
		n += blank(s[n:])
		switch {
		case n < len(s) && s[n] == '}':
			return p.end(s[n+1:])
		case n == len(s) || s[n] != ',':
			return false
		}
		n++
		n += blank(s[n:])
	}
	return false
}

// end is true when nothing follows the object.
func (p *Parser) end(rest []byte) bool {
	p.line.Fields = p.fields
	return blank(rest) == len(rest)
}

// value reads one value. Strings are unquoted.
func (p *Parser) value(s []byte) (value []byte, n int) {
	if len(s) == 0 {
		return nil, 0
	}
	switch s[0] {
	case '"':
		return p.string(s)
	case '{', '[':
		n := balanced(s)
		return s[:n], n
	}
	for n < len(s) && s[n] != ',' && s[n] != '}' && blank(s[n:n+1]) == 0 {
		n++
	}
	return s[:n], n
}

func (p *Parser) string(s []byte) (text []byte, n int) {
	from := len(p.text)
	p.text, n = quoted.JSON(p.text, s)
	return p.text[from:len(p.text):len(p.text)], n
}

// blank counts the white space of JSON that s begins with.
func blank(s []byte) int {
	n := 0
	for n < len(s) && (s[n] == ' ' || s[n] == '\t' || s[n] == '\r' || s[n] == '\n') {
		n++
	}
	return n
}
