package queries

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"
)

// Judgement is what became of an expression.
type Judgement struct {
	Verdict Verdict
	// Losses say why it is dead or new.
	Losses []Loss
	// Differences say how it changed.
	Differences []Difference
	// Spare are selectors that it can do without and that chose series on one side
	// only: branches of an or, exclusions behind an unless.
	Spare []string
}

// Chance is true when the verdict rests on nothing that one run could tell from
// chance.
func (j Judgement) Chance() bool {
	return j.Verdict == Changed && !slices.ContainsFunc(j.Differences, func(d Difference) bool { return !d.Chance })
}

// Judge compares the outcomes of an expression on both sides.
//
// A selector that has series on one side and none on the other makes a verdict
// by itself, whether or not the expression was ever true: the series are the
// positive control. It has to have them at more than one moment.
func (p *Pair) Judge(ctx context.Context, e *Expr, baseline, candidate Outcome) (Judgement, error) {
	j := Judgement{Verdict: levels(baseline, candidate)}
	var err error
	if j.Verdict == Alive {
		if j.Verdict, err = p.hidden(ctx, e); err != nil {
			return j, err
		}
	}
	if j.Spare, err = p.spare(ctx, e); err != nil {
		return j, err
	}
	switch j.Verdict {
	case Dead:
		return p.explained(ctx, e, j, max(baseline.Level, candidate.Level), p.Baseline, p.Candidate)
	case New:
		return p.explained(ctx, e, j, max(baseline.Level, candidate.Level), p.Candidate, p.Baseline)
	case Alive, Changed, Unproven:
	}
	if j.Verdict == Unproven && baseline.Level >= Results {
		return j, err // nothing but constants
	}
	j.Differences = differences(baseline, candidate)
	chosen, err := p.chosen(ctx, e, j.Verdict == Unproven)
	j.Differences = append(j.Differences, chosen...)
	if len(j.Differences) > 0 {
		j.Verdict = Changed
	}
	return j, err
}

// hidden judges an expression with results on both sides by the series under
// them: a constant may stand in for those that are gone, for ever the same.
func (p *Pair) hidden(ctx context.Context, e *Expr) (Verdict, error) {
	b, err := p.Baseline.missing(ctx, e.Node)
	if err != nil {
		return Alive, err
	}
	c, err := p.Candidate.missing(ctx, e.Node)
	switch {
	case len(b) == 0 && len(c) > 0:
		return Dead, err
	case len(b) > 0 && len(c) == 0:
		return New, err
	case len(b) > 0:
		return Unproven, err
	}
	return Alive, err
}

// explained adds why an expression got further on one side.
func (p *Pair) explained(ctx context.Context, e *Expr, j Judgement, level Level, has, lacks *Side) (Judgement, error) {
	losses, err := p.Losses(ctx, e, has, lacks)
	if err != nil {
		return j, err
	}
	j.Losses = losses
	if level == Chosen {
		lasting, err := has.lasting(ctx, losses)
		if err != nil || lasting {
			return j, err
		}
		return Judgement{Verdict: Unproven, Spare: j.Spare}, nil
	}
	if len(losses) == 1 && losses[0].Part == Values && losses[0].Near {
		values := [2]string{listed3(losses[0].Has), listed3(losses[0].Lacks)}
		if has == p.Candidate {
			values[0], values[1] = values[1], values[0]
		}
		j.Verdict = Changed
		j.Differences = []Difference{{"values beside " + losses[0].Text, values[0], values[1], true}}
	}
	return j, nil
}

// lasting is true when any of the selectors that were lost has series at more
// than one moment on the side that has them.
func (s *Side) lasting(ctx context.Context, losses []Loss) (bool, error) {
	for _, l := range losses {
		if l.selector == nil {
			return true, nil
		}
		results, err := s.Range(ctx, l.selector)
		if err != nil {
			return false, err
		}
		var o Outcome
		if o.measure(results); o.True > once || s.steps < enoughSteps {
			return true, nil
		}
	}
	return false, nil
}

// spare names the selectors of one side only that an expression can do without.
func (p *Pair) spare(ctx context.Context, e *Expr) ([]string, error) {
	alternatives, exclusions := spare(e.Node)
	var all []string
	for _, s := range slices.Concat(alternatives, exclusions) {
		b, c, err := p.both(ctx, s)
		if err != nil {
			return nil, err
		}
		switch {
		case len(b) > 0 && len(c) == 0:
			all = append(all, s.String()+" has series on the baseline only")
		case len(b) == 0 && len(c) > 0:
			all = append(all, s.String()+" has series on the candidate only")
		}
	}
	slices.Sort(all)
	return slices.Compact(all), nil
}

func (p *Pair) both(ctx context.Context, s *parser.VectorSelector) (b, c []labels.Labels, err error) {
	if b, err = p.Baseline.Select(ctx, s.LabelMatchers); err != nil {
		return nil, nil, err
	}
	c, err = p.Candidate.Select(ctx, s.LabelMatchers)
	return b, c, err
}

