package queries

import (
	"context"
	"fmt"
	"math"

	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/promql/parser/posrange"
)

// Part is what of an expression lost its series or results.
type Part string

// The parts.
const (
	Metric    Part = "metric"    // no series has the metric's name
	Label     Part = "label"     // the metric has series, none has the label
	Matcher   Part = "matcher"   // the label has other values
	Join      Part = "join"      // both operands have results, their labels do not meet
	Exclusion Part = "exclusion" // what stands behind unless excludes all
	Values    Part = "values"    // the numbers no longer pass the comparison
	Function  Part = "function"  // the argument has series, the function gives nothing
	Failure   Part = "failure"   // evaluating fails
)

// Loss is why an expression has something to show on one side and less on the
// other.
type Loss struct {
	Part Part
	// Text is the guilty part as it is written: a metric's name, a matcher, an
	// operator with its labels.
	Text string
	// Metric is the metric of the selector that the part belongs to, if there is
	// one.
	Metric string
	// Selector is that selector as it is written.
	Selector string
	// Start and End are where the part, or what it belongs to, stands in the
	// expression's text, in bytes.
	Start, End int
	// Has and Lacks are what both sides show there: values of the label, or a range
	// of numbers; Has is of the side that shows more.
	Has, Lacks []string
	// Near says that the numbers lie so close together that a threshold may part
	// them by chance.
	Near bool
	// Absent says that the expression asks for the absence of what was lost: it is
	// true where that is gone. Has and Lacks are then the other way round.
	Absent bool
	// Rewrite is what to write instead; nil when nothing is known that holds.
	Rewrite *Rewrite
	// Known is the ID of the catalogue entry whose habit of writing this is; empty
	// when it is no known habit.
	Known string

	selector *parser.VectorSelector
}

// String says what happened, such as: lost container="POD" on
// container_network_receive_bytes_total.
func (l Loss) String() string {
	if l.Absent {
		present := l
		present.Absent = false
		return "absence, on the other side: " + present.String()
	}
	switch l.Part {
	case Metric:
		return "lost metric " + l.Text
	case Label:
		return fmt.Sprintf("lost label of %s on %s", l.Text, l.Metric)
	case Matcher:
		return fmt.Sprintf("lost %s on %s", l.Text, l.Metric)
	case Join:
		return "no match in " + l.Text
	case Exclusion:
		return "all excluded by " + l.Text
	case Values:
		return "no value passes " + l.Text
	case Failure:
		return "fails: " + l.Text
	case Function:
	}
	return "nothing from " + l.Text
}

// Losses says why an expression shows less on one side than on the other; has is
// the side that shows more. There are several losses where several selectors are
// gone, and none for those that are gone on both sides.
func (p *Pair) Losses(ctx context.Context, e *Expr, has, lacks *Side) ([]Loss, error) {
	d := diagnosis{p, e, has, lacks}
	losses, err := d.gone(ctx, true)
	if err != nil || len(losses) > 0 {
		return losses, err
	}
	lost, err := d.lost(ctx, e.Node)
	if err != nil || !lost {
		return nil, err
	}
	loss, err := d.dying(ctx, e.Node)
	if err != nil {
		return nil, err
	}
	return d.proved(ctx, []Loss{loss})
}

// Blind says which selectors choose nothing on either side, and what is known of
// them.
func (p *Pair) Blind(ctx context.Context, e *Expr) ([]Loss, error) {
	return diagnosis{p, e, p.Baseline, p.Candidate}.gone(ctx, false)
}

// gone are the losses of the selectors that an expression needs and that choose
// nothing on one side; control is whether they must choose some on the other.
func (d diagnosis) gone(ctx context.Context, control bool) ([]Loss, error) {
	missing, err := d.lacks.missing(ctx, d.expr.Node)
	if err != nil {
		return nil, err
	}
	var losses []Loss
	for _, selector := range missing {
		chosen, err := d.has.Select(ctx, selector.LabelMatchers)
		if err != nil {
			return nil, err
		}
		if control != (len(chosen) > 0) {
			continue
		}
		loss, err := d.selector(ctx, selector)
		if err != nil {
			return nil, err
		}
		losses = append(losses, loss)
	}
	return d.proved(ctx, losses)
}

// diagnosis looks for the place where an expression dies.
type diagnosis struct {
	*Pair
	expr       *Expr
	has, lacks *Side
}

// lost is true for a part that has results on one side and none on the other.
func (d diagnosis) lost(ctx context.Context, node parser.Node) (bool, error) {
	expr := instant(node)
	if expr == nil || expr.Type() != parser.ValueTypeVector {
		return false, nil
	}
	here, err := d.has.shows(ctx, expr)
	if err != nil || !here {
		return false, err
	}
	there, err := d.lacks.shows(ctx, expr)
	return !there, err
}

