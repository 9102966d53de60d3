package searches

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/rehearse-dev/rehearse/clusters/runtime"
	"github.com/rehearse-dev/rehearse/harness/assets"
	"github.com/rehearse-dev/rehearse/internal/strictyaml"
	"github.com/rehearse-dev/rehearse/internal/suggest"
	"github.com/rehearse-dev/rehearse/scenarios"
)

// APIVersion and Kind that a file of our own format names.
const (
	APIVersion = "rehearse.dev/v1alpha1"
	Kind       = "LogSearches"
)

// File is a file of log searches in our own format. What it does not know it refuses.
type File struct {
	// APIVersion of the format.
	APIVersion string `json:"apiVersion" jsonschema:"enum=rehearse.dev/v1alpha1"`
	// Kind of the file.
	Kind string `json:"kind" jsonschema:"enum=LogSearches"`
	// Searches, each with a name of its own.
	Searches []Definition `json:"searches" jsonschema:"minItems=1"`
}

// Definition is one search as it stands in a file.
type Definition struct {
	// Name that reports know the search by.
	Name string `json:"name"`
	// Language of the expression: contains (a text, as it is), regex (RE2), logsql (a
	// filter of VictoriaLogs), sigma (a rule, or its detection), jq (over messages in
	// JSON), or a part of logql (Loki) and of lucene (Elasticsearch's query_string).
	Language Language `json:"language"`
	// Expression to find in a line.
	Expression string `json:"expression"`
	// Sources are the logs to search, any of these; without it all that is recorded.
	Sources   []Source  `json:"sources,omitempty"`
	Threshold Threshold `json:"threshold,omitzero"`
	// Expect says what should be found while all is well: hits (the default), or
	// silence, for a search whose every hit is an alarm.
	Expect Expectation `json:"expect,omitempty"`
	// Reads says in what form your tool sees a line: raw, as it lies in the file, or
	// message, as the container wrote it. Without it both are looked at, and a search
	// that finds messages is judged by messages.
	Reads Reading `json:"reads,omitempty"`
}

// Duration is a length of time written as in Go, such as 2m30s.
type Duration = scenarios.Duration

// readOwn reads a file of our own format.
func (l *loader) readOwn(data []byte) {
	found := strictyaml.New("log searches", l.file)
	var f File
	var read []*Search
	if strictyaml.Decode(data, &f, found) {
		c := checker{found, slices.Clone(found.List)}
		if f.APIVersion != APIVersion {
			c.add("apiVersion", "", "expected %q, found %q", APIVersion, f.APIVersion)
		}
		if f.Kind != Kind {
			c.add("kind", "", "expected %q, found %q", Kind, f.Kind)
		}
		if len(f.Searches) == 0 {
			c.add("searches", "", "expected at least one search")
		}
		names := map[string]string{}
		for i, d := range f.Searches {
			at := fmt.Sprintf("searches[%d]", i)
			c.unique(names, at+".name", d.Name)
			if s := c.search(at, d); s != nil {
				s.Asset = assets.Asset{Kind: assets.LogSearch, Name: d.Name, File: l.file, Line: found.Line(at)}
				read = append(read, s)
			}
		}
	}
	if len(found.List) > 0 {
		l.mistaken(found)
		return
	}
	l.set.Searches = append(l.set.Searches, read...)
}

// checker checks what was decoded.
type checker struct {
	*strictyaml.Problems
	// decoding are the mistakes that decoding found.
	decoding []strictyaml.Problem
}

// add notes a mistake, unless decoding found one in the same field already.
func (c checker) add(at, hint, format string, args ...any) {
	if !slices.ContainsFunc(c.decoding, func(p strictyaml.Problem) bool {
		return at == p.Path || strings.HasPrefix(at, p.Path+".") || strings.HasPrefix(at, p.Path+"[")
	}) {
		c.Add(at, hint, format, args...)
	}
}

func (c checker) unique(seen map[string]string, at, name string) {
	first, again := seen[name]
	switch {
	case name == "":
		c.add(at, "", "required")
	case again:
		c.add(at, "", "%q is taken by %s", name, first)
	default:
		seen[name] = at
	}
}

// search checks a search and makes it ready; nil when it cannot be.
func (c checker) search(at string, d Definition) *Search {
	before := len(c.List)
	oneOf(c, at+".language", d.Language, Languages())
	oneOf(c, at+".expect", d.Expect, []Expectation{"", Hits, Silence})
	oneOf(c, at+".reads", d.Reads, []Reading{Either, Raw, Message})
	if d.Expression == "" {
		c.add(at+".expression", "", "required")
	}
	for i, source := range d.Sources {
		c.source(fmt.Sprintf("%s.sources[%d]", at, i), source)
	}
	if d.Threshold.Count < 0 {
		c.add(at+".threshold.count", "", "expected 1 or more, found %d", d.Threshold.Count)
	}
	if w := d.Threshold.Within.Duration; w < 0 || w%second != 0 {
		c.add(at+".threshold.within", "", "expected full seconds, found %s", w)
	}
	if len(c.List) > before {
		return nil
	}
	s := &Search{
		Language: d.Language, Expression: d.Expression, Sources: d.Sources,
		Threshold: d.Threshold, Expect: d.Expect, Reads: d.Reads,
	}
	if err := s.compile(); err != nil {
		c.add(at+".expression", "", "%v", err)
		return nil
	}
	return s
}

func (c checker) source(at string, s Source) {
	pods := s.Namespace + s.Workload + s.Container
	switch {
	case s == (Source{}):
		c.add(at, "leave sources out to search everything", "names nothing")
	case s.journal() && pods != "":
		c.add(at, "write two sources", "a journal belongs to a node, not to a namespace, workload or container")
	}
	for field, pattern := range map[string]string{
		"namespace": s.Namespace, "workload": s.Workload, "container": s.Container, "unit": s.Unit, "identifier": s.Identifier,
	} {
		if _, err := path.Match(pattern, ""); err != nil {
			c.add(at+"."+field, "", "not a pattern: %q", pattern)
		}
	}
	if s.Unit != "" && !recorded(s.Unit) {
		c.add(at+".unit", "", "the journal of %q is not recorded; those of %s are", s.Unit, strings.Join(runtime.AllUnits(), ", "))
	}
}

// recorded says whether any journal of a pattern is.
func recorded(unit string) bool {
	return slices.ContainsFunc(runtime.AllUnits(), func(known string) bool { return fits(unit, known) })
}

func oneOf[T ~string](c checker, at string, value T, known []T) {
	if slices.Contains(known, value) {
		return
	}
	var names []string
	for _, k := range known {
		if k != "" {
			names = append(names, string(k))
		}
	}
	hint := ""
	if near := suggest.Nearest(string(value), names); near != "" {
		hint = fmt.Sprintf("did you mean %q?", near)
	}
	c.add(at, hint, "expected one of %s, found %q", strings.Join(names, ", "), value)
}
