package queries

import (
	"bytes"
	"context"
	_ "embed" // the table of rewrites
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"
	"go.yaml.in/yaml/v3"
)

//go:embed rewrites.yaml
var rewriteTable []byte

// habit is one entry of rewrites.yaml, which says what its fields mean.
type habit struct {
	Cause   string   `yaml:"cause"`
	Metric  string   `yaml:"metric"`
	Label   string   `yaml:"label"`
	Value   *string  `yaml:"value"`
	Instead []string `yaml:"instead"`
	Rename  string   `yaml:"rename"`
	Note    string   `yaml:"note"`
}

// habits reads the table once.
var habits = sync.OnceValues(func() ([]habit, error) {
	var all []habit
	dec := yaml.NewDecoder(bytes.NewReader(rewriteTable))
	dec.KnownFields(true)
	if err := dec.Decode(&all); err != nil {
		return nil, fmt.Errorf("reading rewrites: %w", err)
	}
	return all, nil
})

// Rewrite is a selector to write in place of one that lost its series.
type Rewrite struct {
	Selector string
	// Expr is the whole expression with it, ranges as they were written.
	Expr string
	Note string
	// Baseline and Candidate are how many series the selector chooses on each side.
	Baseline, Candidate int
	// Alive says that the whole expression, with all its rewrites, gets as far as
	// before on both sides, and has series at least.
	Alive bool

	matchers []*labels.Matcher
}

// rewrite offers what the table knows for a loss: the first rewrite whose
// selector has series on both sides, or on the side that lost them if the other
// never had any. It also says whose habit the loss is.
func (d diagnosis) rewrite(ctx context.Context, loss Loss) (*Rewrite, string, error) {
	all, err := habits()
	if err != nil {
		return nil, "", err
	}
	known := ""
	for _, h := range all {
		for _, matchers := range h.apply(loss) {
			if known == "" {
				known = h.Cause
			}
			r, err := d.try(ctx, loss.selector, matchers)
			if err != nil {
				return nil, "", err
			}
			if r != nil {
				r.Note = h.Note
				return r, h.Cause, nil
			}
		}
	}
	return nil, known, nil
}

// apply returns what a habit makes of the selector of a loss, the best first;
// nothing when it does not fit.
func (h habit) apply(loss Loss) [][]*labels.Matcher {
	names, others := byName(loss.selector.LabelMatchers)
	metric := textOf(names)
	if h.Metric != "" && !whole(h.Metric).MatchString(metric) {
		return nil
	}
	if h.Rename != "" {
		if loss.Part != Metric {
			return nil
		}
		renamed := whole(h.Metric).ReplaceAllString(metric, h.Rename)
		return [][]*labels.Matcher{append(matchersOf(model.MetricNameLabel+`="`+renamed+`"`), others...)}
	}
	at := slices.IndexFunc(others, h.fits)
	if at < 0 || loss.Part == Metric || !strings.Contains(loss.Text, others[at].String()) {
		return nil
	}
	var all [][]*labels.Matcher
	for _, instead := range h.Instead {
		replaced := matchersOf(strings.ReplaceAll(instead, "$value", inQuotes(others[at])))
		all = append(all, slices.Concat(names, others[:at], replaced, others[at+1:]))
	}
	return all
}

// fits is true for the matcher that a habit is about. One that only excludes is
// none, unless the habit is to exclude the empty value.
func (h habit) fits(m *labels.Matcher) bool {
	excludes := m.Type == labels.MatchNotEqual || m.Type == labels.MatchNotRegexp
	if h.Value == nil {
		return m.Name == h.Label && !excludes
	}
	return m.Name == h.Label && (!excludes || *h.Value == "") && whole(*h.Value).MatchString(m.Value)
}

// inQuotes is the value of a matcher as a part of a regular expression in quotes.
func inQuotes(m *labels.Matcher) string {
	v := m.Value
	if m.Type == labels.MatchEqual || m.Type == labels.MatchNotEqual {
		v = regexp.QuoteMeta(v)
	}
	return strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(v)
}

