package templates

import (
	"bytes"
	"slices"
	"strings"
	"time"

	"github.com/rehearse-dev/rehearse/harness/logs/masks"
	"github.com/rehearse-dev/rehearse/harness/logs/structure"
	"github.com/rehearse-dev/rehearse/harness/normalise"
)

// Bounds of what a miner keeps.
const (
	// MaxDistinct is how many different lines a miner tells apart, values masked.
	// What is new beyond them counts as one template per level: see Set.Beyond.
	MaxDistinct = 1 << 16
	// maxLine is how many bytes of a masked message make a difference.
	maxLine = 4 << 10
	// maxPlaces is how many places of one line are kept for each group.
	maxPlaces = 3
	// maxShown is how many bytes of a line are kept with its place.
	maxShown = 400
)

// Miner gathers messages. It is for one source of logs, or several that speak
// alike; two sources that do not are better kept apart.
type Miner struct {
	names   []*normalise.Masker
	refs    map[string]Ref
	seen    []distinct
	parser  structure.Parser
	scratch [3][]byte
	beyond  int
}

// Ref stands for a message that was added: see Set.Of.
type Ref int32

// distinct is a message with its values masked.
type distinct struct {
	level  structure.Level
	text   string
	counts []int // by group
	spans  []Span
	places []Place
}

// Span is from when to when something was said. The zero value is for what has no
// time.
type Span struct{ First, Last time.Time }

// extend makes the span reach to a time.
func (s *Span) extend(to time.Time) {
	if to.IsZero() {
		return
	}
	if s.First.IsZero() || to.Before(s.First) {
		s.First = to
	}
	if to.After(s.Last) {
		s.Last = to
	}
}

// Place is where a line stands.
type Place struct {
	Group  int
	File   string
	Line   int   // from 1
	Offset int64 // of its first byte
	Text   string
}

// At says where and when a message stands, and how it is to be shown.
type At struct {
	File   string
	Line   int
	Offset int64
	Text   []byte
	Time   time.Time // zero when it is not known
}

// New returns a miner for as many groups as there are arguments; each masks the
// names of its group before anything else. A nil one masks none.
func New(groups ...*normalise.Masker) *Miner {
	return &Miner{names: groups, refs: map[string]Ref{}}
}

// Add counts a message of one group. It keeps nothing of the arguments' memory.
func (m *Miner) Add(group int, message []byte, at At) Ref {
	return m.AddAt(structure.NoLevel, group, message, at)
}

// AddAt is Add for a message whose level is known from elsewhere, as that of a
// journal entry: it counts where the message does not say itself.
func (m *Miner) AddAt(level structure.Level, group int, message []byte, at At) Ref {
	line := m.parser.Parse(m.uncoloured(message))
	if line.Level == structure.NoLevel {
		line.Level = level
	}
	ref := m.ref(line.Level, m.masked(group, line))
	d := &m.seen[ref]
	d.spans[group].extend(at.Time)
	if d.counts[group]++; d.counts[group] <= maxPlaces {
		text := string(at.Text[:min(len(at.Text), maxShown)])
		d.places = append(d.places, Place{group, at.File, at.Line, at.Offset, text})
	}
	return ref
}

// ref returns the place of a masked line among those seen.
func (m *Miner) ref(level structure.Level, text []byte) Ref {
	if ref, ok := m.refs[string(text)]; ok {
		return ref
	}
	if len(m.seen) >= MaxDistinct {
		m.beyond++
		text = append(text[:0], byte(level))
		text = append(text, anything...)
		if ref, ok := m.refs[string(text)]; ok {
			return ref
		}
	}
	ref, key := Ref(len(m.seen)), string(text)
	m.refs[key] = ref
	m.seen = append(m.seen, distinct{level: level, text: key[1:], counts: make([]int, len(m.names)), spans: make([]Span, len(m.names))})
	return ref
}

// fieldMark begins the name of a field in a masked line.
const fieldMark = '\x1f'

// masked writes what a line says with its values masked, behind its level: the
// message, then the fields in the order of their names. Of most fields the value
// says nothing about the make of the line; errors are said in words.
func (m *Miner) masked(group int, line structure.Line) []byte {
	out := append(m.scratch[0][:0], byte(line.Level))
	out = m.mask(out, group, line.Message)
	slices.SortFunc(line.Fields, func(a, b structure.Field) int { return bytes.Compare(a.Key, b.Key) })
	for _, field := range line.Fields {
		out = append(append(out, fieldMark), field.Key...)
		out = append(out, '=')
		if saysWhy(field.Key) {
			out = m.mask(append(out, ' '), group, field.Value)
		} else {
			out = append(out, anything...)
		}
	}
	m.scratch[0] = out
	return out
}

// mask appends text with its values masked, up to maxLine.
func (m *Miner) mask(out []byte, group int, text []byte) []byte {
	if names := m.names[group]; names != nil {
		m.scratch[1] = names.AppendNames(m.scratch[1][:0], text)
		text = m.scratch[1]
	}
	from := len(out)
	out = masks.Append(out, text[:min(len(text), 2*maxLine)])
	if len(out)-from > maxLine {
		out = out[:from+maxLine]
		return out[:max(from, bytes.LastIndexByte(out, ' '))]
	}
	return out
}

// saysWhy is true for fields that hold a text that somebody wrote, and not a value.
func saysWhy(key []byte) bool {
	switch string(key) {
	case "err", "error", "reason", "cause", "exception":
		return true
	}
	return false
}

// uncoloured takes the escape sequences out of a message that colour it.
func (m *Miner) uncoloured(message []byte) []byte {
	const escape = '\x1b'
	if bytes.IndexByte(message, escape) < 0 {
		return message
	}
	out := m.scratch[2][:0]
	for {
		plain, rest, found := bytes.Cut(message, []byte{escape, '['})
		out = append(out, plain...)
		if !found {
			m.scratch[2] = out
			return out
		}
		end := 0
		for end < len(rest) && strings.IndexByte("0123456789;", rest[end]) >= 0 {
			end++
		}
		message = rest[min(end+1, len(rest)):]
	}
}
