package rules

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"time"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/rulefmt"
	"go.yaml.in/yaml/v3"

	"github.com/rehearse-dev/rehearse/harness/assets/queries"
)

// Rule is one rule of the user's.
type Rule struct {
	File string // as the scenario names it
	Line int    // on which the rule begins
	// Group is the name of the rule's group.
	Group string
	// Name is an alert's name, or the metric that a recording rule makes.
	Name string
	// Alerting tells alerts from recording rules.
	Alerting bool
	Expr     *queries.Expr
	// For and KeepFiringFor as they are replayed.
	For, KeepFiringFor time.Duration
	Limit              int
	Labels             labels.Labels
	// Shortened is what is replayed shorter than it is written.
	Shortened []string

	place func(offset int) (line, column int)
	again int // how many rules before it have its name and group
}

// String names the rule: its name and group, and its number among those that
// share both.
func (r *Rule) String() string {
	again := ""
	if r.again > 0 {
		again = fmt.Sprintf(" #%d", r.again+1)
	}
	return fmt.Sprintf("%s (%s, group %s%s)", r.Name, r.File, r.Group, again)
}

// Kind is alert rule or recording rule.
func (r *Rule) Kind() string {
	if r.Alerting {
		return "alert rule"
	}
	return "recording rule"
}

// Place is where a part of a rule stands.
type Place struct {
	File         string
	Line, Column int
}

// String is file:line:column.
func (p Place) String() string { return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column) }

// Place returns where a byte of the rule's expression stands in its file.
func (r *Rule) Place(offset int) Place {
	line, column := r.place(offset)
	if line == 0 { // the expression comes from elsewhere, through a merge key
		line, column = r.Line, 1
	}
	return Place{r.File, line, column}
}

// Problem is why a file's rules cannot be judged.
type Problem struct {
	File string
	Line int // 0 for the whole file
	// Reason is what is wrong, all mistakes of the file together.
	Reason string
}

// Load reads the rules of some files, in their order. It fails only if a file
// cannot be read; what is wrong in one is a problem.
func Load(dir fs.FS, files []string, o queries.Options) ([]*Rule, []Problem, error) {
	var all []*Rule
	var problems []Problem
	for _, name := range files {
		raw, err := fs.ReadFile(dir, name)
		if err != nil {
			return nil, nil, fmt.Errorf("reading rules: %w", err)
		}
		found, problem := read(name, raw, o.WithDefaults())
		if problem != nil {
			problems = append(problems, *problem)
			continue
		}
		all = append(all, found...)
	}
	number(all)
	return all, problems, nil
}

// number tells rules apart that have one name and one group.
func number(all []*Rule) {
	seen := map[string]int{}
	for _, r := range all {
		r.again = 0
		name := r.String()
		r.again = seen[name]
		seen[name]++
	}
}

// read reads one file: rule groups, or manifests with PrometheusRule objects.
func read(name string, raw []byte, o queries.Options) ([]*Rule, *Problem) {
	documents, err := parts(raw)
	if err != nil {
		return nil, mistakes(name, nil, err)
	}
	var all []*Rule
	found := false
	for i, doc := range documents {
		specs, manifest := ruleSpecs(doc)
		switch {
		case !manifest && field(doc, "groups") == nil:
			continue
		case !manifest && i > 0:
			return nil, &Problem{name, doc.Line, "a second document: Prometheus reads the first one only"}
		case !manifest:
			specs = []*yaml.Node{doc}
			if _, errs := rulefmt.Parse(raw, false, validNames, queries.Parser(), silent); len(errs) > 0 {
				return nil, mistakes(name, doc, errs...)
			}
		}
		for _, spec := range specs {
			found = true
			rules, err := ruleGroups(name, raw, spec, o)
			if err != nil {
				return nil, mistakes(name, spec, err)
			}
			all = append(all, rules...)
		}
	}
	if !found {
		return nil, &Problem{File: name, Reason: "neither rule groups nor a PrometheusRule: expected a list `groups`, or objects of kind PrometheusRule"}
	}
	return all, nil
}

// parts are the documents of a YAML or JSON file.
func parts(raw []byte) ([]*yaml.Node, error) {
	var all []*yaml.Node
	for dec := yaml.NewDecoder(bytes.NewReader(raw)); ; {
		var doc yaml.Node
		err := dec.Decode(&doc)
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return nil, err
		}
		if len(doc.Content) == 1 {
			all = append(all, doc.Content[0])
		}
	}
}

// ruleSpecs are the specs of the PrometheusRule objects in a document, which may
// be a list of objects. It is no manifest if it has no kind.
func ruleSpecs(doc *yaml.Node) (specs []*yaml.Node, manifest bool) {
	kind := field(doc, "kind")
	switch {
	case kind == nil:
		return nil, false
	case kind.Value == "PrometheusRule":
		if spec := field(doc, "spec"); spec != nil {
			specs = append(specs, spec)
		}
	case strings.HasSuffix(kind.Value, "List"):
		if items := field(doc, "items"); items != nil {
			for _, item := range items.Content {
				more, _ := ruleSpecs(item)
				specs = append(specs, more...)
			}
		}
	}
	return specs, true
}

// field is the value of a key; nil when there is none.
func field(n *yaml.Node, key string) *yaml.Node {
	for n != nil && n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if n == nil || n.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i+1]
		}
	}
	return nil
}

func items(n *yaml.Node) []*yaml.Node {
	for n != nil && n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if n == nil || n.Kind != yaml.SequenceNode {
		return nil
	}
	return n.Content
}