func whole(expression string) *regexp.Regexp {
	return regexp.MustCompile("^(?:" + expression + ")$") // of our own table, which a test reads
}

// matchersOf reads matchers as they are written between braces; none of a text
// that is no list of matchers.
func matchersOf(text string) []*labels.Matcher {
	if text == "" {
		return nil
	}
	matchers, err := grammar.ParseMetricSelector("{" + text + "}")
	if err != nil {
		return nil
	}
	return matchers
}

// try evaluates a selector on both sides in place of the one that lost its
// series, by itself and in the whole expression; nil when it has no series where
// they were lost, or lost those that the other side had.
func (d diagnosis) try(ctx context.Context, old *parser.VectorSelector, matchers []*labels.Matcher) (*Rewrite, error) {
	if !slices.ContainsFunc(matchers, func(m *labels.Matcher) bool { return !m.Matches("") }) {
		return nil, nil
	}
	var counts, before [2]int
	for i, s := range [2]*Side{d.Baseline, d.Candidate} {
		now, err := s.Select(ctx, matchers)
		if err != nil {
			return nil, err
		}
		was, err := s.Select(ctx, old.LabelMatchers)
		if err != nil {
			return nil, err
		}
		counts[i], before[i] = len(now), len(was)
	}
	has, lacks := 0, 1
	if d.has == d.Candidate {
		has, lacks = 1, 0
	}
	if counts[lacks] == 0 || counts[has] == 0 && before[has] > 0 {
		return nil, nil
	}
	return &Rewrite{Baseline: counts[0], Candidate: counts[1], matchers: matchers}, nil
}

// proved puts all rewrites of an expression into it and evaluates it with them on
// both sides.
func (d diagnosis) proved(ctx context.Context, losses []Loss) ([]Loss, error) {
	written, err := grammar.ParseExpr(d.expr.Text)
	if err != nil {
		return nil, fmt.Errorf("reading %q again: %w", d.expr.Text, err)
	}
	short, err := Parse(d.expr.Text, d.Options.MaxRange)
	if err != nil {
		return nil, fmt.Errorf("reading %q again: %w", d.expr.Text, err)
	}
	var rewrites []*Rewrite
	for _, loss := range losses {
		if loss.Rewrite == nil {
			continue
		}
		rewrites = append(rewrites, loss.Rewrite)
		loss.Rewrite.Selector = loss.Rewrite.into(written, loss.selector)
		loss.Rewrite.into(short.Node, loss.selector)
	}
	if len(rewrites) == 0 {
		return losses, nil
	}
	alive, err := d.alive(ctx, short)
	for _, r := range rewrites {
		r.Expr, r.Alive = written.String(), alive
	}
	return losses, err
}

// into puts the rewrite in the place of a selector, and returns it as it is
// written there.
func (r *Rewrite) into(node parser.Expr, old *parser.VectorSelector) string {
	text := ""
	for _, s := range selectors(node) {
		if s.PosRange == old.PosRange {
			s.LabelMatchers, s.Name = r.matchers, nameOf(r.matchers)
			text = s.String()
		}
	}
	return text
}

// alive is true for an expression that gets at least as far as the one at hand,
// on both sides.
func (d diagnosis) alive(ctx context.Context, rewritten *Expr) (bool, error) {
	for _, s := range [2]*Side{d.Baseline, d.Candidate} {
		was, err := s.Outcome(ctx, d.expr)
		if err != nil {
			return false, err
		}
		now, err := s.Outcome(ctx, rewritten)
		if err != nil || now.Err != "" || now.Level < max(was.Level, Chosen) {
			return false, err
		}
	}
	return true, nil
}

func nameOf(matchers []*labels.Matcher) string {
	for _, m := range matchers {
		if m.Name == model.MetricNameLabel && m.Type == labels.MatchEqual {
			return m.Value
		}
	}
	return ""
}
