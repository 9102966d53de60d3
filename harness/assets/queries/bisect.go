package queries

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"
)

// selector finds the part of a selector for which it has no series on one side:
// the metric's name, or the fewest matchers without which it would have some.
func (d diagnosis) selector(ctx context.Context, s *parser.VectorSelector) (Loss, error) {
	names, others := byName(s.LabelMatchers)
	loss := d.place(Loss{Metric: textOf(names), Selector: s.String(), selector: s}, s)
	chosen, err := d.lacks.Select(ctx, s.LabelMatchers)
	if err != nil {
		return Loss{}, err
	}
	if len(chosen) > 0 { // series, but none at the moments that it looks at
		loss.Part, loss.Text = Function, s.String()
		return loss, nil
	}
	pool, err := d.pool(ctx, names, others)
	if err != nil {
		return Loss{}, err
	}
	if len(pool) == 0 {
		loss.Part, loss.Text = Metric, cmp.Or(textOf(names), s.String())
	} else if err := d.matcher(ctx, &loss, s.LabelMatchers, others, pool); err != nil {
		return Loss{}, err
	}
	loss.Rewrite, loss.Known, err = d.rewrite(ctx, loss)
	return loss, err
}

// byName parts the matchers of the metric's name from all others.
func byName(matchers []*labels.Matcher) (names, others []*labels.Matcher) {
	for _, m := range matchers {
		if m.Name == model.MetricNameLabel {
			names = append(names, m)
		} else {
			others = append(others, m)
		}
	}
	return names, others
}

// pool are the series among which a selector might have found some: those of its
// metric, or, for one that names none, those that any of its matchers chooses.
func (d diagnosis) pool(ctx context.Context, names, others []*labels.Matcher) ([]labels.Labels, error) {
	if len(names) > 0 {
		return d.lacks.Select(ctx, names)
	}
	for _, m := range others {
		if m.Matches("") {
			continue // chooses nearly everything
		}
		pool, err := d.lacks.Select(ctx, []*labels.Matcher{m})
		if err != nil || len(pool) > 0 {
			return pool, err
		}
	}
	return nil, nil
}

// matcher names the fewest matchers that reject every series of the pool, and
// the values that their labels have on both sides.
func (d diagnosis) matcher(ctx context.Context, loss *Loss, all, others []*labels.Matcher, pool []labels.Labels) error {
	guilty, near := nearest(pool, others)
	chosen, err := d.has.Select(ctx, all)
	if err != nil {
		return err
	}
	loss.Part = Label
	var texts []string
	for _, m := range guilty {
		texts = append(texts, m.String())
		loss.Has = append(loss.Has, d.has.valuesOf(chosen, m.Name)...)
		loss.Lacks = append(loss.Lacks, d.lacks.valuesOf(near, m.Name)...)
		if slices.ContainsFunc(pool, func(l labels.Labels) bool { return l.Has(m.Name) }) || m.Matches("") {
			loss.Part = Matcher
		}
	}
	loss.Text = strings.Join(texts, ",")
	d.narrow(loss, guilty)
	return nil
}

// scraped are labels that say where a series was scraped, and not what it is of.
var scraped = []string{"job", "instance", "metrics_path", "endpoint", "service", "node", "cluster", "prometheus"}

// nearest are the fewest matchers that part any series of the pool from being
// chosen, and the series that they alone part from it. Of several such sets it
// is the one that says the least of where series come from, then the one that
// parts the most series, then the one written first.
func nearest(pool []labels.Labels, matchers []*labels.Matcher) ([]*labels.Matcher, []labels.Labels) {
	sets := map[string][]labels.Labels{}
	for _, l := range pool {
		rejecting := make([]byte, len(matchers))
		for i, m := range matchers {
			rejecting[i] = '0'
			if !m.Matches(l.Get(m.Name)) {
				rejecting[i] = '1'
			}
		}
		sets[string(rejecting)] = append(sets[string(rejecting)], l)
	}
	targets := func(set string) (n int) {
		for i, m := range matchers {
			if set[i] == '1' && slices.Contains(scraped, m.Name) {
				n++
			}
		}
		return n
	}
	best := slices.MinFunc(slices.Sorted(maps.Keys(sets)), func(a, b string) int {
		return cmp.Or(
			cmp.Compare(strings.Count(a, "1"), strings.Count(b, "1")), cmp.Compare(targets(a), targets(b)),
			cmp.Compare(len(sets[b]), len(sets[a])), cmp.Compare(b, a))
	})
	var guilty []*labels.Matcher
	for i, m := range matchers {
		if best[i] == '1' {
			guilty = append(guilty, m)
		}
	}
	return guilty, sets[best]
}

const (
	// fewValues bounds how many values of a label a loss shows, and longValue how
	// long each is.
	fewValues = 5
	longValue = 64
)

// valuesOf are the first few values of a label, masked, an absent one as "".
func (s *Side) valuesOf(series []labels.Labels, name string) []string {
	seen := map[string]bool{}
	for _, l := range series {
		seen[`"`+clip(s.mask(l.Get(name)))+`"`] = true
	}
	values := slices.Sorted(maps.Keys(seen))
	return values[:min(len(values), fewValues)]
}

// clip leaves out the middle of a long value: both ends tell values apart.
func clip(value string) string {
	runes := []rune(value)
	if len(runes) <= longValue {
		return value
	}
	half := longValue / 2
	return string(runes[:half]) + "…" + string(runes[len(runes)-half:])
}

// narrow moves a loss from its selector to the guilty matcher, where the text
// has it in one piece.
func (d diagnosis) narrow(loss *Loss, guilty []*labels.Matcher) {
	if len(guilty) != 1 || loss.End > len(d.expr.Text) {
		return
	}
	if start, end, ok := within(d.expr.Text[loss.Start:loss.End], guilty[0]); ok {
		loss.Start, loss.End = loss.Start+start, loss.Start+end
	}
}

// within finds a matcher in the text of a selector by reading every piece of it
// between braces and commas as a selector of its own.
func within(text string, wanted *labels.Matcher) (start, end int, ok bool) {
	for start = range len(text) {
		if start > 0 && !strings.ContainsRune("{, \t\n", rune(text[start-1])) {
			continue
		}
		for end = start + 1; end <= len(text); end++ {
			if end < len(text) && !strings.ContainsRune("}, \t\n", rune(text[end])) {
				continue
			}
			found, err := grammar.ParseMetricSelector("{" + text[start:end] + "}")
			if err == nil && len(found) == 1 && found[0].String() == wanted.String() {
				trimmed := strings.TrimRight(text[start:end], " \t\n")
				start += len(trimmed) - len(strings.TrimLeft(trimmed, " \t\n"))
				return start, start + len(strings.TrimSpace(trimmed)), true
			}
		}
	}
	return 0, 0, false
}
