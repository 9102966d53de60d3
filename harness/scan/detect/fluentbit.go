package detect

import (
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/rehearse-dev/rehearse/harness/compare"
	"github.com/rehearse-dev/rehearse/harness/scan/finding"
	"github.com/rehearse-dev/rehearse/harness/scan/text"
)

// fluentBit looks at Fluent Bit's own format: sections of settings.
func (d *detector) fluentBit(t *text.Text) {
	for _, section := range text.ReadDirectives(t, " \t") {
		plugin := section.Get("Name")
		if strings.EqualFold(section.Name.Value, "INPUT") {
			d.fluentBitInput(plugin, section)
		}
		for _, each := range section.Directives {
			d.fluentBitSetting(section.Name.Value, each)
		}
	}
}

// fluentBitInput looks at an input as a whole.
func (d *detector) fluentBitInput(plugin string, s text.Section) {
	switch strings.ToLower(plugin) {
	case "docker", "docker_events":
		d.report(hit{
			rule: finding.APIInput, at: s.Name.At(0), found: plugin,
			message: fmt.Sprintf("collects by Fluent Bit's input %s, which asks Docker", plugin),
		})
	case "tail":
		d.tail(s.Name.At(0), s.Get)
	}
}

// tail looks at how container logs are read: by a parser that knows Docker's
// format alone, or by none.
func (d *detector) tail(at text.Place, get func(string) string) {
	path, multiline := get("Path"), get("multiline.parser")
	if multiline != "" && !onlyDocker(multiline) || path != "" && !readsContainerLogs(path) {
		return
	}
	switch {
	case onlyDocker(multiline):
		d.dockerParser(at, "multiline.parser "+multiline)
	case strings.EqualFold(get("Docker_Mode"), "on"):
		d.dockerParser(at, "Docker_Mode On")
	case isDockerParser(get("Parser")):
		d.dockerParser(at, "Parser "+get("Parser"))
	}
}

func (d *detector) dockerParser(at text.Place, found string) {
	d.report(hit{
		rule: finding.LogParser, at: at, found: found,
		message: fmt.Sprintf("reads container logs by %s, which knows Docker's format alone", found),
		remedy:  "Set multiline.parser docker, cri, which takes both formats.",
	})
}

func isDockerParser(name string) bool {
	return anyOf(strings.ToLower(name), "docker", "docker_no_time", "docker-daemon", "docker_json", "json")
}

func onlyDocker(parsers string) bool { return strings.ToLower(strings.TrimSpace(parsers)) == "docker" }

// readsContainerLogs is true for a path, or a pattern of paths, of the logs of
// a node's containers.
func readsContainerLogs(path string) bool {
	for _, folder := range []string{"/var/log/containers", "/var/log/pods", "/var/lib/docker/containers", "/log/containers"} {
		if strings.Contains(path, folder) {
			return true
		}
	}
	return strings.Contains(path, "$") || strings.Contains(path, "{{")
}

func (d *detector) fluentBitSetting(section string, each text.Directive) {
	switch key := strings.ToLower(each.Key.Value); {
	case key == "systemd_filter":
		d.journalMatch(each.Value.Value, each.Value.At(0))
	case strings.EqualFold(section, "INPUT"), key == "path", key == "unix_path":
		for field := range strings.FieldsFuncSeq(each.Value.Value, func(r rune) bool { return r == ',' || r == ' ' }) {
			d.pathWord(plainWord(field, each.Value), each.Key.Value)
		}
	}
}

// journalMatch reports a filter of the journal that keeps Docker's service:
// `_SYSTEMD_UNIT=docker.service`.
func (d *detector) journalMatch(match string, at text.Place) {
	field, value, ok := strings.Cut(match, "=")
	if !ok {
		field, value = "", match
	}
	if value = strings.Trim(value, `"' `); !unit.MatchString(value) {
		return
	}
	h := hit{rule: finding.DockerJournal, at: at, found: match, message: "reads the journal of " + value}
	if field == "" {
		h.confidence = finding.Medium
	}
	h.severity = compare.Changes
	d.report(h)
}

func isFluentBitYAML(_ string, n *yaml.Node) bool {
	return text.IsMap(text.Get(n, "pipeline")) && (text.Get(n, "pipeline", "inputs") != nil || text.Get(n, "pipeline", "outputs") != nil)
}

// fluentBitYAML looks at Fluent Bit's newer format.
func (d *detector) fluentBitYAML(n *yaml.Node) {
	for _, input := range text.Items(text.Get(n, "pipeline", "inputs")) {
		name := text.Get(input, "name")
		if !text.IsScalar(name) {
			continue
		}
		at := d.Scalar(name).At(0)
		switch strings.ToLower(name.Value) {
		case "docker", "docker_events":
			d.report(hit{rule: finding.APIInput, at: at, found: name.Value, message: fmt.Sprintf("collects by Fluent Bit's input %s, which asks Docker", name.Value)})
		case "tail":
			d.tail(at, func(key string) string { return foldedKey(input, key) })
		}
		for _, p := range text.Pairs(input) {
			d.fluentBitYAMLSetting(p)
		}
	}
}

func (d *detector) fluentBitYAMLSetting(p text.Pair) {
	for _, item := range text.Items(p.Value) {
		if !text.IsScalar(item) {
			continue
		}
		w := d.scalarWord(item)
		if strings.EqualFold(p.Key.Value, "systemd_filter") {
			d.journalMatch(w.value, w.At(0))
			continue
		}
		d.pathWord(w, p.Key.Value)
	}
}

// foldedKey is the value of a key whatever its case.
func foldedKey(n *yaml.Node, key string) string {
	for _, p := range text.Pairs(n) {
		if strings.EqualFold(p.Key.Value, key) && text.IsScalar(p.Value) {
			return p.Value.Value
		}
	}
	return ""
}
