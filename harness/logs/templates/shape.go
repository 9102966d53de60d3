package templates

import (
	"regexp"
	"strings"

	"github.com/rehearse-dev/rehearse/harness/logs/masks"
)

// anything stands for a value, whatever its kind.
const anything = "<*>"

// words cuts a masked line at its white space. A mask may have a space inside, as
// <pod web> has.
func words(line string) []string {
	var all []string
	from := -1
	for n := 0; n < len(line); n++ {
		if isSpace(line[n]) || line[n] == fieldMark {
			if from >= 0 {
				all = append(all, line[from:n])
			}
			from = -1
		}
		if isSpace(line[n]) {
			continue
		}
		if from < 0 {
			from = n
		}
		if line[n] == '<' {
			n += max(1, masks.Length(line[n:])) - 1
		}
	}
	if from >= 0 {
		all = append(all, line[from:])
	}
	return all
}

func isSpace(c byte) bool { return c == ' ' || c >= '\t' && c <= '\r' }

var (
	empty  = regexp.MustCompile(`^(?:\(\)|\[\]|\{\})[.,:;]*$`)
	quotes = regexp.MustCompile("\"[^\" ]*\"|'[^' ]*'|`[^` ]*`")
	// paths have two slashes or more, or the backslashes of Windows.
	paths = regexp.MustCompile(`(?:[\w.<*>+@~%-]*/){2,}[\w.<*>+@~%-]*|/[\w.<*>+@~%-]+/[\w.<*>+@~%-]*|\b[A-Za-z]:\\[^\s,;]*|\\\\[^\s,;]+`)
	// qualified are names of three parts or more, such as those of hosts and classes.
	qualified = regexp.MustCompile(`[A-Za-z_<*>-][\w<*>$-]*(?:\.[A-Za-z_<*>][\w<*>$-]*){2,}`)
	// said are qualified names that stand for what happened.
	said = regexp.MustCompile(`(?:Exception|Error|\.[A-Z][A-Z_]+)$`)
	// suffixes are what Kubernetes appends to names, when it happens to have no digit.
	suffixes = regexp.MustCompile(`-[bcdfghjklmnpqrstvwxz]{5}\b`)
	// several are values beside each other.
	several = regexp.MustCompile(`(?:<\*>[-_.:,/]?)+<\*>`)
)

// shape is a word with everything in it that looks like a value replaced by
// <*>, whatever its kind.
func shape(word string) string {
	if !strings.ContainsAny(word, "<./\\\"'`([{-") {
		return word // most words
	}
	word = unkind(word)
	if empty.MatchString(word) {
		return word[:1] + anything + word[1:]
	}
	word = quotes.ReplaceAllStringFunc(word, func(s string) string { return s[:1] + anything + s[:1] })
	word = paths.ReplaceAllString(word, anything)
	word = suffixes.ReplaceAllString(replaceNames(word), "-"+anything)
	return several.ReplaceAllString(word, anything)
}

// unkind replaces masks of every kind.
func unkind(word string) string {
	var out strings.Builder
	for n := 0; n < len(word); {
		if length := masks.Length(word[n:]); length > 0 {
			out.WriteString(anything)
			n += length
			continue
		}
		out.WriteByte(word[n])
		n++
	}
	return out.String()
}

// replaceNames replaces qualified names, but for those that say what happened,
// and those that name a value themselves.
func replaceNames(word string) string {
	var out strings.Builder
	from := 0
	for _, at := range qualified.FindAllStringIndex(word, -1) {
		names := at[1] < len(word) && word[at[1]] == '='
		if names || said.MatchString(word[at[0]:at[1]]) {
			continue
		}
		out.WriteString(word[from:at[0]] + anything)
		from = at[1]
	}
	return out.String() + word[from:]
}

var (
	code     = regexp.MustCompile(`^[^A-Za-z]*[A-Z][A-Z_]*[^A-Za-z]*$`)
	verb     = regexp.MustCompile(`(?i)^[^A-Za-z]*(?:true|false|null|nil|none|yes|no|on|off|[a-z]+ed|[a-z]+ing)[^A-Za-z]*$`)
	numbered = regexp.MustCompile(`^[^\w<]*(?:[A-Za-z_.-]*<\*>)+[A-Za-z]?[^\w>]*$`)
	wrapping = regexp.MustCompile(`^([^A-Za-z0-9<]*)(.*?)([^A-Za-z0-9>]*)$`)
	naming   = regexp.MustCompile(`^.*[=:({\[]`)
	wordy    = regexp.MustCompile(`[A-Za-z]`)
)

// word is what merging has to know of a shape.
type word struct {
	text string
	// before and after stand around the value, if the word is one: brackets, quotes,
	// the name of the value.
	before, after string
	masked        bool // has a value in it
	value         bool // nothing but a value, in whatever stands around it
	numbered      bool // a name with a number in it
	fixed         bool // no value, however many stand in its place
	constant      bool // a word, and no value in it
}

func newWord(text string) *word {
	w := &word{text: text, masked: strings.Contains(text, anything), numbered: numbered.MatchString(text)}
	parts := wrapping.FindStringSubmatch(text)
	if parts == nil {
		parts = []string{"", "", text, ""} // not a line of text
	}
	name := naming.FindString(parts[2])
	w.before, w.after = parts[1]+name, parts[3]
	w.value = text == w.around()
	named := strings.HasSuffix(w.before, "=")
	w.fixed = text == anything || w.value && named || isField(text) || code.MatchString(text) || verb.MatchString(text)
	w.constant = !w.masked && wordy.MatchString(text)
	return w
}

// isField is true for the name of a field, with or without a value behind it.
func isField(word string) bool { return word != "" && word[0] == fieldMark }

// around is the word with a value in the place of what differs.
func (w *word) around() string { return w.before + anything + w.after }
