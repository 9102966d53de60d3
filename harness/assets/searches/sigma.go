package searches

import (
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"

	"github.com/bradleyjkemp/sigma-go"
	"go.yaml.in/yaml/v3"
)

// sigmaRule is a Sigma rule's detection. sigma-go parses it. Matching is our own: the
// library's takes wildcards for letters, knows no keywords, and hides mistakes in
// values as lines that do not match.
type sigmaRule struct {
	conditions []sigma.SearchExpr
	selections map[string]selection
}

// selection matches when all of any of its lists of fields do.
type selection [][]sigmaField

// compileSigma takes a whole rule, or its detection alone. Whatever cannot be
// evaluated on one line is a mistake.
func compileSigma(expression string) (matcher, error) {
	whole, err := wholeRule(expression)
	if err != nil {
		return nil, err
	}
	rule, err := sigma.ParseRule(whole)
	if err != nil {
		return nil, fmt.Errorf("not a Sigma rule: %w", err)
	}
	r := sigmaRule{selections: map[string]selection{}}
	for _, name := range slices.Sorted(maps.Keys(rule.Detection.Searches)) {
		if r.selections[name], err = newSelection(rule.Detection.Searches[name]); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	for _, c := range rule.Detection.Conditions {
		if c.Aggregation != nil {
			return nil, errors.New("aggregations such as count() are not supported in a condition: use threshold")
		}
		if err := r.defined(c.Search); err != nil {
			return nil, err
		}
		r.conditions = append(r.conditions, c.Search)
	}
	if len(r.conditions) == 0 {
		return nil, errors.New("the detection has no condition")
	}
	return r, nil
}

// wholeRule makes a rule of a detection, and refuses what is more than a rule.
func wholeRule(expression string) ([]byte, error) {
	var rule map[string]any
	if err := yaml.Unmarshal([]byte(expression), &rule); err != nil {
		return nil, fmt.Errorf("not a Sigma rule: %w", err)
	}
	if _, inside := rule["condition"]; inside {
		rule = map[string]any{"detection": rule}
	}
	for _, key := range []string{"correlation", "action"} {
		if _, ok := rule[key]; ok {
			return nil, fmt.Errorf("%s is not supported: use threshold, or a search for each rule", key)
		}
	}
	detection, ok := rule["detection"].(map[string]any)
	if !ok {
		return nil, errors.New("not a Sigma rule: it has no detection")
	}
	if _, windowed := detection["timeframe"]; windowed {
		return nil, errors.New("timeframe is not supported: use threshold.within")
	}
	return yaml.Marshal(map[string]any{"detection": detection})
}

// newSelection compiles a search of the detection. Keywords look at the whole text.
func newSelection(s sigma.Search) (selection, error) {
	if len(s.Keywords) > 0 {
		words := sigma.FieldMatcher{Modifiers: []string{"contains"}}
		for _, word := range s.Keywords {
			words.Values = append(words.Values, word)
		}
		s.EventMatchers = []sigma.EventMatcher{{words}}
	}
	var anyOf selection
	for _, fields := range s.EventMatchers {
		var all []sigmaField
		for _, f := range fields {
			compiled, err := newSigmaField(f)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", f.Field, err)
			}
			all = append(all, compiled)
		}
		anyOf = append(anyOf, all)
	}
	return anyOf, nil
}

func (s selection) match(l *Line) bool {
	return slices.ContainsFunc(s, func(fields []sigmaField) bool {
		return !slices.ContainsFunc(fields, func(f sigmaField) bool { return !f.match(l) })
	})
}

func (r sigmaRule) match(l *Line) bool {
	return slices.ContainsFunc(r.conditions, func(c sigma.SearchExpr) bool { return r.holds(c, l) })
}

func (r sigmaRule) holds(condition sigma.SearchExpr, l *Line) bool {
	switch c := condition.(type) {
	case sigma.And:
		return !slices.ContainsFunc(c, func(part sigma.SearchExpr) bool { return !r.holds(part, l) })
	case sigma.Or:
		return slices.ContainsFunc(c, func(part sigma.SearchExpr) bool { return r.holds(part, l) })
	case sigma.Not:
		return !r.holds(c.Expr, l)
	case sigma.SearchIdentifier:
		return r.selections[c.Name].match(l)
	case sigma.OneOfThem:
		return len(r.matching("*", l)) > 0
	case sigma.AllOfThem:
		return len(r.matching("*", l)) == len(r.named("*"))
	case sigma.OneOfPattern:
		return len(r.matching(c.Pattern, l)) > 0
	case sigma.AllOfPattern:
		return len(r.matching(c.Pattern, l)) == len(r.named(c.Pattern))
	}
	return false // defined knows every kind
}

// named are the selections of a pattern, sorted.
func (r sigmaRule) named(pattern string) []string {
	var names []string
	for _, name := range slices.Sorted(maps.Keys(r.selections)) {
		if ok, err := path.Match(pattern, name); err == nil && ok {
			names = append(names, name)
		}
	}
	return names
}

func (r sigmaRule) matching(pattern string, l *Line) []string {
	return slices.DeleteFunc(r.named(pattern), func(name string) bool { return !r.selections[name].match(l) })
}

// defined wants all that a condition names to be there.
func (r sigmaRule) defined(condition sigma.SearchExpr) error {
	var parts []sigma.SearchExpr
	pattern := "*"
	switch c := condition.(type) {
	case sigma.And:
		parts = c
	case sigma.Or:
		parts = c
	case sigma.Not:
		parts = []sigma.SearchExpr{c.Expr}
	case sigma.SearchIdentifier:
		if _, ok := r.selections[c.Name]; !ok {
			return fmt.Errorf("the condition names %q, which the detection does not have", c.Name)
		}
	case sigma.OneOfThem, sigma.AllOfThem:
	case sigma.OneOfPattern:
		pattern = c.Pattern
	case sigma.AllOfPattern:
		pattern = c.Pattern
	default:
		return fmt.Errorf("a condition of type %T is not supported", condition)
	}
	if len(r.named(pattern)) == 0 {
		return fmt.Errorf("the condition names %q, which fits nothing in the detection", pattern)
	}
	for _, part := range parts {
		if err := r.defined(part); err != nil {
			return err
		}
	}
	return nil
}
