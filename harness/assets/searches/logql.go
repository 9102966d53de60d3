package searches

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// logQuery is a log query of Loki: what can be evaluated on one line of it. The
// grammar is written from Loki's documentation; the subset is in docs/searches.md:
//
//	{label="value", ...} |= "text" != `text` |~ "re" !~ "re" | json | logfmt | label >= 500 and ...
type logQuery struct {
	selector []labelMatch
	stages   []stage
}

// stage is one step of a pipeline.
type stage func(l *Line) bool

// labelMatch compares a label.
type labelMatch struct {
	label string
	is    func(value string) bool
}

func compileLogQL(expression string) (matcher, error) {
	p := &logqlParser{scanner: newScanner(expression)}
	q := p.query()
	p.end()
	if p.err != nil {
		return nil, fmt.Errorf("not a log query of the supported part of LogQL: %w", p.err)
	}
	return q, nil
}

func (q *logQuery) match(l *Line) bool {
	for _, m := range q.selector {
		if !m.is(label(l, m.label, false)) {
			return false
		}
	}
	return !slices.ContainsFunc(q.stages, func(s stage) bool { return !s(l) })
}

// logqlParser reads a query; the first mistake stays.
type logqlParser struct {
	*scanner
}

func (p *logqlParser) query() *logQuery {
	q := &logQuery{}
	p.expect("{")
	for p.err == nil && !p.take("}") {
		q.selector = append(q.selector, p.labelMatch())
		if !p.take(",") && !p.at("}") {
			p.fail("a comma or }")
		}
	}
	if len(q.selector) == 0 {
		p.fail("a label")
	}
	parsed := false
	for p.err == nil && (p.at("|") || p.at("|=") || p.at("!=") || p.at("|~") || p.at("!~")) {
		op := p.next()
		switch {
		case op != "|":
			q.stages = append(q.stages, p.lineFilter(op))
		case p.take("json"), p.take("logfmt"):
			parsed = true
		default:
			q.stages = append(q.stages, p.labelFilter(parsed))
		}
	}
	return q
}

// labelMatch reads one matcher of the selector. A label that only the user's own
// configuration explains cannot be looked up.
func (p *logqlParser) labelMatch() labelMatch {
	label := p.next()
	if !known(label) && p.err == nil {
		p.err = fmt.Errorf("nothing in a recording says what the label %q is; known are %s", label, strings.Join(knownLabels(), ", "))
	}
	op := p.next()
	value := p.text()
	return labelMatch{label, p.compare(op, value, true)}
}

func known(label string) bool { return slices.Contains(knownLabels(), label) }

// knownLabels are those that stand for something of every recording.
func knownLabels() []string {
	labels := []string{"job"}
	for name, meaning := range meanings {
		if meaning != "message" && !strings.Contains(name, ".") {
			labels = append(labels, name)
		}
	}
	slices.Sort(labels)
	return labels
}

// compare makes a test of an operator and a text. Loki anchors the expressions over
// labels, and not those over lines.
func (p *logqlParser) compare(op, value string, anchored bool) func(string) bool {
	switch op {
	case "=", "==":
		return func(s string) bool { return s == value }
	case "!=":
		return func(s string) bool { return s != value }
	case "=~", "!~":
		if anchored {
			value = "^(?:" + value + ")$"
		}
		re, err := compileRE(value)
		if err != nil && p.err == nil {
			p.err = err
		}
		return func(s string) bool { return re.MatchString(s) == (op == "=~") }
	}
	p.fail("one of =, !=, =~, !~")
	return nil
}

// lineFilter reads the texts of a line filter, of which any may fit.
func (p *logqlParser) lineFilter(op string) stage {
	var anyOf []func(string) bool
	for {
		value := p.text()
		switch op {
		case "|=", "!=":
			anyOf = append(anyOf, func(s string) bool { return strings.Contains(s, value) })
		default:
			anyOf = append(anyOf, p.compare("=~", value, false))
		}
		if !p.take("or") {
			break
		}
	}
	found := op == "|=" || op == "|~"
	return func(l *Line) bool {
		text := string(l.Text)
		return slices.ContainsFunc(anyOf, func(is func(string) bool) bool { return is(text) }) == found
	}
}

var (
	number     = regexp.MustCompile(`^-?\d+(\.\d+)?$`)
	comparison = regexp.MustCompile(`^[=!<>][=~]?$`)
)

// labelFilter reads comparisons of labels, all of which have to hold. Behind a parser
// a label may be a field of the line.
func (p *logqlParser) labelFilter(parsed bool) stage {
	var all []labelMatch
	for {
		label, op := p.next(), p.next()
		switch {
		case p.err != nil:
		case !comparison.MatchString(op):
			p.err = fmt.Errorf("stage %q is not supported; json, logfmt and comparisons of labels are", label)
		case !parsed && !known(label):
			p.err = fmt.Errorf("label %q is none that the line has before it is parsed by json or logfmt", label)
		}
		all = append(all, labelMatch{label, p.compareField(op)})
		if p.err != nil || !p.take("and") && !p.take(",") {
			break
		}
	}
	return func(l *Line) bool {
		return !slices.ContainsFunc(all, func(m labelMatch) bool { return !m.is(label(l, m.label, parsed)) })
	}
}

func (p *logqlParser) compareField(op string) func(string) bool {
	if number.MatchString(p.peek()) {
		limit := p.next()
		switch op {
		case "=", "==", "!=":
			return p.compare(op, limit, true)
		case ">", ">=", "<", "<=":
			than, err := than(map[string]string{">": "gt", ">=": "gte", "<": "lt", "<=": "lte"}[op], limit)
			if err != nil {
				p.fail("a number")
			}
			return than
		}
	}
	return p.compare(op, p.text(), true)
}

// label looks a label up. Loki joins the names of nested fields with underscores.
func label(l *Line, name string, parsed bool) string {
	switch {
	case !parsed && meanings[name] == "stream":
		return l.Stream
	case !parsed:
		return l.about()[name]
	}
	if value, ok := l.Field(name); ok {
		return value
	}
	for field, value := range l.own {
		if strings.ReplaceAll(field, ".", "_") == name {
			return value
		}
	}
	return ""
}

// text reads a quoted text.
func (p *logqlParser) text() string {
	quoted := p.peek()
	text, err := strconv.Unquote(quoted)
	if err != nil || quoted[0] == '\'' {
		p.fail("a text in quotes")
		return ""
	}
	p.next()
	return text
}
