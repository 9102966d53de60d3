package templates

import (
	"cmp"
	"slices"

	"github.com/rehearse-dev/rehearse/harness/logs/structure"
)

// How many words it takes to call a word a value: that many stand in its place,
// with that many words around them that all share.
const (
	enoughWords   = 4
	enoughContext = 3
)

// line is a set of distinct messages that share all but their values.
type line struct {
	level  structure.Level
	shapes []int32 // of its words, see vocabulary
	// raw are the words as they were, or -1 where they differ.
	raw  []int32
	hash uint64 // of shapes
	refs []Ref
	gone bool // another line has taken it in
}

// vocabulary numbers words: equal words have equal numbers.
type vocabulary struct {
	numbers map[string]int32
	texts   []string
	known   map[int32]*word // what was asked for
}

func newVocabulary() *vocabulary {
	return &vocabulary{numbers: map[string]int32{}, known: map[int32]*word{}}
}

func (v *vocabulary) number(text string) int32 {
	n, ok := v.numbers[text]
	if !ok {
		n = int32(len(v.texts))
		v.numbers[text] = n
		v.texts = append(v.texts, text)
	}
	return n
}

// word says what there is to know of a word. Most are never asked for.
func (v *vocabulary) word(number int32) *word {
	w, ok := v.known[number]
	if !ok {
		w = newWord(v.texts[number])
		v.known[number] = w
	}
	return w
}

// bucket holds the lines of one level and length, in an order that depends on
// nothing but their words.
type bucket struct {
	*vocabulary
	lines  []*line
	byHash map[uint64][]int // places in lines
}

// merge makes one line of those that are of one make, until there are none.
func (b *bucket) merge() {
	b.byHash = map[uint64][]int{}
	for i, l := range b.lines {
		b.byHash[l.hash] = append(b.byHash[l.hash], i)
	}
	for merged := true; merged; {
		merged = false
		for _, f := range b.families() {
			if b.settle(f) {
				merged = true
			}
		}
	}
}

// family are lines that differ in one place only.
type family struct {
	place   int
	members []int // in lines
}

// families finds all families, the largest first.
func (b *bucket) families() []family {
	var found []family
	for place := range len(b.lines[0].shapes) {
		found = append(found, b.familiesAt(place)...)
	}
	slices.SortFunc(found, func(x, y family) int {
		return cmp.Or(cmp.Compare(len(y.members), len(x.members)), cmp.Compare(x.place, y.place), slices.Compare(x.members, y.members))
	})
	return found
}

// familiesAt groups the lines by all their words but one.
func (b *bucket) familiesAt(place int) []family {
	// By what is around the place: the only line so far, or the family, from -1 down.
	around := make(map[uint64]int, len(b.lines))
	var found []family
	for i, l := range b.lines {
		if l.gone {
			continue
		}
		h := l.hash - at(place, l.shapes[place])
		switch first, ok := around[h]; {
		case !ok:
			around[h] = i
		case first >= 0:
			found = append(found, family{place, []int{first, i}})
			around[h] = -len(found)
		default:
			f := &found[-first-1]
			f.members = append(f.members, i)
		}
	}
	return found
}

// hash is a sum over the places of a line, so that one place is easily left out.
func hash(shapes []int32) uint64 {
	var sum uint64
	for place, shape := range shapes {
		sum += at(place, shape)
	}
	return sum
}

// at mixes a place and what stands there, as splitmix64 does.
func at(place int, shape int32) uint64 {
	x := uint64(place)<<40 ^ uint64(uint32(shape))
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// settle decides whether the words in a family's place are values, and merges the
// lines whose words are.
func (b *bucket) settle(f family) bool {
	members := b.alive(f)
	if len(members) < 2 {
		return false
	}
	of := func(i int) *word { return b.word(b.lines[i].shapes[f.place]) }
	names := only(members, func(i int) bool { return of(i).numbered })
	if f.place == 0 {
		// What a line is about is no value, unless all that stands there has numbers.
		valued := only(members, func(i int) bool { return of(i).masked })
		return len(b.lines[0].shapes) > 1 && len(valued) > 1 && len(names) == len(valued) && b.unite(f.place, names)
	}
	merged := false
	for _, group := range groupBy(members, func(i int) string { return of(i).around() }) {
		if len(group) > 1 && slices.ContainsFunc(group, func(i int) bool { return of(i).value }) {
			merged = b.unite(f.place, group) || merged
		}
	}
	members = b.alive(family{f.place, members})
	names = only(members, func(i int) bool { return of(i).numbered })
	if len(names) > 1 {
		return b.unite(f.place, names) || merged
	}
	free := only(members, func(i int) bool { return !of(i).fixed })
	if len(free) >= enoughWords && b.context(f) >= enoughContext {
		return b.unite(f.place, free) || merged
	}
	return merged
}

// alive are the members of a family that no other line has taken in.
func (b *bucket) alive(f family) []int {
	return only(f.members, func(i int) bool { return !b.lines[i].gone })
}

func only(members []int, keep func(int) bool) []int {
	var kept []int
	for _, i := range members {
		if keep(i) {
			kept = append(kept, i)
		}
	}
	return kept
}

// groupBy groups the members by a name, in the order of their first.
func groupBy(members []int, name func(int) string) [][]int {
	places := map[string]int{}
	var groups [][]int
	for _, i := range members {
		g, ok := places[name(i)]
		if !ok {
			g = len(groups)
			places[name(i)] = g
			groups = append(groups, nil)
		}
		groups[g] = append(groups[g], i)
	}
	return groups
}

// context counts the words that a family shares.
func (b *bucket) context(f family) int {
	n := 0
	for place, shape := range b.lines[f.members[0]].shapes {
		if place != f.place && b.word(shape).constant {
			n++
		}
	}
	return n
}

// unite makes one line of several that differ in one place. It is false when
// there was nothing to do.
func (b *bucket) unite(place int, members []int) bool {
	first := b.lines[members[0]]
	text := b.word(first.shapes[place]).around()
	for _, i := range members {
		if w := b.word(b.lines[i].shapes[place]); w.around() != text {
			text = anything
		}
	}
	shapes := slices.Clone(first.shapes)
	shapes[place] = b.number(text)
	into := b.find(shapes)
	if into < 0 {
		into = len(b.lines)
		l := &line{level: first.level, shapes: shapes, raw: slices.Clone(first.raw), hash: hash(shapes)}
		b.lines = append(b.lines, l)
		b.byHash[l.hash] = append(b.byHash[l.hash], into)
	}
	united := false
	for _, i := range members {
		if i != into {
			b.lines[into].takeIn(b.lines[i])
			united = true
		}
	}
	return united
}

// find returns the place of the line with these shapes, or -1.
func (b *bucket) find(shapes []int32) int {
	for _, i := range b.byHash[hash(shapes)] {
		if !b.lines[i].gone && slices.Equal(b.lines[i].shapes, shapes) {
			return i
		}
	}
	return -1
}

// takeIn adds the messages of another line.
func (l *line) takeIn(other *line) {
	l.refs = append(l.refs, other.refs...)
	for place, raw := range other.raw {
		if l.raw[place] != raw {
			l.raw[place] = -1
		}
	}
	other.gone, other.refs = true, nil
}
