package detect

import (
	"fmt"

	"go.yaml.in/yaml/v3"

	"github.com/rehearse-dev/rehearse/harness/scan/text"
)

// ruleGroups looks at the groups of a file of alerting and recording rules, of
// Prometheus or of Loki.
func (d *detector) ruleGroups(groups *yaml.Node) {
	for _, group := range text.Items(groups) {
		for _, rule := range text.Items(text.Get(group, "rules")) {
			name := text.String(rule, "alert")
			if name == "" {
				name = text.String(rule, "record")
			}
			inner := d.about(prefixed(d.object, "rule "+name))
			if expr := text.Get(rule, "expr"); text.IsScalar(expr) {
				inner.query(d.Scalar(expr))
			}
		}
	}
}

func prefixed(object, part string) string {
	if object == "" {
		return part
	}
	return object + ", " + part
}

// isDashboard is true for a dashboard of Grafana.
func isDashboard(_ string, n *yaml.Node) bool {
	if inner := text.Get(n, "dashboard"); text.IsMap(inner) {
		n = inner
	}
	return (text.IsList(text.Get(n, "panels")) || text.IsList(text.Get(n, "rows"))) &&
		(text.Get(n, "schemaVersion") != nil || text.Get(n, "title") != nil || text.Get(n, "templating") != nil)
}

// dashboard looks at the queries of every panel and of every variable.
func (d *detector) dashboard(n *yaml.Node) {
	if inner := text.Get(n, "dashboard"); text.IsMap(inner) {
		n = inner
	}
	d = d.about(prefixed(d.object, fmt.Sprintf("dashboard %q", text.String(n, "title"))))
	d.panels(n)
	for _, v := range text.Items(text.Get(n, "templating", "list")) {
		inner := d.about(prefixed(d.object, "variable "+text.String(v, "name")))
		for _, query := range []*yaml.Node{text.Get(v, "query"), text.Get(v, "query", "query"), text.Get(v, "definition")} {
			if text.IsScalar(query) {
				inner.variable(d.Scalar(query))
				break
			}
		}
	}
	for _, a := range text.Items(text.Get(n, "annotations", "list")) {
		if expr := text.Get(a, "expr"); text.IsScalar(expr) {
			d.query(d.Scalar(expr))
		}
	}
}

// panels looks at panels, those within rows too.
func (d *detector) panels(n *yaml.Node) {
	if !d.step() {
		return
	}
	for _, key := range []string{"panels", "rows"} {
		for _, panel := range text.Items(text.Get(n, key)) {
			inner := d.about(d.object)
			if title := text.String(panel, "title"); title != "" {
				inner = d.about(prefixed(d.object, fmt.Sprintf("panel %q", title)))
			}
			for _, target := range text.Items(text.Get(panel, "targets")) {
				if expr := text.Get(target, "expr"); text.IsScalar(expr) {
					inner.query(d.Scalar(expr))
				}
			}
			d.panels(panel)
		}
	}
}
