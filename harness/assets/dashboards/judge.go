package dashboards

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/prometheus/prometheus/promql"

	"github.com/rehearse-dev/rehearse/harness/assets/queries"
)

// Judgement is what became of one query of a panel, or of a variable.
type Judgement struct {
	// Name is that of the dashboard and what of it is judged.
	Name string
	// Kind is panel or variable.
	Kind string
	File string
	Line int
	// Text is the query as it is written, Expr as it was evaluated; that is empty
	// for one that could not be.
	Text, Expr          string
	Baseline, Candidate queries.Outcome
	queries.Judgement
	// Shortened is what was looked at over a shorter time than is written.
	Shortened []string
}

// Judge evaluates the queries of dashboards on both sides. Queries that are no
// PromQL are problems.
func Judge(ctx context.Context, all []*Dashboard, baseline, candidate queries.Series, o queries.Options) ([]Judgement, []Problem, error) {
	pair := queries.NewPair(baseline, candidate, o)
	var judgements []Judgement
	var problems []Problem
	for _, d := range all {
		found, wrong, err := judge(ctx, pair, d)
		if err != nil {
			return nil, nil, fmt.Errorf("judging dashboard %q: %w", d.Title, err)
		}
		judgements = append(judgements, found...)
		problems = append(problems, wrong...)
	}
	return judgements, problems, nil
}

func judge(ctx context.Context, pair *queries.Pair, d *Dashboard) ([]Judgement, []Problem, error) {
	s := scope{options: pair.Options, values: map[string][]string{}, alls: map[string]string{}, fixed: map[string]bool{}}
	var judgements []Judgement
	var problems []Problem
	for _, v := range d.Variables {
		j, err := s.resolve(ctx, pair, d, v)
		if ctx.Err() != nil {
			return nil, nil, err
		}
		if err != nil {
			problems = append(problems, Problem{d.File, v.Line, fmt.Sprintf("variable %q: %v", v.Name, err)})
		}
		if j != nil {
			judgements = append(judgements, *j)
		}
	}
	for _, q := range d.Queries {
		j, err := s.query(ctx, pair, q)
		if ctx.Err() != nil {
			return nil, nil, err
		}
		if err != nil {
			problems = append(problems, Problem{d.File, q.Line, fmt.Sprintf("panel %q, query %s: %v", q.Panel, q.RefID, err)})
			continue
		}
		judgements = append(judgements, *j)
	}
	return judgements, problems, nil
}

// resolve finds the values of a variable and judges its query. The values of both
// sides together stand for it in what follows.
func (s scope) resolve(ctx context.Context, pair *queries.Pair, d *Dashboard, v *Variable) (*Judgement, error) {
	s.values[v.Name], s.alls[v.Name] = v.Fixed, v.All
	if v.Query == "" {
		s.fixed[v.Name] = true
		return nil, nil
	}
	s.values[v.Name] = []string{}
	a, err := s.ask(v.Query)
	if err != nil {
		return nil, err
	}
	var values [2][]string
	for i, side := range [2]*queries.Side{pair.Baseline, pair.Candidate} {
		if values[i], err = v.values(ctx, a, side); err != nil {
			return nil, err
		}
	}
	all := slices.Concat(values[0], values[1])
	slices.Sort(all)
	s.values[v.Name] = slices.Compact(all)
	j := &Judgement{
		Name: fmt.Sprintf("%s / $%s (%s)", d.Title, v.Name, d.File), Kind: "variable",
		File: d.File, Line: v.Line, Text: v.Query, Expr: a.expr.Text, Shortened: a.expr.Shortened,
	}
	return j, j.variable(ctx, pair, a.expr, values)
}

// variable judges a variable by the values that it has on each side.
func (j *Judgement) variable(ctx context.Context, pair *queries.Pair, e *queries.Expr, values [2][]string) error {
	for i, o := range [2]*queries.Outcome{&j.Baseline, &j.Candidate} {
		o.Low, o.High = math.NaN(), math.NaN()
		if o.Series = len(values[i]); o.Series > 0 {
			o.Level, o.True, o.Of = queries.Results, 1, 1
		}
	}
	var err error
	switch b, c := len(values[0]) > 0, len(values[1]) > 0; {
	case b && !c:
		j.Verdict = queries.Dead
		j.Losses, err = pair.Losses(ctx, e, pair.Baseline, pair.Candidate)
	case !b && c:
		j.Verdict = queries.New
		j.Losses, err = pair.Losses(ctx, e, pair.Candidate, pair.Baseline)
	case !b:
		j.Verdict = queries.Unproven
		j.Losses, err = pair.Blind(ctx, e)
	default:
		j.Verdict = queries.Alive
	}
	return err
}

// query judges a query of a panel.
func (s scope) query(ctx context.Context, pair *queries.Pair, q *Query) (*Judgement, error) {
	text, err := s.expand(q.Text)
	if err != nil {
		return nil, err
	}
	e, err := queries.Parse(text, s.options.MaxRange)
	if err != nil {
		return nil, err
	}
	j := &Judgement{
		Name: q.String(), Kind: "panel", File: q.Dashboard.File, Line: q.Line,
		Text: words(q.Text), Expr: text, Shortened: e.Shortened,
	}
	if j.Baseline, err = drawn(ctx, pair.Baseline, e); err != nil {
		return nil, err
	}
	if j.Candidate, err = drawn(ctx, pair.Candidate, e); err != nil {
		return nil, err
	}
	if j.Judgement, err = pair.Judge(ctx, e, j.Baseline, j.Candidate); err != nil {
		return nil, err
	}
	if j.Verdict == queries.Unproven {
		j.Losses, err = pair.Blind(ctx, e)
	}
	return j, err
}

// drawn is the outcome of a query as a panel shows it: what is no number is not
// drawn.
func drawn(ctx context.Context, side *queries.Side, e *queries.Expr) (queries.Outcome, error) {
	results, err := side.Range(ctx, e.Node)
	if ctx.Err() != nil {
		return queries.Outcome{}, err
	}
	var visible promql.Matrix
	for _, s := range results {
		s.Floats = slices.DeleteFunc(s.Floats, func(p promql.FPoint) bool { return math.IsNaN(p.F) })
		if len(s.Floats)+len(s.Histograms) > 0 {
			visible = append(visible, s)
		}
	}
	return side.Sum(ctx, e, visible, err)
}