// instant is the part of an expression that can be evaluated at a moment.
func instant(node parser.Node) parser.Expr {
	switch n := node.(type) {
	case *parser.MatrixSelector:
		return n.VectorSelector
	case *parser.SubqueryExpr:
		return n.Expr
	case parser.Expr:
		return n
	}
	return nil
}

// shows is true for an expression with results at any moment. One that fails has
// none.
func (s *Side) shows(ctx context.Context, expr parser.Expr) (bool, error) {
	results, err := s.Range(ctx, expr)
	if ctx.Err() != nil {
		return false, err
	}
	return err == nil && len(results) > 0, nil
}

// dying goes down to the smallest part that is lost.
func (d diagnosis) dying(ctx context.Context, node parser.Node) (Loss, error) {
	for _, child := range parser.Children(node) {
		lost, err := d.lost(ctx, child)
		if err != nil {
			return Loss{}, err
		}
		if lost {
			return d.dying(ctx, child)
		}
	}
	return d.at(ctx, node)
}

// at names the loss in a part whose own parts are all alive.
func (d diagnosis) at(ctx context.Context, node parser.Node) (Loss, error) {
	if expr := instant(node); expr != nil {
		if _, err := d.lacks.Range(ctx, expr); err != nil {
			return d.place(Loss{Part: Failure, Text: err.Error()}, node), ctx.Err()
		}
	}
	switch n := node.(type) {
	case *parser.ParenExpr:
		return d.at(ctx, n.Expr)
	case *parser.MatrixSelector:
		return d.at(ctx, n.VectorSelector)
	case *parser.VectorSelector:
		return d.selector(ctx, n)
	case *parser.BinaryExpr:
		return d.operation(ctx, n)
	case *parser.Call:
		return d.call(ctx, n)
	}
	return d.place(Loss{Part: Function, Text: node.String()}, node), nil
}

// call names what a function lost whose arguments all have results; for absent,
// what went on the other side.
func (d diagnosis) call(ctx context.Context, n *parser.Call) (Loss, error) {
	loss := d.place(Loss{Part: Function, Text: n.Func.Name}, n)
	if n.Func.Name != "absent" && n.Func.Name != "absent_over_time" {
		return loss, nil
	}
	turned := diagnosis{d.Pair, d.expr, d.lacks, d.has}
	lost, err := turned.lost(ctx, n.Args[0])
	if err != nil || !lost {
		return loss, err
	}
	loss, err = turned.dying(ctx, n.Args[0])
	loss.Absent, loss.Rewrite = true, nil // absence is what is asked for
	return loss, err
}

// place notes where in the text a loss stands, if the text has it at all.
func (d diagnosis) place(l Loss, node parser.Node) Loss {
	return d.between(l, node.PositionRange())
}

func (d diagnosis) between(l Loss, at posrange.PositionRange) Loss {
	if start, end := int(at.Start), int(at.End); 0 <= start && start <= end && end <= len(d.expr.Text) {
		l.Start, l.End = start, end
	}
	return l
}

// operation names what an operator lost whose operands both have results.
func (d diagnosis) operation(ctx context.Context, n *parser.BinaryExpr) (Loss, error) {
	if n.Op == parser.LUNLESS {
		return d.place(Loss{Part: Exclusion, Text: "unless " + n.RHS.String()}, n.RHS), nil
	}
	if n.VectorMatching != nil {
		loss, found, err := d.join(ctx, n)
		if err != nil || found {
			return loss, err
		}
	}
	if !n.Op.IsComparisonOperator() {
		return d.place(Loss{Part: Join, Text: n.Op.String()}, n), nil
	}
	return d.comparison(ctx, n)
}

// comparison shows the numbers that no longer pass.
func (d diagnosis) comparison(ctx context.Context, n *parser.BinaryExpr) (Loss, error) {
	side, bound := n.LHS, n.RHS
	if constant(side) {
		side, bound = bound, side
	}
	loss := d.place(Loss{Part: Values, Text: n.Op.String() + " " + bound.String()}, n)
	var ranges [2]Outcome
	for i, s := range [2]*Side{d.has, d.lacks} {
		results, err := s.Range(ctx, side)
		if err != nil {
			return Loss{}, ctx.Err() // it had results a moment ago
		}
		ranges[i] = Outcome{Low: math.NaN(), High: math.NaN()}
		ranges[i].measure(results)
	}
	loss.Has, loss.Lacks = []string{between(ranges[0])}, []string{between(ranges[1])}
	loss.Near = !apart(ranges[0].Low, ranges[1].Low, closeness) && !apart(ranges[0].High, ranges[1].High, closeness)
	return loss, nil
}
