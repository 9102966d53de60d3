package searches

import (
	"fmt"
	"regexp"
	"strings"
)

// scanner cuts an expression into quoted texts, words and operators. The first mistake
// stays, and ends it.
type scanner struct {
	tokens []token
	err    error
}

type token struct {
	text   string
	column int // from 1
}

// tokenIn finds the next token. Words take in what durations and numbers are made of.
var tokenIn = regexp.MustCompile("^\\s*(\"(?:[^\"\\\\]|\\\\.)*\"|`[^`]*`|-?[\\w.]+|\\|=|\\|~|!=|!~|=~|==|>=|<=|\\S)")

func newScanner(expression string) *scanner {
	s := &scanner{}
	for at := 0; ; {
		m := tokenIn.FindStringSubmatchIndex(expression[at:])
		if m == nil {
			return s
		}
		s.tokens = append(s.tokens, token{expression[at+m[2] : at+m[3]], at + m[2] + 1})
		at += m[1]
	}
}

// peek is the next token, empty at the end.
func (s *scanner) peek() string {
	if s.err != nil || len(s.tokens) == 0 {
		return ""
	}
	return s.tokens[0].text
}

func (s *scanner) at(text string) bool { return s.peek() == text }

// next takes a token.
func (s *scanner) next() string {
	text := s.peek()
	if text != "" {
		s.tokens = s.tokens[1:]
	}
	return text
}

// take takes the token if it is the one.
func (s *scanner) take(text string) bool {
	if !s.at(text) {
		return false
	}
	s.next()
	return true
}

func (s *scanner) expect(text string) {
	if !s.take(text) {
		s.fail(text)
	}
}

func (s *scanner) end() {
	if s.peek() != "" {
		s.fail("nothing more")
	}
}

// fail notes what was expected at the token to come.
func (s *scanner) fail(wanted string) {
	if s.err != nil {
		return
	}
	if len(s.tokens) == 0 {
		s.err = fmt.Errorf("expected %s, found its end", wanted)
		return
	}
	t := s.tokens[0]
	s.err = fmt.Errorf("column %d: expected %s, found %s", t.column, wanted, strings.TrimSpace(t.text))
}
