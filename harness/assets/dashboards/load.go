package dashboards

import (
	"cmp"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"
)

// Dashboard is one dashboard of the user's.
type Dashboard struct {
	File, Title string
	Variables   []*Variable
	Queries     []*Query
}

// Query is one query of a panel.
type Query struct {
	Dashboard *Dashboard
	// Panel is the panel's title, with its ID where several share the title.
	Panel string
	// RefID is the letter of the query in its panel.
	RefID string
	// Text is the query as it is written, variables and all.
	Text string
	Line int
}

// String names the query: dashboard, panel and letter.
func (q *Query) String() string {
	return fmt.Sprintf("%s / %s / %s (%s)", q.Dashboard.Title, q.Panel, q.RefID, q.Dashboard.File)
}

// Problem is something of a dashboard that cannot be judged and may hide a
// difference.
type Problem struct {
	File   string
	Line   int // 0 for the whole file
	Reason string
}

// Skipped is a query for something else than Prometheus.
type Skipped struct {
	File       string
	Line       int
	Panel      string
	DataSource string
}

// Loaded is what some files hold.
type Loaded struct {
	Dashboards []*Dashboard
	Problems   []Problem
	Skipped    []Skipped
}

// Load reads dashboards, in the order of the files. It fails only if a file
// cannot be read; what is wrong in one is a problem.
func Load(dir fs.FS, files []string) (*Loaded, error) {
	all := &Loaded{}
	for _, name := range files {
		raw, err := fs.ReadFile(dir, name)
		if err != nil {
			return nil, fmt.Errorf("reading dashboards: %w", err)
		}
		root, err := parse(raw)
		if err != nil {
			line, reason, _ := strings.Cut(strings.TrimPrefix(err.Error(), "line "), ": ")
			number, _ := strconv.Atoi(line) // parse wrote it
			all.Problems = append(all.Problems, Problem{name, number, reason})
			continue
		}
		all.dashboard(name, root)
	}
	return all, nil
}

// dashboard reads one file: a dashboard as Grafana exports it, as its API gives
// it, or as a Kubernetes object of the first schema.
func (l *Loaded) dashboard(file string, root *node) {
	switch {
	case root.at("dashboard", "panels") != nil || root.at("dashboard", "rows") != nil:
		root = root.at("dashboard")
	case root.at("spec", "elements") != nil || root.at("elements") != nil:
		l.problem(file, root.at("spec", "elements").lineOr(0), "a dashboard of schema v2, which is not read: export it in the classic schema")
		return
	case root.at("spec", "panels") != nil:
		root = root.at("spec")
	case root.at("panels") == nil && root.at("rows") == nil:
		l.problem(file, 0, "no dashboard: expected an object with panels, as Grafana exports it")
		return
	}
	d := &Dashboard{File: file, Title: cmp.Or(root.string("title"), file)}
	r := reader{Loaded: l, dashboard: d, sources: sourcesOf(root), titles: map[string]int{}}
	for _, v := range root.list("templating", "list") {
		r.variable(v)
	}
	panels := slices.Concat(root.list("panels"), rowsOf(root))
	for _, panel := range panels {
		r.count(panel)
	}
	for _, panel := range panels {
		r.panel(panel)
	}
	l.Dashboards = append(l.Dashboards, d)
}

// rowsOf are the panels of the rows that dashboards had before 2018.
func rowsOf(root *node) []*node {
	var all []*node
	for _, row := range root.list("rows") {
		all = append(all, row.list("panels")...)
	}
	return all
}

func (l *Loaded) problem(file string, line int, format string, args ...any) {
	l.Problems = append(l.Problems, Problem{file, line, fmt.Sprintf(format, args...)})
}

// reader reads one dashboard.
type reader struct {
	*Loaded
	dashboard *Dashboard
	sources   sources
	titles    map[string]int // how many panels have each title
}

// count counts the titles of a panel and of those in it.
func (r reader) count(panel *node) {
	r.titles[panel.string("title")]++
	for _, inner := range panel.list("panels") {
		r.count(inner)
	}
}

// panel reads a panel, and those in it if it is a row.
func (r reader) panel(panel *node) {
	if panel == nil {
		return
	}
	for _, inner := range panel.list("panels") {
		r.panel(inner)
	}
	title := cmp.Or(panel.string("title"), "untitled")
	if r.titles[panel.string("title")] > 1 {
		title += " #" + panel.string("id")
	}
	targets := panel.list("targets")
	if library := panel.at("libraryPanel"); library != nil && len(targets) == 0 {
		r.problem(r.dashboard.File, library.line, "panel %q is the library panel %q, whose queries are not in the file: export the dashboard with them",
			title, cmp.Or(library.string("name"), library.string("uid")))
		return
	}
	for i, target := range targets {
		r.target(title, i, panel, target)
	}
}

func (r reader) target(title string, i int, panel, target *node) {
	source := r.sources.kind(target.at("datasource"))
	if source == "" {
		source = r.sources.kind(panel.at("datasource"))
	}
	expr := target.at("expr")
	asks := expr != nil && strings.TrimSpace(expr.text) != ""
	if source != "" && !isPrometheus(source) || source == "" && !asks {
		if target != nil && (source != "" || len(target.fields) > 0) {
			r.Skipped = append(r.Skipped, Skipped{r.dashboard.File, target.line, title, cmp.Or(source, "unknown")})
		}
		return
	}
	if !asks {
		return // a query that nobody has filled in
	}
	r.dashboard.Queries = append(r.dashboard.Queries, &Query{
		Dashboard: r.dashboard, Panel: title, RefID: cmp.Or(target.string("refId"), strconv.Itoa(i+1)), Text: expr.text, Line: expr.line,
	})
}

// sources are the kinds of data source that names in a dashboard stand for.
type sources map[string]string

// sourcesOf reads what an export asks for when it is imported, and the variables
// that stand for a data source.
func sourcesOf(root *node) sources {
	all := sources{}
	for _, input := range root.list("__inputs") {
		all[input.string("name")] = input.string("pluginId")
	}
	for _, v := range root.list("templating", "list") {
		if v.string("type") == "datasource" {
			all[v.string("name")] = v.string("query")
		}
	}
	return all
}

// kind is the kind of a data source; empty when it is the default one or one that
// is known to Grafana only. Mixed says nothing: every query names its own.
func (s sources) kind(source *node) string {
	if source == nil {
		return ""
	}
	kind, name := source.string("type"), cmp.Or(source.string("uid"), source.text)
	switch name {
	case "-- Mixed --", "-- Mixed":
		return ""
	case "-- Grafana --", "-- Dashboard --":
		return name
	}
	if kind == "" {
		kind = s[strings.Trim(name, "${}[]")]
	}
	return kind
}

// isPrometheus is true for kinds of data source that are asked in PromQL.
func isPrometheus(kind string) bool {
	return strings.Contains(kind, "prometheus") || kind == "victoriametrics-metrics-datasource"
}
