package detect

import (
	"path"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/rehearse-dev/rehearse/harness/scan/text"
)

// yaml looks at a file of YAML documents.
func (d *detector) yaml(t *text.Text) {
	for _, doc := range d.documents(t) {
		d.within(doc.Text).structure(d.name, doc.Root)
	}
}

// documents are those of a text of YAML that can be read; the others are gaps. A
// template is looked at as one, and has none.
func (d *detector) documents(t *text.Text) []text.Document {
	documents, err := text.YAML(t)
	if err != nil && isTemplate(t.Value) {
		d.template(t)
		return nil
	}
	d.yamlGaps(t, err)
	return documents
}

// json looks at a file of one JSON value. There is much JSON in the world that
// nobody deploys, so only what says what it is is looked at.
func (d *detector) json(t *text.Text) {
	doc, err := text.JSON(t)
	switch {
	case err == nil:
		d.known(d.name, doc.Root)
	case isTemplate(t.Value):
		d.template(t)
	case mattering.MatchString(t.Value) || strings.Contains(t.Value, `"hostPath"`):
		d.gap(t.At(0), err.Error())
	}
}

// toml looks at a file of TOML.
func (d *detector) toml(t *text.Text) {
	doc, err := text.TOML(t)
	if err != nil {
		if mattering.MatchString(t.Value) {
			d.gap(t.At(0), err.Error())
		}
		return
	}
	d.structure(d.name, doc.Root)
}

// structure looks at a tree: as what it says it is, or else as settings.
func (d *detector) structure(name string, n *yaml.Node) {
	if d.known(name, n) {
		return
	}
	d.in(d.settingOf(name)).walk("", n)
}

// settingOf takes settings without a place of their own to be a pod's, unless
// the name says otherwise.
func (d *detector) settingOf(name string) Setting {
	if d.setting != Anywhere {
		return d.setting
	}
	if strings.HasPrefix(name, "/etc/") {
		return Node
	}
	return Pod
}

// kind is a kind of tree that is known by its name or its keys.
type kind struct {
	is   func(name string, n *yaml.Node) bool
	look func(d *detector, n *yaml.Node)
}

// kinds in the order in which they are tried.
func kinds() []kind {
	return []kind{
		{isCompose, func(*detector, *yaml.Node) {}},
		{isGitHub, (*detector).github},
		{isGitLab, (*detector).gitlab},
		{isOtherCI, (*detector).otherCI},
		{func(_ string, n *yaml.Node) bool { return isObject(n) || isPlainKind(n) }, func(d *detector, n *yaml.Node) { d.in(Pod).kubernetes(n) }},
		{hasKeys("groups"), func(d *detector, n *yaml.Node) { d.ruleGroups(text.Get(n, "groups")) }},
		{isDashboard, (*detector).dashboard},
		{hasKeys("filebeat", "filebeat.inputs", "filebeat.autodiscover", "filebeat.prospectors", "metricbeat.modules", "metricbeat.autodiscover", "auditbeat.modules"), (*detector).beat},
		{isCollector, (*detector).collector},
		{isPromtail, (*detector).promtail},
		{hasKeys("scrape_configs"), (*detector).prometheusConfig},
		{isFluentBitYAML, (*detector).fluentBitYAML},
		{isVector, (*detector).vector},
		{isTelegraf, (*detector).telegraf},
		{isTraefik, (*detector).traefik},
		{isMonitor, (*detector).monitor},
		{isKustomization, (*detector).kustomization},
		{isPatchList, (*detector).patchList},
		{hasKeys("releases"), (*detector).helmfile},
		{hasKeys("runtime-endpoint", "image-endpoint"), func(d *detector, n *yaml.Node) { d.in(Node).walk("", n) }},
		{isPlaybook, func(d *detector, n *yaml.Node) { d.in(Node).playbook(n) }},
	}
}

// known looks at a tree that says what it is; false for any other.
func (d *detector) known(name string, n *yaml.Node) bool {
	n = text.Deref(n)
	for _, k := range kinds() {
		if k.is(name, n) {
			k.look(d, n)
			return true
		}
	}
	return false
}

// hasKeys is true for a mapping with one of the keys.
func hasKeys(keys ...string) func(string, *yaml.Node) bool {
	return func(_ string, n *yaml.Node) bool {
		for _, key := range keys {
			if text.Key(n, key) != nil {
				return true
			}
		}
		return false
	}
}

// isPlainKind is true for Kubernetes' configuration files, which have no
// metadata, and for patches.
func isPlainKind(n *yaml.Node) bool {
	return text.String(n, "kind") != "" && strings.Contains(text.String(n, "apiVersion"), "v")
}

// isCompose is true for a Compose file, which nothing in a cluster reads.
func isCompose(name string, n *yaml.Node) bool {
	if composeFile.MatchString(name) {
		return true
	}
	services := text.Get(n, "services")
	if !text.IsMap(services) || text.Get(n, "kind") != nil || len(services.Content) < 2 {
		return false
	}
	first := text.Deref(services.Content[1])
	return text.Get(first, "image") != nil && text.Get(n, "receivers") == nil || text.Get(first, "build") != nil
}

var composeFile = regexp.MustCompile(`(^|/)(docker-)?compose[^/]*\.ya?ml$`)

var actions = regexp.MustCompile(`\{\{-?.*?-?\}\}`)

// isTemplate is true for YAML that a template engine has to go over first.
func isTemplate(s string) bool { return strings.Contains(s, "{{") }

// template looks at a template that nobody renders: lines that only steer it go
// away, and every other action becomes a word. Both branches of a condition are
// looked at.
func (d *detector) template(t *text.Text) {
	plain := t.Derived(flatten(t.Value), func(offset int) int { return offset })
	documents, err := text.YAML(plain)
	for _, doc := range documents {
		d.within(doc.Text).structure(d.name, doc.Root)
	}
	if err != nil && path.Ext(d.name) != ".tpl" {
		d.gap(t.At(0), "a template that is no YAML without what fills it in, so name its chart, or scan what it renders to: "+single(err)[0].Error())
	}
}

// flatten keeps the length of each line.
func flatten(s string) string {
	var b strings.Builder
	for line := range strings.Lines(s) {
		body := strings.TrimRight(line, "\r\n")
		rest := strings.TrimSpace(actions.ReplaceAllString(body, ""))
		if strings.Contains(body, "{{") && (rest == "" || rest == "-") {
			b.WriteString(strings.Repeat(" ", len(body)))
		} else {
			b.WriteString(actions.ReplaceAllStringFunc(body, mask))
		}
		b.WriteString(line[len(body):])
	}
	return b.String()
}
