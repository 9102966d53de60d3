package detect

import (
	"path"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/rehearse-dev/rehearse/harness/compare"
	"github.com/rehearse-dev/rehearse/harness/scan/finding"
	"github.com/rehearse-dev/rehearse/harness/scan/text"
)

// delivery looks at objects that have a controller install a chart; false for
// any other.
func (d *detector) delivery(kind, group string, n *yaml.Node) bool {
	switch {
	case kind == "HelmRelease" && strings.HasSuffix(group, "fluxcd.io"):
		chart := text.Get(n, "spec", "chart", "spec", "chart")
		if chart == nil {
			chart = text.Get(n, "spec", "chart", "name")
		}
		d.release(chart, text.Get(n, "spec", "values"))
	case kind == "HelmChart" && group == "helm.cattle.io":
		d.chart(text.Get(n, "spec", "chart"), d.inner(text.Get(n, "spec", "valuesContent")))
		d.embedValues(text.Get(n, "spec", "valuesContent"))
	case kind == "HelmChartConfig":
		d.embedValues(text.Get(n, "spec", "valuesContent"))
	case kind == "Application" && group == "argoproj.io":
		sources := append(text.Items(text.Get(n, "spec", "sources")), text.Items(text.Get(n, "spec", "source"))...)
		for _, source := range sources {
			d.argoSource(source)
		}
	default:
		return false
	}
	return true
}

func (d *detector) argoSource(source *yaml.Node) {
	inline, object := text.Get(source, "helm", "values"), text.Get(source, "helm", "valuesObject")
	d.embedValues(inline)
	d.walk("", object)
	d.chart(text.Get(source, "chart"), object, d.inner(inline))
	for _, p := range text.Items(text.Get(source, "helm", "parameters")) {
		if value := text.Get(p, "value"); text.IsScalar(value) {
			name := text.String(p, "name")
			d.scalar(name[strings.LastIndexByte(name, '.')+1:], value)
		}
	}
}

// inner is the tree that a string of YAML holds, for its values alone.
func (d *detector) inner(n *yaml.Node) *yaml.Node {
	if !text.IsScalar(n) {
		return nil
	}
	documents, err := text.YAML(text.New(n.Value))
	if err != nil || len(documents) == 0 {
		return nil
	}
	return documents[0].Root
}

func (d *detector) embedValues(n *yaml.Node) {
	if text.IsScalar(n) {
		t := d.Scalar(n)
		d.within(t).settings(t)
	}
}

// helmfile looks at the releases of a helmfile.
func (d *detector) helmfile(n *yaml.Node) {
	for _, r := range text.Items(text.Get(n, "releases")) {
		var values []*yaml.Node
		for _, v := range text.Items(text.Get(r, "values")) {
			if text.IsMap(v) {
				values = append(values, v)
			}
		}
		d.in(Pod).about("release "+text.String(r, "name")).release(text.Get(r, "chart"), values...)
	}
}

// release looks at the values that a chart is given, and at the chart.
func (d *detector) release(name *yaml.Node, values ...*yaml.Node) {
	for _, v := range values {
		d.walk("", v)
	}
	d.chart(name, values...)
}

// chart looks at what a chart does where its values say nothing.
func (d *detector) chart(name *yaml.Node, values ...*yaml.Node) {
	if !text.IsScalar(name) {
		return
	}
	for _, known := range chartDefaults {
		if anyOf(path.Base(name.Value), known.charts...) && !known.settled(values) {
			d.report(hit{
				rule: finding.AgentDefault, at: d.Scalar(name).At(0), found: name.Value,
				severity: known.severity, confidence: finding.Medium, cause: known.cause,
				message: "the chart " + path.Base(name.Value) + " " + known.does, remedy: known.remedy,
			})
			return
		}
	}
}

// chartDefault is what a well-known chart does unless its values say otherwise.
type chartDefault struct {
	charts []string
	does   string
	remedy string
	// unless are the values by which it stops, as paths.
	unless   []string
	severity compare.Severity
	cause    string
}

func (c *chartDefault) settled(values []*yaml.Node) bool {
	for _, v := range values {
		for _, p := range c.unless {
			if n := text.Get(v, strings.Split(p, ".")...); n != nil && !isDocker(n.Value) && n.Value != "true" && n.Value != "json" {
				return true
			}
		}
	}
	return false
}
