package dashboards

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"

	"github.com/rehearse-dev/rehearse/harness/assets/queries"
)

// reference is a variable in a text: $name, ${name}, ${name:format},
// ${name.field}, [[name]] or [[name:format]].
var reference = regexp.MustCompile(`\$\{(\w+)(?:\.[^:}]+)?(?::[^}]+)?\}|\[\[(\w+)(?::\w+)?\]\]|\$(\w+)`)

// scope knows what variables stand for.
type scope struct {
	options queries.Options
	// values are those that a variable has on either side; alls are the regular
	// expressions for all of them.
	values map[string][]string
	alls   map[string]string
	// fixed are the variables whose values the dashboard lists.
	fixed map[string]bool
}

// constants are Grafana's own variables. A recording lasts minutes, so every
// interval and range is as long as ranges are replayed at most.
func (s scope) constant(name string) (string, bool) {
	length := model.Duration(s.options.MaxRange)
	seconds := int(s.options.MaxRange.Seconds())
	value, ok := map[string]string{
		"__interval": length.String(), "__rate_interval": length.String(), "__range": length.String(),
		"__interval_ms": strconv.Itoa(seconds * 1000), "__rate_interval_ms": strconv.Itoa(seconds * 1000),
		"__range_ms": strconv.Itoa(seconds * 1000), "__range_s": strconv.Itoa(seconds),
		"__from": "0", "__to": "0", "__dashboard": "dashboard", "__org": "1", "__user": "user",
	}[name]
	return value, ok
}

// expand puts values in the place of variables and returns PromQL.
//
// Where a variable stands in a matcher, the matcher becomes a regular expression
// for all of its values; anywhere else its first value is written. That is found
// out by reading the query with a name in the variable's place: for every
// variable, then for those that ask for their values only, then for none, since a
// variable may stand for a number or a length of time.
func (s scope) expand(text string) (string, error) {
	if err := s.undefined(text); err != nil {
		return "", err
	}
	var failed error
	for _, named := range []func(string) bool{
		func(string) bool { return true },
		func(name string) bool { return !s.fixed[name] },
		func(string) bool { return false },
	} {
		var tokens []string // names of variables
		node, err := queries.Parser().ParseExpr(s.each(text, func(name string) string {
			if _, ok := s.constant(name); ok || !named(name) {
				return s.first(name)
			}
			tokens = append(tokens, name)
			return token(len(tokens) - 1)
		}))
		if err == nil {
			s.fill(node, tokens)
			return node.String(), nil
		}
		failed = err
	}
	return "", failed
}

// undefined is an error for every variable in a text that there is not.
func (s scope) undefined(text string) error {
	var missing []error
	s.each(text, func(name string) string {
		_, known := s.constant(name)
		if _, ok := s.values[name]; !ok && !known {
			missing = append(missing, fmt.Errorf("variable %q is not defined", name))
		}
		return name
	})
	return errors.Join(missing...)
}

// each replaces every variable in a text.
func (s scope) each(text string, with func(name string) string) string {
	return reference.ReplaceAllStringFunc(text, func(ref string) string {
		m := reference.FindStringSubmatch(ref)
		return with(m[1] + m[2] + m[3])
	})
}

// first is the first value of a variable.
func (s scope) first(name string) string {
	if value, ok := s.constant(name); ok {
		return value
	}
	if values := s.values[name]; len(values) > 0 {
		return values[0]
	}
	return name
}

var tokenText = regexp.MustCompile(`rehearsevariable(\d+)x`)

func token(i int) string { return fmt.Sprintf("rehearsevariable%dx", i) }

// fill replaces the tokens in an expression.
func (s scope) fill(node parser.Expr, tokens []string) {
	f := filling{s, tokens}
	parser.Inspect(node, func(n parser.Node, _ []parser.Node) error {
		switch n := n.(type) {
		case *parser.VectorSelector:
			for i, m := range n.LabelMatchers {
				n.LabelMatchers[i] = f.matcher(m)
			}
			if tokenText.MatchString(n.Name) {
				n.Name = "" // its name is a pattern now
			}
		case *parser.StringLiteral:
			n.Val = f.text(n.Val, func(values []string) string { return strings.Join(values, "|") })
		case *parser.AggregateExpr:
			f.names(n.Grouping)
		case *parser.BinaryExpr:
			if n.VectorMatching != nil {
				f.names(n.VectorMatching.MatchingLabels)
				f.names(n.VectorMatching.Include)
			}
		}
		return nil
	})
}

type filling struct {
	scope
	tokens []string
}

// text replaces tokens in a text.
func (f filling) text(text string, write func(values []string) string) string {
	return tokenText.ReplaceAllStringFunc(text, func(t string) string {
		i, err := strconv.Atoi(tokenText.FindStringSubmatch(t)[1])
		if err != nil || i >= len(f.tokens) {
			return t
		}
		return write(f.values[f.tokens[i]])
	})
}

func (f filling) names(of []string) {
	for i, name := range of {
		of[i] = f.text(name, func(values []string) string {
			if len(values) == 0 {
				return name
			}
			return values[0]
		})
	}
}

// matcher makes a matcher with tokens one for all of their values.
func (f filling) matcher(m *labels.Matcher) *labels.Matcher {
	if !tokenText.MatchString(m.Value) {
		return m
	}
	value, kind := m.Value, m.Type
	switch kind {
	case labels.MatchEqual:
		value, kind = regexp.QuoteMeta(value), labels.MatchRegexp
	case labels.MatchNotEqual:
		value, kind = regexp.QuoteMeta(value), labels.MatchNotRegexp
	case labels.MatchRegexp, labels.MatchNotRegexp:
	}
	value = tokenText.ReplaceAllStringFunc(value, func(t string) string {
		i, err := strconv.Atoi(tokenText.FindStringSubmatch(t)[1])
		if err != nil || i >= len(f.tokens) {
			return t
		}
		return f.alternatives(f.tokens[i])
	})
	filled, err := labels.NewMatcher(kind, m.Name, value)
	if err != nil {
		return m // a value for all that is no regular expression
	}
	return filled
}

// alternatives is a regular expression for the values of a variable. One that has
// none lets everything through: that it has none is judged by itself.
func (f filling) alternatives(name string) string {
	if all := f.alls[name]; all != "" {
		return "(?:" + all + ")"
	}
	values := slices.Clone(f.values[name])
	if len(values) == 0 {
		return ".*"
	}
	for i, value := range values {
		values[i] = regexp.QuoteMeta(value)
	}
	if len(values) == 1 {
		return values[0]
	}
	return "(?:" + strings.Join(values, "|") + ")"
}
