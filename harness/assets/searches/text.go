package searches

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
	"strings"
)

// containsText finds a text wherever it stands.
type containsText []byte

func (c containsText) match(l *Line) bool { return bytes.Contains(l.Text, c) }

// pattern finds a regular expression; its named groups are fields.
type pattern struct{ *regexp.Regexp }

func (p pattern) match(l *Line) bool { return p.Match(l.Text) }

func (p pattern) capture(l *Line, name string) (string, bool) {
	at := p.SubexpIndex(name)
	if at < 0 {
		return "", false
	}
	groups := p.FindSubmatch(l.Text)
	if groups == nil {
		return "", false
	}
	return string(groups[at]), true
}

// foreign are the parts of Perl's expressions that RE2 has not, by what they are.
var foreign = []struct{ in, is string }{
	{`\(\?=`, "look-ahead (?=...)"},
	{`\(\?!`, "negative look-ahead (?!...)"},
	{`\(\?<=`, "look-behind (?<=...)"},
	{`\(\?<!`, "negative look-behind (?<!...)"},
	{`\(\?>`, "atomic group (?>...)"},
	{`\\[1-9]`, `back-reference \1`},
	{`[*+?}]\+`, "possessive quantifier such as a++"},
}

// compileRE compiles an expression, or says which part of it RE2 cannot do.
func compileRE(expression string) (*regexp.Regexp, error) {
	re, err := regexp.Compile(expression)
	if err == nil {
		return re, nil
	}
	for _, f := range foreign {
		if regexp.MustCompile(`(?:^|[^\\])(?:\\\\)*` + f.in).MatchString(expression) {
			return nil, fmt.Errorf("%s is not part of RE2, which reads in linear time: say it with a second search, or in logsql with NOT", f.is)
		}
	}
	if reason, ok := errors.AsType[*syntax.Error](err); ok {
		return nil, fmt.Errorf("not a regular expression (RE2): %s: `%s`", reason.Code, reason.Expr)
	}
	return nil, err
}

// compile makes the expression ready; the error says what is wrong with it.
func (s *Search) compile() error {
	for name := range strings.SplitSeq(s.Threshold.By, ",") {
		if name = strings.TrimSpace(name); name != "" {
			s.by = append(s.by, name)
		}
	}
	var err error
	s.matcher, err = compileExpression(s.Language, s.Expression)
	return err
}

func compileExpression(language Language, expression string) (matcher, error) {
	switch language {
	case Contains:
		return containsText(expression), nil
	case Regex:
		re, err := compileRE(expression)
		return pattern{re}, err
	case LogsQL:
		return compileLogsQL(expression)
	case Sigma:
		return compileSigma(expression)
	case JQ:
		return compileJQ(expression)
	case LogQL:
		return compileLogQL(expression)
	case Lucene:
		return compileLucene(expression)
	}
	return nil, fmt.Errorf("unknown language %q", language)
}
