package text

import "strings"

// TokenKind is what sort of token one is.
type TokenKind int

// The sorts of tokens.
const (
	TokenWord   TokenKind = iota // letters, digits, _ and $
	TokenString                  // what is between quotes
	TokenPunct                   // one other character
)

// Token is a word of a language with braces: Groovy, Logstash's or Alloy's.
type Token struct {
	*Text
	Kind TokenKind
}

// Is says whether the token is a word or a character, and not a string.
func (k Token) Is(s string) bool { return k.Kind != TokenString && k.Value == s }

// Tokens cuts a text into tokens and drops space and comments: `//` and `/* */`
// in all of them, and `#` where hash says so. Strings stand in ', ", ”' or `"""`;
// escapes in them stay as they are. It knows just enough to tell code from text.
func Tokens(t *Text, hash bool) []Token {
	var tokens []Token
	s := t.Value
	for at := 0; at < len(s); {
		rest := s[at:]
		switch c := rest[0]; {
		case strings.HasPrefix(rest, "//"), hash && c == '#', at == 0 && strings.HasPrefix(rest, "#!"):
			at += lengthTo(rest, "\n")
		case strings.HasPrefix(rest, "/*"):
			at += 2 + lengthTo(rest[2:], "*/")
		case c == '"' || c == '\'' || c == '`':
			quote := quoteAt(rest)
			body := quotedLength(rest[len(quote):], quote)
			tokens = append(tokens, Token{t.Slice(at+len(quote), at+len(quote)+body), TokenString})
			at += min(2*len(quote)+body, len(rest))
		case isWord(c):
			end := at
			for end < len(s) && isWord(s[end]) {
				end++
			}
			tokens = append(tokens, Token{t.Slice(at, end), TokenWord})
			at = end
		case c > ' ':
			tokens = append(tokens, Token{t.Slice(at, at+1), TokenPunct})
			at++
		default:
			at++
		}
	}
	return tokens
}

// Closing is the index of the token that closes the bracket at open, or the end.
func Closing(tokens []Token, open int) int {
	depth := 0
	for i := open; i < len(tokens); i++ {
		if tokens[i].Kind != TokenPunct {
			continue
		}
		switch tokens[i].Value {
		case "(", "[", "{":
			depth++
		case ")", "]", "}":
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return len(tokens)
}

func quoteAt(s string) string {
	for _, long := range []string{`"""`, "'''"} {
		if strings.HasPrefix(s, long) {
			return long
		}
	}
	return s[:1]
}

// quotedLength is how long a string is up to its quote. One of a single quote
// ends with its line at the latest, so that a stray apostrophe costs a line.
func quotedLength(s, quote string) int {
	for i := 0; i < len(s); i++ {
		switch {
		case strings.HasPrefix(s[i:], quote):
			return i
		case s[i] == '\\':
			i++
		case s[i] == '\n' && len(quote) == 1 && quote != "`":
			return i
		}
	}
	return len(s)
}

// lengthTo is the length of s up to and with an end.
func lengthTo(s, end string) int {
	if i := strings.Index(s, end); i >= 0 {
		return i + len(end)
	}
	return len(s)
}

func isWord(c byte) bool {
	return c == '_' || c == '$' || c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z' || c >= 0x80
}

// Unescaped is a string as its language means it: a backslash and what follows
// are one character.
func (t *Text) Unescaped() *Text {
	if !strings.Contains(t.Value, `\`) {
		return t
	}
	var b strings.Builder
	var offsets []int
	for i := 0; i < len(t.Value); i++ {
		at, c := i, t.Value[i]
		if c == '\\' && i+1 < len(t.Value) {
			i++
			switch c = t.Value[i]; c {
			case '\n':
				continue
			case 'n':
				c = '\n'
			case 't':
				c = '\t'
			}
		}
		b.WriteByte(c)
		offsets = append(offsets, at)
	}
	offsets = append(offsets, len(t.Value))
	return t.Derived(b.String(), func(offset int) int { return offsets[offset] })
}
