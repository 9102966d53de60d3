package rules

import (
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/rulefmt"
	"go.yaml.in/yaml/v3"

	"github.com/rehearse-dev/rehearse/harness/assets/queries"
)

// validNames are the names of metrics and labels that Prometheus 3 takes.
const validNames = model.UTF8Validation

var silent = slog.New(slog.DiscardHandler)

// ruleGroups are the rules of a mapping with the key groups.
func ruleGroups(name string, raw []byte, spec *yaml.Node, o queries.Options) ([]*Rule, error) {
	if err := validate(spec); err != nil {
		return nil, err
	}
	var decoded rulefmt.RuleGroups
	if err := spec.Decode(&decoded); err != nil {
		return nil, err
	}
	source := source{name: name, text: string(raw)}
	var all []*Rule
	groups := items(field(spec, "groups"))
	for i, group := range decoded.Groups {
		nodes := items(field(groups[i], "rules"))
		for j, rule := range group.Rules {
			r, err := source.rule(nodes[j], group, rule, o)
			if err != nil {
				return nil, err
			}
			all = append(all, r)
		}
	}
	return all, nil
}

// validate checks the groups of a PrometheusRule as rulefmt checks those of a
// file. Fields that Prometheus does not know are the operator's or Thanos'.
func validate(spec *yaml.Node) error {
	text, err := yaml.Marshal(map[string]*yaml.Node{"groups": field(spec, "groups")})
	if err != nil {
		return fmt.Errorf("writing groups: %w", err)
	}
	_, errs := rulefmt.Parse(text, true, validNames, queries.Parser(), silent)
	for i, err := range errs {
		_, text := place(err) // the line is that in a text that nobody has seen
		errs[i] = fmt.Errorf("%d:1: %s", ruleLine(err, spec), text)
	}
	return errors.Join(errs...)
}

// ruleLine is the line of the rule that a mistake is about, or of the groups if
// it is about none.
func ruleLine(err error, spec *yaml.Node) int {
	var of *rulefmt.Error
	if !errors.As(err, &of) {
		return spec.Line
	}
	for _, group := range items(field(spec, "groups")) {
		rules := items(field(group, "rules"))
		if name := field(group, "name"); name != nil && name.Value == of.Group && of.Rule <= len(rules) {
			return rules[of.Rule-1].Line
		}
	}
	return spec.Line
}

var placed = regexp.MustCompile(`^(?:yaml: (?:unmarshal errors:\s*)?)?(?:line (\d+)|(\d+):\d+(?:: \d+:\d+)?): `)

// place parts the line from the rest of a message of rulefmt or of the YAML
// library; it is 0 where there is none.
func place(err error) (line int, text string) {
	text = err.Error()
	m := placed.FindStringSubmatch(text)
	if m == nil {
		return 0, text
	}
	line, _ = strconv.Atoi(m[1] + m[2]) // digits, or it had not matched
	return line, text[len(m[0]):]
}

// mistakes is the problem of a file, at the line of the first mistake; of is what
// the mistakes are in, nil for the whole file.
func mistakes(file string, of *yaml.Node, errs ...error) *Problem {
	line := 0
	var flat []error
	for _, err := range errs {
		if joined, ok := err.(interface{ Unwrap() []error }); ok {
			flat = append(flat, joined.Unwrap()...)
		} else {
			flat = append(flat, err)
		}
	}
	var texts []string
	for i, err := range flat {
		at, text := place(err)
		if at == 0 && of != nil {
			at = ruleLine(err, of)
		}
		if i == 0 {
			line = at
		}
		if i > 0 && at > 0 {
			text = fmt.Sprintf("line %d: %s", at, text)
		}
		texts = append(texts, strings.Join(strings.Fields(text), " "))
	}
	return &Problem{file, line, strings.Join(texts, "; ")}
}

// rule makes a rule of a decoded one and of the node that it stands in.
func (s source) rule(node *yaml.Node, group rulefmt.RuleGroup, rule rulefmt.Rule, o queries.Options) (*Rule, error) {
	expr, err := queries.Parse(rule.Expr, o.MaxRange)
	if err != nil {
		return nil, fmt.Errorf("%d:1: %w", node.Line, err)
	}
	all := maps.Clone(group.Labels)
	if all == nil {
		all = map[string]string{}
	}
	maps.Copy(all, rule.Labels)
	r := &Rule{
		File: s.name, Line: node.Line, Group: group.Name, Name: rule.Alert + rule.Record, Alerting: rule.Alert != "",
		Expr: expr, Limit: group.Limit, Labels: labels.FromMap(all), Shortened: expr.Shortened,
		place: func(offset int) (int, int) { return s.locate(field(node, "expr"), offset) },
	}
	r.For = r.shorten("for", time.Duration(rule.For), o.MaxFor)
	r.KeepFiringFor = r.shorten("keep_firing_for", time.Duration(rule.KeepFiringFor), o.MaxFor)
	return r, nil
}

func (r *Rule) shorten(what string, d, limit time.Duration) time.Duration {
	if d <= limit {
		return d
	}
	r.Shortened = append(r.Shortened, fmt.Sprintf("%s %s as %s", what, model.Duration(d), model.Duration(limit)))
	return limit
}
