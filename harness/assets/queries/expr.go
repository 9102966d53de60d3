package queries

import (
	"fmt"
	"strings"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"
)

// grammar takes all that any Prometheus takes, experimental features included:
// what somebody's Prometheus runs is not for us to refuse.
var grammar = parser.NewParser(parser.Options{
	EnableExperimentalFunctions: true, ExperimentalDurationExpr: true,
	EnableExtendedRangeSelectors: true, EnableBinopFillModifiers: true,
})

// Parser reads PromQL as this package does.
func Parser() parser.Parser { return grammar }

// Expr is an expression as somebody wrote it and as it is replayed.
type Expr struct {
	Text string
	// Shortened are the ranges and offsets that are replayed shorter than they are
	// written, such as "[1h] as [1m]".
	Shortened []string
	// Node is the replayed expression. The places in it are those of Text.
	Node parser.Expr
}

// Parse reads an expression and shortens what looks further back than maxRange.
func Parse(text string, maxRange time.Duration) (*Expr, error) {
	node, err := grammar.ParseExpr(text)
	if err != nil {
		return nil, err
	}
	e := &Expr{Text: text, Node: node}
	e.shorten(maxRange)
	return e, nil
}

func (e *Expr) shorten(limit time.Duration) {
	parser.Inspect(e.Node, func(n parser.Node, _ []parser.Node) error {
		switch n := n.(type) {
		case *parser.MatrixSelector:
			if n.RangeExpr == nil {
				e.cut("[%s]", &n.Range, limit)
			}
		case *parser.SubqueryExpr:
			if n.RangeExpr == nil && e.cut("[%s:]", &n.Range, limit) && n.StepExpr == nil && n.Step > limit/4 {
				n.Step = limit / 4 // enough points for a function over time
			}
			if n.OriginalOffsetExpr == nil {
				e.cut("offset %s", &n.OriginalOffset, limit)
			}
		case *parser.VectorSelector:
			if n.OriginalOffsetExpr == nil {
				e.cut("offset %s", &n.OriginalOffset, limit)
			}
		}
		return nil
	})
}

// cut bounds a length of time, which for offsets may be negative.
func (e *Expr) cut(format string, d *time.Duration, limit time.Duration) bool {
	short := min(max(*d, -limit), limit)
	if short == *d {
		return false
	}
	before := fmt.Sprintf(format, written(*d))
	*d = short
	e.Shortened = append(e.Shortened, before+" as "+fmt.Sprintf(format, written(short)))
	return true
}

// written is a duration as PromQL has it.
func written(d time.Duration) string {
	if d < 0 {
		return "-" + model.Duration(-d).String()
	}
	return model.Duration(d).String()
}

// selectors are the vector selectors of an expression, in their order.
func selectors(node parser.Node) []*parser.VectorSelector {
	var all []*parser.VectorSelector
	parser.Inspect(node, func(n parser.Node, _ []parser.Node) error {
		if s, ok := n.(*parser.VectorSelector); ok {
			all = append(all, s)
		}
		return nil
	})
	return all
}

// Selectors are the vector selectors of the expression, in their order.
func (e *Expr) Selectors() []*parser.VectorSelector { return selectors(e.Node) }

// textOf writes matchers as a selector.
func textOf(matchers []*labels.Matcher) string {
	var parts []string
	name := ""
	for _, m := range matchers {
		if m.Name == model.MetricNameLabel && m.Type == labels.MatchEqual && name == "" {
			name = m.Value
			continue
		}
		parts = append(parts, m.String())
	}
	if len(parts) == 0 {
		return name
	}
	return name + "{" + strings.Join(parts, ",") + "}"
}
