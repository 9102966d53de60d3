package templates

import (
	"slices"
	"strings"
	"unicode"

	"github.com/rehearse-dev/rehearse/harness/logs/masks"
)

// Similarity says how much two messages have in common: the share of words that
// stand in both, from 0 to 1. Values count for nothing, nor does the order; a
// message that was worded anew shares many of its words with the old one.
func Similarity(a, b string) float64 {
	return common(spoken(a), spoken(b))
}

// Nearest returns which of the candidates is most like the text, and how much. Of
// several it is the first; without candidates it is -1.
func Nearest(text string, candidates []string) (nearest int, similarity float64) {
	nearest = -1
	words := spoken(text)
	for i, candidate := range candidates {
		if s := common(words, spoken(candidate)); nearest < 0 || s > similarity {
			nearest, similarity = i, s
		}
	}
	return nearest, similarity
}

// spoken are the words of a text, sorted: letters only, in lower case, without its
// values.
func spoken(text string) []string {
	text = strings.ReplaceAll(withoutMasks(text), anything, " ")
	all := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) })
	slices.Sort(all)
	return all
}

func withoutMasks(text string) string {
	var out strings.Builder
	for n := 0; n < len(text); n++ {
		if length := masks.Length(text[n:]); length > 0 {
			out.WriteByte(' ')
			n += length - 1
			continue
		}
		out.WriteByte(text[n])
	}
	return out.String()
}

// common is twice the number of words in both, by the number of words in each:
// the coefficient of Sørensen and Dice.
func common(a, b []string) float64 {
	if len(a)+len(b) == 0 {
		return 0
	}
	shared, i, j := 0, 0, 0
	for i < len(a) && j < len(b) {
		switch strings.Compare(a[i], b[j]) {
		case 0:
			shared, i, j = shared+1, i+1, j+1
		case -1:
			i++
		default:
			j++
		}
	}
	return 2 * float64(shared) / float64(len(a)+len(b))
}
