package templates

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/rehearse-dev/rehearse/harness/logs/structure"
)

// Set is what was mined: the templates, and which message is of which.
type Set struct {
	// Templates are sorted: the one said most often first.
	Templates []Template
	// Beyond counts the messages that came when MaxDistinct different ones had been
	// seen, and are not told apart.
	Beyond int
	of     []int
}

// Template is one make of messages.
type Template struct {
	// ID is the same wherever level and text are.
	ID    string
	Level structure.Level
	// Text is the message with its values replaced by their kinds, or by <*> where
	// there are several; then its fields.
	Text string
	// Counts are how many messages there were, by group, and Spans when.
	Counts []int
	Spans  []Span
	// Variants are the different messages that it stands for, values masked: the
	// one said most often first.
	Variants []Variant
}

// Variant is one message with its values masked.
type Variant struct {
	Text   string
	Counts []int // by group
	// Places are the first places where it stands, at most three for each group, in
	// the order in which they were added.
	Places []Place
}

// Of is the place of a message's template among Templates.
func (s *Set) Of(ref Ref) int { return s.of[ref] }

// Total is how many messages there were, in all groups.
func (t *Template) Total() int { return sum(t.Counts) }

// Places returns the first places of a group where the template stands, at most n.
func (t *Template) Places(group, n int) []Place {
	var places []Place
	for _, v := range t.Variants {
		for _, p := range v.Places {
			if p.Group == group && len(places) < n {
				places = append(places, p)
			}
		}
	}
	return places
}

// Mine finds the templates of all messages that were added. The miner can be used
// further; mining again takes all messages again.
func (m *Miner) Mine() *Set {
	set := &Set{Beyond: m.beyond, of: make([]int, len(m.seen))}
	byID := map[string]int{}
	for _, b := range m.buckets() {
		b.merge()
		for _, l := range b.lines {
			if !l.gone {
				set.add(m, byID, l, b.text(l))
			}
		}
	}
	set.sort()
	return set
}

// buckets cuts all lines into words and puts them where they may be merged.
func (m *Miner) buckets() []*bucket {
	type size struct {
		level  structure.Level
		length int
	}
	v := newVocabulary()
	buckets := map[size]*bucket{}
	lines := map[structure.Level]map[uint64][]*line{}
	for _, ref := range m.inOrder() {
		l := v.line(m.seen[ref])
		l.refs = []Ref{ref}
		if lines[l.level] == nil {
			lines[l.level] = map[uint64][]*line{}
		}
		same := lines[l.level][l.hash]
		if at := slices.IndexFunc(same, func(o *line) bool { return slices.Equal(o.shapes, l.shapes) }); at >= 0 {
			same[at].takeIn(l)
			continue
		}
		lines[l.level][l.hash] = append(same, l)
		s := size{l.level, len(l.shapes)}
		if buckets[s] == nil {
			buckets[s] = &bucket{vocabulary: v}
		}
		buckets[s].lines = append(buckets[s].lines, l)
	}
	var all []*bucket
	for _, b := range buckets {
		all = append(all, b)
	}
	slices.SortFunc(all, func(x, y *bucket) int {
		return cmp.Or(cmp.Compare(x.lines[0].level, y.lines[0].level), cmp.Compare(len(x.lines[0].shapes), len(y.lines[0].shapes)))
	})
	return all
}

// inOrder gives the messages in an order that does not depend on which came first.
func (m *Miner) inOrder() []Ref {
	refs := make([]Ref, len(m.seen))
	for i := range refs {
		refs[i] = Ref(i)
	}
	slices.SortFunc(refs, func(a, b Ref) int {
		return cmp.Or(strings.Compare(m.seen[a].text, m.seen[b].text), cmp.Compare(m.seen[a].level, m.seen[b].level))
	})
	return refs
}

// line cuts a message into words. Values of one shape that follow each other count
// as one: a list says the same however long it is.
func (v *vocabulary) line(d distinct) *line {
	l := &line{level: d.level}
	for _, word := range words(d.text) {
		shape, raw := v.number(shape(word)), v.number(word)
		if last := len(l.shapes) - 1; last >= 0 && l.shapes[last] == shape && strings.Contains(v.texts[shape], anything) {
			if l.raw[last] != raw {
				l.raw[last] = -1
			}
			continue
		}
		l.shapes, l.raw = append(l.shapes, shape), append(l.raw, raw)
	}
	l.hash = hash(l.shapes)
	return l
}

// text writes a template out.
func (b *bucket) text(l *line) string {
	words := make([]string, len(l.raw))
	for place, raw := range l.raw {
		if raw < 0 {
			raw = l.shapes[place]
		}
		words[place] = b.texts[raw]
	}
	return written(words)
}

// written joins words. What a field says stands beside its name.
func written(words []string) string {
	var out strings.Builder
	beside := true
	for _, word := range words {
		if !beside {
			out.WriteByte(' ')
		}
		out.WriteString(strings.TrimPrefix(word, string(fieldMark)))
		beside = isField(word) && strings.HasSuffix(word, "=")
	}
	return out.String()
}

// add files a line's messages under the template with its level and text.
func (s *Set) add(m *Miner, byID map[string]int, l *line, text string) {
	id := identify(l.level, text)
	t, ok := byID[id]
	if !ok {
		t = len(s.Templates)
		byID[id] = t
		s.Templates = append(s.Templates, Template{ID: id, Level: l.level, Text: text, Counts: make([]int, len(m.names)), Spans: make([]Span, len(m.names))})
	}
	for _, ref := range l.refs {
		d := m.seen[ref]
		s.of[ref] = t
		for group, n := range d.counts {
			s.Templates[t].Counts[group] += n
			s.Templates[t].Spans[group].extend(d.spans[group].First)
			s.Templates[t].Spans[group].extend(d.spans[group].Last)
		}
		s.Templates[t].Variants = append(s.Templates[t].Variants, Variant{written(words(d.text)), d.counts, d.places})
	}
}

// identify derives a template's ID from what it says.
func identify(level structure.Level, text string) string {
	digest := sha256.Sum256([]byte(level.String() + "\x00" + text))
	return hex.EncodeToString(digest[:6])
}

// sort puts what is said most often first, and keeps of in step.
func (s *Set) sort() {
	order := make([]int, len(s.Templates))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		x, y := &s.Templates[a], &s.Templates[b]
		return cmp.Or(cmp.Compare(y.Total(), x.Total()), strings.Compare(x.Text, y.Text), cmp.Compare(x.Level, y.Level))
	})
	sorted, place := make([]Template, len(order)), make([]int, len(order))
	for to, from := range order {
		sorted[to], place[from] = s.Templates[from], to
		slices.SortFunc(sorted[to].Variants, func(a, b Variant) int {
			return cmp.Or(cmp.Compare(sum(b.Counts), sum(a.Counts)), strings.Compare(a.Text, b.Text))
		})
	}
	s.Templates = sorted
	for ref, t := range s.of {
		s.of[ref] = place[t]
	}
}

func sum(counts []int) int {
	total := 0
	for _, n := range counts {
		total += n
	}
	return total
}
