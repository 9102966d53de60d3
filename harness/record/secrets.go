package record

import (
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"
)

const (
	// Redacted stands in a recording where a secret stood.
	Redacted = "<redacted>"
	// MinSecret is the length in bytes from which a value is looked for.
	MinSecret = 8
	// longestSecret is how much of a value is looked for at once; longer ones are
	// looked for in pieces. Being a multiple of 3, the pieces' base64 adds up to
	// the value's.
	longestSecret = 12 << 10
)

// secrets are the values to redact. It is not changed once made.
type secrets struct {
	values []string
	text   *matcher // for files in which a value may stand anywhere
	quoted *matcher // for files in which it can only stand in a quoted string
}

func (s secrets) with(values []string) secrets {
	all := slices.Concat(s.values, values)
	slices.Sort(all)
	next := secrets{values: slices.Compact(all), text: newMatcher(), quoted: newMatcher()}
	for _, v := range next.values {
		next.add(v)
		next.add(strings.TrimSpace(v))
	}
	return next
}

func (s secrets) add(value string) {
	for len(value) > longestSecret {
		s.add(value[:longestSecret])
		value = value[longestSecret:]
	}
	if len(value) < MinSecret {
		return
	}
	s.text.add(value)
	for _, form := range []string{
		quote(value, false), quote(value, true),
		base64.RawStdEncoding.EncodeToString([]byte(value)), base64.RawURLEncoding.EncodeToString([]byte(value)),
	} {
		s.text.add(form)
		s.quoted.add(form)
	}
}

// quote returns what stands between the quotes of a JSON string, of a writer
// that escapes <, > and & or of one that does not.
func quote(v string, escapeHTML bool) string {
	var buf strings.Builder
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(escapeHTML)
	if err := enc.Encode(v); err != nil {
		return v // a string can always be encoded
	}
	return strings.TrimSuffix(strings.TrimPrefix(buf.String(), `"`), "\"\n")
}

// matcher finds secrets at the start of a text. Every byte of a recording is
// looked at, so it first asks a table for the first two bytes, then a map for
// the first MinSecret.
type matcher struct {
	heads    [1 << 16 / 8]byte
	patterns map[[MinSecret]byte][]string // longest first
	longest  int
}

func newMatcher() *matcher {
	return &matcher{patterns: map[[MinSecret]byte][]string{}}
}

func (m *matcher) add(pattern string) {
	head := int(pattern[0])<<8 | int(pattern[1])
	m.heads[head/8] |= 1 << (head % 8)
	key := [MinSecret]byte([]byte(pattern))
	list := append(m.patterns[key], pattern)
	slices.SortFunc(list, func(a, b string) int { return len(b) - len(a) })
	m.patterns[key] = slices.Compact(list)
	m.longest = max(m.longest, len(pattern))
}

// match returns the length of the longest secret that text starts with, or 0.
func (m *matcher) match(text []byte) int {
	if len(text) < MinSecret {
		return 0
	}
	head := int(text[0])<<8 | int(text[1])
	if m.heads[head/8]&(1<<(head%8)) == 0 {
		return 0
	}
	for _, p := range m.patterns[[MinSecret]byte(text)] {
		if len(p) <= len(text) && string(text[:len(p)]) == p {
			return len(p)
		}
	}
	return 0
}
