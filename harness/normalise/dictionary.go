package normalise

import (
	"cmp"
	"slices"
)

// dictionary finds the names of a run in a text, and what stands for each. The
// zero value knows none.
type dictionary struct {
	// by the first byte of a name, the longest first: the longest name that fits
	// is meant
	names [256][]entry
	some  bool
}

type entry struct{ name, mask string }

// newDictionary leaves out what cannot be a name in Kubernetes: names begin and
// end with a letter or a digit, which is where words do.
func newDictionary(masks map[string]string) dictionary {
	var d dictionary
	for name, mask := range masks {
		if name == "" || !isWord(name[0]) || !isWord(name[len(name)-1]) {
			continue
		}
		d.names[name[0]] = append(d.names[name[0]], entry{name, mask})
		d.some = true
	}
	for _, names := range d.names {
		slices.SortFunc(names, func(a, b entry) int {
			return cmp.Or(cmp.Compare(len(b.name), len(a.name)), cmp.Compare(a.name, b.name))
		})
	}
	return d
}

// appendMasked appends text to dst with the names masked that stand in it as
// whole words, outside of masks. An underscore ends a word: in Kubernetes it
// joins names, as in k8s_web_web-0.
func (d *dictionary) appendMasked(dst, text []byte) []byte {
	if !d.some {
		return append(dst, text...)
	}
	copied := 0
	for n := 0; n < len(text); {
		switch {
		case isWord(text[n]):
			if e := d.find(text[n:]); e != nil {
				dst = append(append(dst, text[copied:n]...), e.mask...)
				n += len(e.name)
				copied = n
				continue
			}
			for n < len(text) && isWord(text[n]) {
				n++
			}
		case text[n] == '<':
			n += max(1, maskLength(text[n:]))
		default:
			n++
		}
	}
	return append(dst, text[copied:]...)
}

// find returns the longest name that the text begins with and that ends where a
// word does.
func (d *dictionary) find(text []byte) *entry {
	names := d.names[text[0]]
	for i := range names {
		name := names[i].name
		if len(text) >= len(name) && string(text[:len(name)]) == name && (len(text) == len(name) || !isWord(text[len(name)])) {
			return &names[i]
		}
	}
	return nil
}

// isWord is true for the letters and digits of ASCII.
func isWord(c byte) bool {
	return 'a' <= c && c <= 'z' || '0' <= c && c <= '9' || 'A' <= c && c <= 'Z'
}

// maskLength is the length of the mask that text begins with, or 0.
func maskLength(text []byte) int {
	at := mask.FindIndex(text)
	if at == nil {
		return 0
	}
	return at[1]
}
