package searches

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// luceneNode is a query string of Elasticsearch: words, phrases and fields, with AND,
// OR and NOT. What a store finds depends on how it analysed a field; here every field
// is text, cut into words without regard to case.
type luceneNode interface {
	match(l *Line) bool
}

type (
	luceneAnd  []luceneNode
	luceneOr   []luceneNode
	luceneNot  struct{ luceneNode }
	luceneTerm struct {
		field string // empty: the whole text
		words *regexp.Regexp
		any   bool // the field is there, whatever it holds
	}
)

func (n luceneAnd) match(l *Line) bool {
	return !slices.ContainsFunc(n, func(part luceneNode) bool { return !part.match(l) })
}

func (n luceneOr) match(l *Line) bool {
	return slices.ContainsFunc(n, func(part luceneNode) bool { return part.match(l) })
}

func (n luceneNot) match(l *Line) bool { return !n.luceneNode.match(l) }

func (n luceneTerm) match(l *Line) bool {
	text := string(l.Text)
	if n.field != "" {
		value, ok := l.Field(n.field)
		if n.any || !ok {
			return ok && value != ""
		}
		text = value
	}
	return n.any || n.words.MatchString(inWords(text))
}

// inWords writes a text as its words in lower case, each between spaces.
func inWords(text string) string {
	words := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '_'
	})
	return " " + strings.Join(words, " ") + " "
}

func compileLucene(expression string) (matcher, error) {
	p := &luceneParser{rest: expression}
	node := p.or()
	if p.err == nil && p.peek() != "" {
		p.err = fmt.Errorf("expected nothing more, found %s", p.peek())
	}
	if p.err != nil {
		return nil, fmt.Errorf("not a query of the supported part of query_string: %w", p.err)
	}
	return node, nil
}

type luceneParser struct {
	rest string
	err  error
}

// luceneToken is a bracket, a phrase, or a word, with its field if it has one.
var luceneToken = regexp.MustCompile(`^\s*((?:[^\s()":]+:)?"(?:[^"\\]|\\.)*"|[()]|(?:\\.|[^\s()"])+)`)

func (p *luceneParser) peek() string {
	m := luceneToken.FindStringSubmatch(p.rest)
	if m == nil {
		return strings.TrimSpace(p.rest)
	}
	return m[1]
}

func (p *luceneParser) take(wanted ...string) bool {
	at := p.peek()
	if at == "" || !slices.Contains(wanted, at) {
		return false
	}
	p.skip(at)
	return true
}

func (p *luceneParser) skip(token string) {
	p.rest = strings.TrimLeftFunc(p.rest, unicode.IsSpace)[len(token):]
}

// or reads alternatives. Two terms side by side are alternatives too, as they are to
// Elasticsearch unless it is told otherwise.
func (p *luceneParser) or() luceneNode {
	anyOf := luceneOr{p.and()}
	for p.err == nil && p.peek() != "" && p.peek() != ")" {
		p.take("OR", "||")
		anyOf = append(anyOf, p.and())
	}
	if len(anyOf) == 1 {
		return anyOf[0]
	}
	return anyOf
}

func (p *luceneParser) and() luceneNode {
	all := luceneAnd{p.term()}
	for p.err == nil && p.take("AND", "&&") {
		all = append(all, p.term())
	}
	if len(all) == 1 {
		return all[0]
	}
	return all
}

func (p *luceneParser) term() luceneNode {
	switch {
	case p.take("NOT", "!"):
		return luceneNot{p.term()}
	case p.take("("):
		inner := p.or()
		if !p.take(")") && p.err == nil {
			p.err = errors.New("expected )")
		}
		return inner
	}
	token := p.peek()
	if p.err != nil || token == "" || slices.Contains([]string{"AND", "&&", "OR", "||", ")"}, token) {
		p.fail(token)
		return luceneTerm{}
	}
	p.skip(token)
	return p.leaf(token)
}

func (p *luceneParser) fail(found string) {
	if p.err == nil {
		p.err = fmt.Errorf("expected a term, found %q", found)
	}
}

// beyondLucene are the marks of what is not supported.
var beyondLucene = regexp.MustCompile(`^[+\-/\[{]|[~^]\d*(\.\d+)?$|^[<>]`)

func (p *luceneParser) leaf(token string) luceneNode {
	field, value := splitField(token)
	switch field {
	case "_exists_":
		return luceneTerm{field: value, any: true}
	case "*":
		field = "" // whatever the field
	}
	phrase := strings.HasPrefix(value, `"`)
	switch {
	case value == "" && p.err == nil:
		p.err = fmt.Errorf("%s has no value, or a group, which is not supported", field)
	case !phrase && beyondLucene.MatchString(value) && p.err == nil:
		p.err = fmt.Errorf("%s: ranges, expressions, +, -, ~ and ^ are not supported", token)
	case value == "*":
		return luceneTerm{field: field, any: true}
	case strings.TrimSpace(inWords(value)) == "" && p.err == nil:
		p.err = fmt.Errorf("%s has no word", token)
	}
	return luceneTerm{field: field, words: wordsOf(value, phrase)}
}

func splitField(token string) (field, value string) {
	if strings.HasPrefix(token, `"`) {
		return "", token
	}
	if field, value, ok := strings.Cut(token, ":"); ok {
		return field, value
	}
	return "", token
}

// wordsOf is a pattern for what inWords makes of a text that has the words. A
// wildcard stays within a word.
func wordsOf(value string, phrase bool) *regexp.Regexp {
	value = strings.Trim(value, `"`)
	if phrase {
		return regexp.MustCompile(regexp.QuoteMeta(inWords(value)))
	}
	var re strings.Builder
	for value != "" {
		at := strings.IndexAny(value, "*?")
		if at < 0 {
			at = len(value)
		}
		re.WriteString(regexp.QuoteMeta(strings.TrimSpace(inWords(value[:at]))))
		if at < len(value) {
			re.WriteString(map[byte]string{'*': "[^ ]*", '?': "[^ ]"}[value[at]])
			at++
		}
		value = value[at:]
	}
	return regexp.MustCompile(" " + re.String() + " ")
}
