package structure

import (
	"bytes"
	"slices"
)

// Form is how a message is built.
type Form uint8

// The forms.
const (
	Text Form = iota // free text
	Klog
	JSON
	Logfmt
)

// String names the form as reports do.
func (f Form) String() string {
	return [...]string{"text", "klog", "json", "logfmt"}[f]
}

// Line is what one message says.
type Line struct {
	Form  Form
	Level Level
	// Caller is where in the program the line comes from, such as server.go:12;
	// empty when it does not say.
	Caller []byte
	// Message are the words. Free text is all message, its level included.
	Message []byte
	// Fields are in the order of the line, without what has a place above and
	// without its time.
	Fields []Field
}

// Field is one named value. Strings are without their quotes; a nested value is
// as it was written.
type Field struct{ Key, Value []byte }

// Parser takes messages apart. It holds no state but the memory that it uses
// again; the zero value is ready.
type Parser struct {
	fields []Field
	text   []byte // what strings were unquoted to
	line   Line
}

// Parse takes one message apart. The result shares memory with the message and
// with the parser, and is good until the next call.
func (p *Parser) Parse(message []byte) Line {
	message = bytes.TrimRight(message, "\r\n")
	p.reset()
	switch {
	case len(message) == 0:
	case message[0] == '{':
		if p.json(message) {
			return p.line
		}
	case isKlog(message):
		p.klog(message)
		return p.line
	case isWordByte(message[0]):
		if p.logfmt(message) {
			return p.line
		}
	}
	p.reset()
	p.line.Message = message
	p.line.Level = levelOfText(message)
	return p.line
}

func (p *Parser) reset() {
	p.fields, p.text, p.line = p.fields[:0], p.text[:0], Line{}
}

// field files one named value where it belongs.
func (p *Parser) field(key, value []byte) {
	switch role := roleOf(key); {
	case role == message && p.line.Message == nil:
		p.line.Message = slices.Clip(value)
	case role == level && p.line.Level == NoLevel:
		p.line.Level = levelOf(value)
	case role == caller && p.line.Caller == nil && isCaller(value):
		p.line.Caller = value
	case role == moment:
	default:
		p.fields = append(p.fields, Field{key, value})
	}
}

// role is what a well-known key names.
type role uint8

const (
	none role = iota
	message
	level
	caller
	moment
)

// roleOf knows the keys that logging libraries use.
func roleOf(key []byte) role {
	switch string(key) {
	case "msg", "message", "MESSAGE":
		return message
	case "level", "lvl", "severity", "loglevel", "log.level":
		return level
	case "caller", "source", "file":
		return caller
	case "time", "ts", "timestamp", "@timestamp", "t":
		return moment
	}
	return none
}

// isCaller is true for a file and a line, such as server/server.go:12.
func isCaller(s []byte) bool {
	colon := bytes.LastIndexByte(s, ':')
	return colon > 0 && colon < len(s)-1 && digits(s[colon+1:]) == len(s)-colon-1 && bytes.IndexByte(s[:colon], ' ') < 0
}

// digits counts the digits that s begins with.
func digits(s []byte) int {
	n := 0
	for n < len(s) && '0' <= s[n] && s[n] <= '9' {
		n++
	}
	return n
}

func isWordByte(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '_' || c == '@'
}

// spaces counts the spaces and tabs that s begins with.
func spaces(s []byte) int {
	n := 0
	for n < len(s) && (s[n] == ' ' || s[n] == '\t') {
		n++
	}
	return n
}
