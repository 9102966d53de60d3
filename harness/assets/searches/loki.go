package searches

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/common/model"

	"github.com/rehearse-dev/rehearse/harness/assets"
)

// readLoki reads the rules of a Loki ruler: groups of alerts and recordings, each with
// an expression that counts lines.
func (l *loader) readLoki(root node) {
	for _, group := range root.get("groups").items() {
		for _, rule := range group.get("rules").items() {
			name := cmp.Or(rule.get("alert").text(), rule.get("record").text(), "unnamed")
			s, err := fromLogQL(rule.get("expr").text())
			if err != nil {
				l.refuse(assets.LogSearch, name, rule.line(), "%v", err)
				continue
			}
			s.Name, s.Line = name, rule.line()
			l.add(s)
		}
	}
}

// fromLogQL takes a metric query apart. The supported part is
//
//	[sum|max|count [by (label, ...)]] ( count_over_time|rate|absent_over_time ( log query [range] ) ) [comparison number]
//
// An alarm on fewer lines than a number, or on none, is a search for lines that have to
// keep coming: it is alive as long as they do.
func fromLogQL(expression string) (Search, error) {
	p := &metricParser{logqlParser: logqlParser{newScanner(expression)}, text: expression}
	s := p.metric()
	p.end()
	if p.err != nil {
		return Search{}, fmt.Errorf("not of the supported part of LogQL: %w", p.err)
	}
	return s, nil
}

type metricParser struct {
	logqlParser
	text string
}

func (p *metricParser) metric() Search {
	s := Search{Language: LogQL}
	summed := p.take("sum") || p.take("max") || p.take("count")
	by := ""
	if summed {
		by = p.by()
		p.expect("(")
	}
	function := p.next()
	if function != "count_over_time" && function != "rate" && function != "absent_over_time" && p.err == nil {
		p.err = fmt.Errorf("expected count_over_time, rate or absent_over_time, found %q", function)
	}
	p.expect("(")
	s.Expression = p.logQuery()
	within := p.window()
	p.expect(")")
	if summed {
		p.expect(")")
		by = cmp.Or(by, p.by())
	} else {
		by = "_stream" // each stream for itself
	}
	s.Threshold = Threshold{Count: p.threshold(function, within), Within: Duration{Duration: within}, By: by}
	if s.Threshold.Count <= 1 {
		s.Threshold = Threshold{}
	}
	return s
}

// by reads the labels that are counted apart.
func (p *metricParser) by() string {
	if p.at("without") {
		p.fail("by: what is left without some labels depends on which there are")
	}
	if !p.take("by") {
		return ""
	}
	p.expect("(")
	var labels []string
	for p.err == nil && !p.take(")") {
		labels = append(labels, p.next())
		if !p.take(",") && !p.at(")") {
			p.fail("a comma or )")
		}
	}
	return strings.Join(labels, ",")
}

// logQuery reads a log query and returns its text.
func (p *metricParser) logQuery() string {
	if len(p.tokens) == 0 {
		p.fail("a log query")
		return ""
	}
	from := p.tokens[0].column - 1
	p.query()
	if len(p.tokens) == 0 {
		p.fail("[range]")
		return ""
	}
	return strings.TrimSpace(p.text[from : p.tokens[0].column-1])
}

func (p *metricParser) window() time.Duration {
	p.expect("[")
	text := p.next()
	within, err := model.ParseDuration(text)
	if p.err == nil && (err != nil || time.Duration(within) < second) {
		p.err = fmt.Errorf("expected a range such as [5m], found [%s", text)
	}
	p.expect("]")
	return time.Duration(within).Truncate(second)
}

// threshold reads the comparison, and says how many lines within the window it takes
// to get it over, or to keep it away.
func (p *metricParser) threshold(function string, within time.Duration) int {
	if p.peek() == "" {
		return 1
	}
	op := p.peek()
	if !comparison.MatchString(op) {
		p.fail("a comparison")
		return 1
	}
	p.next()
	limit, err := strconv.ParseFloat(p.peek(), 64)
	if err != nil || limit < 0 {
		p.fail("a number")
		return 1
	}
	p.next()
	if function == "rate" {
		limit *= within.Seconds()
	}
	lines := math.Ceil(limit)
	switch op {
	case ">", "<=": // one more than the limit is over it
		lines = math.Floor(limit) + 1
	case ">=", "<":
	case "==":
		if limit > 0 {
			p.err = errors.New("exactly so many lines is chance: compare with < or >")
		}
	default:
		p.err = fmt.Errorf("comparison %s is not supported", op)
	}
	return int(min(max(lines, 1), math.MaxInt32))
}