// chosen compares what selectors choose that have series on both sides. Labels
// that series lost or gained differ where the expression makes use of them; that
// is only looked for when there are no results, which would show it.
func (p *Pair) chosen(ctx context.Context, e *Expr, unproven bool) ([]Difference, error) {
	var all []Difference
	for _, s := range inAggregations(e.Node) {
		b, c, err := p.both(ctx, s.VectorSelector)
		if err != nil {
			return nil, err
		}
		if len(b) == 0 || len(c) == 0 {
			continue
		}
		lost, gained := beyond(b, c), beyond(c, b)
		kept := [2][]string{s.keeps(lost), s.keeps(gained)}
		switch {
		case unproven && len(kept[0])+len(kept[1]) > 0:
			all = append(all, Difference{"labels on series of " + s.String(), listed3(kept[0]), listed3(kept[1]), false})
		case len(lost)+len(gained) > 0 && manyMore(len(b), len(c)):
			all = append(all, Difference{"series of " + s.String(), counted(len(b), lost), counted(len(c), gained), false})
		}
		idle, err := p.idle(ctx, s.VectorSelector, len(b), len(c))
		if err != nil {
			return nil, err
		}
		all = append(all, idle...)
	}
	return slices.Compact(all), nil
}

// counted is a number of series, and the labels that only these have.
func counted(n int, labels []string) string {
	if len(labels) == 0 {
		return strconv.Itoa(n)
	}
	return fmt.Sprintf("%d with %s", n, listed3(labels))
}

// aggregated is a selector and the aggregation that it is in, if it is in one.
type aggregated struct {
	*parser.VectorSelector

	by *parser.AggregateExpr
}

// inAggregations are the selectors of an expression with the innermost
// aggregation around each.
func inAggregations(node parser.Node) []aggregated {
	var all []aggregated
	parser.Inspect(node, func(n parser.Node, path []parser.Node) error {
		s, ok := n.(*parser.VectorSelector)
		if !ok {
			return nil
		}
		found := aggregated{VectorSelector: s}
		for _, above := range path {
			if a, ok := above.(*parser.AggregateExpr); ok {
				found.by = a
			}
		}
		all = append(all, found)
		return nil
	})
	return all
}

// keeps are those of some labels that outlive the aggregation.
func (a aggregated) keeps(labels []string) []string {
	if a.by == nil || a.by.Op == parser.TOPK || a.by.Op == parser.BOTTOMK {
		return labels
	}
	var kept []string
	for _, label := range labels {
		if slices.Contains(a.by.Grouping, label) != a.by.Without {
			kept = append(kept, label)
		}
	}
	return kept
}

// beyond are the labels that several of some series have, and none of others.
func beyond(series, others []labels.Labels) []string {
	counts := map[string]int{}
	for _, l := range series {
		l.Range(func(l labels.Label) { counts[l.Name]++ })
	}
	for _, l := range others {
		l.Range(func(l labels.Label) { delete(counts, l.Name) })
	}
	maps.DeleteFunc(counts, func(_ string, n int) bool { return n <= once })
	return slices.Sorted(maps.Keys(counts))
}

// quarter is by how much the series of a selector have to grow, in parts of
// four, before an exclusion that excludes nothing matters.
const quarter = 1

// idle finds matchers that exclude series on one side and nothing on the other,
// where the selector chooses more for want of it: container!="POD" where no
// series says POD.
func (p *Pair) idle(ctx context.Context, s *parser.VectorSelector, baseline, candidate int) ([]Difference, error) {
	if low, high := min(baseline, candidate), max(baseline, candidate); 4*(high-low) < quarter*low || high-low <= once {
		return nil, nil
	}
	var all []Difference
	for i, m := range s.LabelMatchers {
		if m.Type != labels.MatchNotEqual && m.Type != labels.MatchNotRegexp || m.Name == model.MetricNameLabel {
			continue
		}
		inverse, err := m.Inverse()
		if err != nil {
			return nil, fmt.Errorf("turning %s round: %w", m, err)
		}
		others := slices.Concat(s.LabelMatchers[:i], s.LabelMatchers[i+1:], []*labels.Matcher{inverse})
		b, c, err := p.both(ctx, &parser.VectorSelector{LabelMatchers: others})
		if err != nil {
			return nil, err
		}
		if len(b) > 0 && len(c) == 0 && candidate > baseline || len(c) > 0 && len(b) == 0 && baseline > candidate {
			all = append(all, Difference{
				"what " + m.String() + " excludes from " + strings.TrimSpace(nameOf(s.LabelMatchers)),
				fmt.Sprintf("%d series of %d", len(b), len(b)+baseline), fmt.Sprintf("%d series of %d", len(c), len(c)+candidate), false,
			})
		}
	}
	return all, nil
}
