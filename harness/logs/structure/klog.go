package structure

import (
	"bytes"

	"github.com/rehearse-dev/rehearse/internal/quoted"
)

// klog writes "Lmmdd hh:mm:ss.uuuuuu threadid file:line] msg", where L is the
// first letter of the level.

// isKlog is true for a line with klog's header.
func isKlog(s []byte) bool {
	const stamp = len("I1124 08:00:00.000000 ")
	if len(s) < stamp || klogLevel(s[0]) == NoLevel || digits(s[1:]) != 4 || s[5] != ' ' || s[stamp-1] != ' ' {
		return false
	}
	for i, c := range s[6 : stamp-1] {
		want := "00:00:00.000000"[i]
		if want == '0' && (c < '0' || c > '9') || want != '0' && c != want {
			return false
		}
	}
	return headerEnd(s) > 0
}

// headerEnd is where the header's bracket is: behind the thread and the caller.
func headerEnd(s []byte) int {
	const stamp = len("I1124 08:00:00.000000 ")
	n := stamp + spaces(s[stamp:])
	thread := digits(s[n:])
	n += thread
	end := bytes.IndexByte(s[n:], ']')
	if thread == 0 || end < 0 || s[n] != ' ' || !isCaller(s[n+1:n+end]) {
		return 0
	}
	return n + end
}

func klogLevel(letter byte) Level {
	switch letter {
	case 'I':
		return Info
	case 'W':
		return Warning
	case 'E':
		return Error
	case 'F':
		return Fatal
	}
	return NoLevel
}

// klog takes a line apart that has klog's header. A message in quotes is that of
// the structured form, and what follows it are fields.
func (p *Parser) klog(s []byte) {
	end := headerEnd(s)
	p.line.Form, p.line.Level = Klog, klogLevel(s[0])
	p.line.Caller = s[bytes.LastIndexByte(s[:end], ' ')+1 : end]
	rest := s[end+1:]
	rest = rest[spaces(rest):]
	p.line.Message = rest
	if words, n := p.unquote(rest); n > 0 && (n == len(rest) || rest[n] == ' ') {
		p.line.Message = words
		p.klogFields(rest[n:])
	}
	p.line.Fields = p.fields
}

// klogFields reads key=value pairs. Values are quoted, or in brackets, or end at
// the next space; what is no pair belongs to the last value.
func (p *Parser) klogFields(s []byte) {
	for s = s[spaces(s):]; len(s) > 0; s = s[spaces(s):] {
		key := bytes.IndexAny(s, "= \"")
		if key <= 0 || s[key] != '=' {
			p.fields = append(p.fields, Field{Value: s})
			return
		}
		value, n := p.klogValue(s[key+1:])
		p.fields = append(p.fields, Field{s[:key], value})
		s = s[key+1+n:]
	}
}

func (p *Parser) klogValue(s []byte) (value []byte, n int) {
	if text, n := p.unquote(s); n > 0 {
		return text, n
	}
	if n := balanced(s); n > 0 {
		return s[:n], n
	}
	n = bytes.IndexByte(s, ' ')
	if n < 0 {
		n = len(s)
	}
	return s[:n], n
}

// unquote reads a string in Go's quotes, and keeps its text as long as the line.
func (p *Parser) unquote(s []byte) (text []byte, n int) {
	from := len(p.text)
	if p.text, n = quoted.Go(p.text, s); n == 0 {
		p.text = p.text[:from]
		return nil, 0
	}
	return p.text[from:len(p.text):len(p.text)], n
}

// balanced is the length of the bracketed value that s begins with, brackets in
// strings left out of the count; 0 when there is none, or it has no end.
func balanced(s []byte) int {
	depth, inString := 0, false
	for n := 0; n < len(s); n++ {
		switch c := s[n]; {
		case inString && c == '\\':
			n++
		case c == '"':
			inString = !inString
		case inString:
		case c == '{' || c == '[' || c == '(':
			depth++
		case c == '}' || c == ']' || c == ')':
			depth--
		}
		if depth == 0 && !inString {
			if n == 0 {
				return 0
			}
			return n + 1
		}
	}
	return 0
}
