package queries

import (
	"context"
	"slices"

	"github.com/prometheus/prometheus/promql/parser"
)

// missing returns the selectors without series for want of which an expression
// cannot have results; none when it can.
//
// What an expression can do without is not missing: one branch of an or, the
// right side of an unless, the argument of absent. A constant, such as the
// vector(0) behind an or, makes up for nothing: it gives a number and hides that
// the rest is gone.
func (s *Side) missing(ctx context.Context, node parser.Node) ([]*parser.VectorSelector, error) {
	switch n := node.(type) {
	case *parser.VectorSelector:
		chosen, err := s.Select(ctx, n.LabelMatchers)
		if err != nil || len(chosen) > 0 {
			return nil, err
		}
		return []*parser.VectorSelector{n}, nil
	case *parser.BinaryExpr:
		return s.missingOperands(ctx, n)
	}
	var all []*parser.VectorSelector
	for _, child := range needs(node) {
		dead, err := s.missing(ctx, child)
		if err != nil {
			return nil, err
		}
		all = append(all, dead...)
	}
	return all, nil
}

func (s *Side) missingOperands(ctx context.Context, n *parser.BinaryExpr) ([]*parser.VectorSelector, error) {
	left, err := s.missing(ctx, n.LHS)
	if err != nil {
		return nil, err
	}
	right, err := s.missing(ctx, n.RHS)
	if err != nil {
		return nil, err
	}
	fillLeft, fillRight := filled(n)
	switch {
	case n.Op == parser.LUNLESS, constant(n.RHS), fillRight && !fillLeft:
		return left, nil
	case constant(n.LHS), fillLeft && !fillRight:
		return right, nil
	case (n.Op == parser.LOR || fillLeft && fillRight) && (len(left) == 0 || len(right) == 0):
		return nil, nil
	}
	return slices.Concat(left, right), nil
}

// filled says which operands of an operation are made up for by a number.
func filled(n *parser.BinaryExpr) (left, right bool) {
	if n.VectorMatching == nil {
		return false, false
	}
	fill := n.VectorMatching.FillValues
	return fill.LHS != nil, fill.RHS != nil
}

// constant is true for an expression that reads no series.
func constant(node parser.Node) bool { return len(selectors(node)) == 0 }

// needs are the parts of an expression without which it has no results.
func needs(node parser.Node) []parser.Node {
	call, ok := node.(*parser.Call)
	if !ok {
		return parser.Children(node)
	}
	switch call.Func.Name {
	case "absent", "absent_over_time":
		return nil
	case "info": // its second argument only adds labels
		return parser.Children(node)[:1]
	}
	return parser.Children(node)
}

// spare are the selectors that an expression can do without, by what they are
// there for.
func spare(node parser.Node) (alternatives, exclusions []*parser.VectorSelector) {
	parser.Inspect(node, func(n parser.Node, _ []parser.Node) error {
		binary, ok := n.(*parser.BinaryExpr)
		switch {
		case !ok:
		case binary.Op == parser.LUNLESS:
			exclusions = append(exclusions, selectors(binary.RHS)...)
		case binary.Op == parser.LOR && !constant(binary.LHS) && !constant(binary.RHS):
			alternatives = append(alternatives, selectors(binary)...)
		}
		return nil
	})
	return alternatives, exclusions
}
