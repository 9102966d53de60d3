package logs

import (
	"bytes"
	"encoding/json"
	"time"

	"github.com/rehearse-dev/rehearse/internal/quoted"
)

// Format is the envelope of a line.
type Format uint8

// The formats.
const (
	Plain  Format = iota // none: the line is the message
	Docker               // JSON, as Docker's json-file driver writes it
	CRI                  // text with a prefix, as the CRI prescribes it
)

// String names the format.
func (f Format) String() string { return [...]string{"plain", "docker", "cri"}[f] }

// The streams of a container.
const (
	Stdout = "stdout"
	Stderr = "stderr"
)

// Line is one line of a log file, taken out of its envelope.
type Line struct {
	Number int   // in its file, from 1
	Offset int64 // of its first byte in the file
	// Raw is the line as it lies in the file, without its line break.
	Raw []byte
	// Cut is set for a last line that has no line break: it was cut short, or is
	// still being written.
	Cut bool
	// Dropped counts the bytes that a line had beyond MaxLine.
	Dropped int64

	Format Format
	Time   []byte // as it is written; empty for plain lines
	Stream string // empty for plain lines
	// Message is what the container wrote. A carriage return at its end is its own.
	Message []byte
	// Partial is set when the container's line goes on in the next one.
	Partial bool
}

// When is the time of the line. It is an error for plain lines.
func (l *Line) When() (time.Time, error) { return time.Parse(time.RFC3339Nano, string(l.Time)) }

// opener takes lines out of their envelopes, and reuses its memory for their
// messages.
type opener struct{ text []byte }

// open reads the envelope of the line's raw text.
func (o *opener) open(l *Line) {
	if !o.docker(l) && !cri(l) {
		l.Format, l.Message = Plain, l.Raw
	}
}

// The parts of a line as Docker writes it: {"log":"...","stream":"...","time":"..."}.
var (
	beforeLog    = []byte(`{"log":`)
	beforeStream = []byte(`,"stream":"`)
	beforeTime   = []byte(`,"time":"`)
)

func (o *opener) docker(l *Line) bool {
	if !bytes.HasPrefix(l.Raw, beforeLog) {
		return false
	}
	text, n := quoted.JSON(o.text[:0], l.Raw[len(beforeLog):])
	o.text = text
	if n > 0 {
		rest := l.Raw[len(beforeLog)+n:]
		if stream, rest, ok := simple(rest, beforeStream); ok {
			if moment, rest, ok := simple(rest, beforeTime); ok && len(rest) == 1 && rest[0] == '}' {
				return l.docker(text, stream, moment)
			}
		}
	}
	return o.unusual(l)
}

// simple takes a string without escapes off rest, and what stands before it.
func simple(rest, before []byte) (value, after []byte, ok bool) {
	if !bytes.HasPrefix(rest, before) {
		return nil, nil, false
	}
	rest = rest[len(before):]
	for n, c := range rest {
		switch {
		case c == '"':
			return rest[:n], rest[n+1:], true
		case c == '\\' || c < ' ' || c >= 0x80:
			return nil, nil, false
		}
	}
	return nil, nil, false
}

// unusual reads Docker's JSON with other fields in it, such as the attributes
// that the option labels adds.
func (o *opener) unusual(l *Line) bool {
	var d struct{ Log, Stream, Time string }
	if json.Unmarshal(l.Raw, &d) != nil {
		return false
	}
	return l.docker([]byte(d.Log), []byte(d.Stream), []byte(d.Time))
}

// docker fills in what Docker's JSON says. A message without a line break goes on
// in the next line.
func (l *Line) docker(message, stream, moment []byte) bool {
	if len(stream) == 0 || len(moment) == 0 {
		return false
	}
	l.Format, l.Time, l.Stream = Docker, moment, streamOf(stream)
	l.Message, l.Partial = message, true
	if n := len(message) - 1; n >= 0 && message[n] == '\n' {
		l.Message, l.Partial = message[:n], false
	}
	return true
}

func streamOf(name []byte) string {
	switch string(name) {
	case Stdout:
		return Stdout
	case Stderr:
		return Stderr
	}
	return string(name)
}

// cri reads "<time> <stream> <flags> <message>", in which the first flag is F, or
// P for a line that goes on.
func cri(l *Line) bool {
	space := bytes.IndexByte(l.Raw, ' ')
	if space < len("2006-01-02T") || !isDate(l.Raw) {
		return false
	}
	moment, rest := l.Raw[:space], l.Raw[space+1:]
	if len(rest) < len("stdout F") || rest[6] != ' ' {
		return false
	}
	stream := streamOf(rest[:6])
	if stream != Stdout && stream != Stderr {
		return false
	}
	flags, message, _ := bytes.Cut(rest[7:], []byte{' '})
	if len(flags) == 0 || flags[0] != 'F' && flags[0] != 'P' || len(flags) > 1 && flags[1] != ':' {
		return false
	}
	l.Format, l.Time, l.Stream = CRI, moment, stream
	l.Message, l.Partial = message, flags[0] == 'P'
	return true
}

// isDate is true for text that begins with a date and a T.
func isDate(s []byte) bool {
	for i, c := range []byte("0000-00-00T") {
		if c == '0' && (s[i] < '0' || s[i] > '9') || c != '0' && s[i] != c {
			return false
		}
	}
	return true
}
