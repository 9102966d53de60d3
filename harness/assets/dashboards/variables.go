package dashboards

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/prometheus/prometheus/promql/parser"

	"github.com/rehearse-dev/rehearse/harness/assets/queries"
)

// Variable is a template variable of a dashboard.
type Variable struct {
	Name string
	// Query asks Prometheus for the values; empty for a variable whose values are
	// Fixed.
	Query string
	Line  int
	// Fixed are the values of a variable that asks nobody.
	Fixed []string
	// All is the regular expression that stands for all values, if the dashboard
	// gives one.
	All string
	// Regex filters the values, or cuts them out.
	Regex string
}

// variable reads a template variable. One for a data source or for ad hoc filters
// has no values that a query could show.
func (r reader) variable(v *node) {
	name := v.string("name")
	of := &Variable{Name: name, Line: v.lineOr(0), Regex: v.string("regex")}
	switch v.string("type") {
	case "query":
		if kind := r.sources.kind(v.at("datasource")); kind != "" && !isPrometheus(kind) {
			r.Skipped = append(r.Skipped, Skipped{r.dashboard.File, v.line, "variable " + name, kind})
			return
		}
		query := v.at("query")
		if query.at("query") != nil {
			query = query.at("query")
		}
		of.Query, of.Line = query.string(), query.lineOr(of.Line)
		if of.Query == "" {
			of.Query = v.string("definition")
		}
		if v.string("includeAll") == "true" {
			of.All = v.string("allValue")
		}
	case "datasource", "adhoc":
		return
	default:
		of.Fixed = fixed(v)
	}
	r.dashboard.Variables = append(r.dashboard.Variables, of)
}

// fixed are the values of a variable that has a list of them, or a single one.
func fixed(v *node) []string {
	var chosen []string
	for _, value := range v.at("current", "value").texts() {
		if value != "" && value != "$__all" && value != "All" && value != "auto" && !strings.HasPrefix(value, "$__auto") {
			chosen = append(chosen, value)
		}
	}
	if len(chosen) > 0 {
		return chosen
	}
	for value := range strings.SplitSeq(v.string("query"), ",") {
		if _, behind, labelled := strings.Cut(value, " : "); labelled {
			value = behind
		}
		if value = strings.TrimSpace(value); value != "" {
			chosen = append(chosen, value)
		}
	}
	return chosen
}

// The functions of Grafana's variable queries.
var (
	labelValues = regexp.MustCompile(`(?s)^\s*label_values\(\s*(?:(.+)\s*,\s*)?([A-Za-z_$\[][\w.${}\[\]]*)\s*\)\s*$`)
	labelNames  = regexp.MustCompile(`^\s*label_names\(.*\)\s*$`)
	metricsOf   = regexp.MustCompile(`^\s*metrics\((.*)\)\s*$`)
	queryResult = regexp.MustCompile(`(?s)^\s*query_result\((.*)\)\s*$`)
)

// asked is what a variable's query asks one side for.
type asked struct {
	// expr is the expression whose series have the values.
	expr *queries.Expr
	// value takes the value out of a series' labels.
	value func(labels map[string]string, sample float64) string
}

// ask reads a variable's query. The variables in it stand for what they have so
// far: Grafana resolves them in the order of the dashboard.
func (s scope) ask(query string) (asked, error) {
	text, value := query, func(labels map[string]string, _ float64) string { return labels["__name__"] }
	if m := labelValues.FindStringSubmatch(query); m != nil {
		label := s.each(m[2], s.first)
		text = m[1]
		if text == "" {
			text = fmt.Sprintf(`{%s!=""}`, label)
		}
		value = func(labels map[string]string, _ float64) string { return labels[label] }
	} else if m := metricsOf.FindStringSubmatch(query); m != nil {
		text = fmt.Sprintf(`{__name__=~".*(?:%s).*"}`, strings.ReplaceAll(strings.Trim(m[1], `"' `), `\`, `\\`))
	} else if m := queryResult.FindStringSubmatch(query); m != nil {
		text, value = m[1], line
	} else if labelNames.MatchString(query) {
		return asked{}, errors.New("label_names() names the labels of all metrics, which says nothing about one")
	}
	text, err := s.expand(text)
	if err != nil {
		return asked{}, err
	}
	expr, err := queries.Parse(text, s.options.MaxRange)
	return asked{expr, value}, err
}

// line is a series as query_result() writes it.
func line(labels map[string]string, sample float64) string {
	name := labels["__name__"]
	var pairs []string
	for label, value := range labels {
		if label != "__name__" {
			pairs = append(pairs, fmt.Sprintf("%s=%q", label, value))
		}
	}
	slices.Sort(pairs)
	return fmt.Sprintf("%s{%s} %v", name, strings.Join(pairs, ","), sample)
}

// values are what a query gives on one side, sorted, filtered by the variable's
// regular expression.
func (v *Variable) values(ctx context.Context, a asked, side *queries.Side) ([]string, error) {
	seen := map[string]bool{}
	if s, ok := a.expr.Node.(*parser.VectorSelector); ok {
		chosen, err := side.Select(ctx, s.LabelMatchers)
		if err != nil {
			return nil, err
		}
		for _, l := range chosen {
			seen[a.value(l.Map(), 0)] = true
		}
		return v.filter(seen), nil
	}
	results, err := side.Range(ctx, a.expr.Node)
	if err != nil {
		return nil, ctx.Err() // one that cannot be evaluated has no values
	}
	for _, s := range results {
		sample := 0.0
		if len(s.Floats) > 0 {
			sample = s.Floats[len(s.Floats)-1].F
		}
		seen[a.value(s.Metric.Map(), sample)] = true
	}
	return v.filter(seen), nil
}

// filter keeps what the variable's regular expression matches, or what its first
// group, or the one called value, cuts out.
func (v *Variable) filter(seen map[string]bool) []string {
	pattern := strings.TrimSuffix(strings.TrimPrefix(v.Regex, "/"), "/")
	in, err := regexp.Compile(pattern)
	kept := map[string]bool{}
	for value := range seen {
		switch {
		case value == "":
		case err != nil || pattern == "": // an expression that only JavaScript reads filters nothing
			kept[value] = true
		default:
			if m := in.FindStringSubmatch(value); m != nil {
				kept[m[group(in)]] = true
			}
		}
	}
	var all []string
	for value := range kept {
		all = append(all, value)
	}
	slices.Sort(all)
	return all
}

// group is the number of the group that cuts a value out; 0 for the whole.
func group(in *regexp.Regexp) int {
	if i := in.SubexpIndex("value"); i > 0 {
		return i
	}
	return min(in.NumSubexp(), 1)
}
