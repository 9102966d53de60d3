package queries

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
)

// join finds the label for which two operands no longer meet, each of them with
// results on both sides. It finds nothing where they do meet.
func (d diagnosis) join(ctx context.Context, n *parser.BinaryExpr) (Loss, bool, error) {
	var operands [2]promql.Matrix
	for i, operand := range [2]parser.Expr{n.LHS, n.RHS} {
		results, err := d.lacks.Range(ctx, operand)
		if err != nil {
			return Loss{}, false, ctx.Err()
		}
		operands[i] = results
	}
	by := joined(n.VectorMatching, operands)
	left, right := keysOf(operands[0], by), keysOf(operands[1], by)
	if !apartFrom(left, right) {
		return Loss{}, false, nil
	}
	loss := d.place(Loss{Part: Join, Text: joinText(n)}, n)
	for _, label := range by {
		l, r := keysOf(operands[0], []string{label}), keysOf(operands[1], []string{label})
		if apartFrom(l, r) {
			loss.Text += " by label " + label
			loss.Lacks = []string{"left " + listed3(quoted(l)), "right " + listed3(quoted(r))}
			break
		}
	}
	return loss, true, nil
}

// joined are the labels by which operands are matched, sorted.
func joined(m *parser.VectorMatching, operands [2]promql.Matrix) []string {
	if m.On {
		return slices.Sorted(slices.Values(m.MatchingLabels))
	}
	names := map[string]bool{}
	for _, operand := range operands {
		for _, s := range operand {
			for name := range s.Metric.Map() {
				names[name] = true
			}
		}
	}
	delete(names, "__name__")
	for _, ignored := range m.MatchingLabels {
		delete(names, ignored)
	}
	return slices.Sorted(maps.Keys(names))
}

// keysOf are the values of some labels together, of every series.
func keysOf(m promql.Matrix, by []string) map[string]bool {
	keys := map[string]bool{}
	for _, s := range m {
		var values []string
		for _, label := range by {
			values = append(values, s.Metric.Get(label))
		}
		keys[strings.Join(values, "\x00")] = true
	}
	return keys
}

func apartFrom(left, right map[string]bool) bool {
	for key := range left {
		if right[key] {
			return false
		}
	}
	return true
}

func quoted(keys map[string]bool) []string {
	var all []string
	for _, k := range slices.Sorted(maps.Keys(keys)) {
		all = append(all, `"`+k+`"`)
	}
	return all
}

// joinText is an operator with the labels that it joins by.
func joinText(n *parser.BinaryExpr) string {
	how := " ignoring ("
	if n.VectorMatching.On {
		how = " on ("
	}
	return n.Op.String() + how + strings.Join(n.VectorMatching.MatchingLabels, ", ") + ")"
}
