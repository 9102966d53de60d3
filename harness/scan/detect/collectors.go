package detect

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/rehearse-dev/rehearse/harness/scan/finding"
	"github.com/rehearse-dev/rehearse/harness/scan/text"
)

// beat looks at the configuration of Filebeat and its siblings.
func (d *detector) beat(n *yaml.Node) {
	d.walkBeat("", n)
	d.walk("", n)
}

// walkBeat looks for inputs, modules and providers that use Docker.
func (d *detector) walkBeat(key string, n *yaml.Node) {
	if !d.step() {
		return
	}
	switch n = text.Deref(n); {
	case text.IsList(n):
		for _, item := range text.Items(n) {
			d.walkBeat(key, item)
		}
	case text.IsMap(n):
		kind := text.Get(n, "type")
		switch {
		case text.IsScalar(kind) && kind.Value == "docker" && strings.Contains(key, "providers"):
			d.api(kind, "the autodiscover provider docker")
		case text.IsScalar(kind) && kind.Value == "docker":
			d.report(hit{
				rule: finding.LogParser, at: d.Scalar(kind).At(0), found: "type: docker",
				message: "reads container logs by the input docker, which knows Docker's files alone",
				remedy:  "Use the input container with paths in /var/log/containers.",
			})
		case text.String(n, "module") == "docker":
			d.api(text.Get(n, "module"), "the module docker")
		}
		for _, p := range text.Pairs(n) {
			if p.Key.Value == "add_docker_metadata" {
				d.api(p.Key, "the processor add_docker_metadata")
				continue
			}
			d.beatJournal(p)
			d.walkBeat(p.Key.Value, p.Value)
		}
	}
}

func (d *detector) beatJournal(p text.Pair) {
	if !anyOf(p.Key.Value, "include_matches", "units", "include_matches.match") {
		return
	}
	for _, item := range text.Items(p.Value) {
		if text.IsScalar(item) {
			d.journalMatch(strings.Replace(item.Value, "systemd.unit=", "_SYSTEMD_UNIT=", 1), d.Scalar(item).At(0))
		}
	}
}

// api reports a part of a collector that asks Docker.
func (d *detector) api(at *yaml.Node, what string) {
	d.report(hit{
		rule: finding.APIInput, at: d.At(d.Offset(at.Line, at.Column)), found: at.Value,
		message: fmt.Sprintf("collects by %s, which asks Docker", what),
	})
}

// isCollector is true for the configuration of an OpenTelemetry collector.
func isCollector(_ string, n *yaml.Node) bool {
	return text.IsMap(text.Get(n, "receivers")) && (text.Get(n, "service") != nil || text.Get(n, "exporters") != nil)
}

func (d *detector) collector(n *yaml.Node) {
	for _, section := range []string{"receivers", "extensions"} {
		for _, p := range text.Pairs(text.Get(n, section)) {
			kind, _, _ := strings.Cut(p.Key.Value, "/")
			switch kind {
			case "docker_stats", "docker_observer", "dockerstats":
				d.api(p.Key, "the "+strings.TrimSuffix(section, "s")+" "+kind)
			case "filelog":
				d.filelog(p)
			case "journald":
				for _, u := range text.Items(text.Get(p.Value, "units")) {
					d.journalMatch("_SYSTEMD_UNIT="+u.Value, d.Scalar(u).At(0))
				}
			}
		}
	}
	for _, p := range text.Pairs(text.Get(n, "processors")) {
		for _, detector := range text.Items(text.Get(p.Value, "detectors")) {
			if detector.Value == "docker" {
				d.api(detector, "the resource detector docker")
			}
		}
	}
	d.walk("", n)
}

// filelog looks at the operators that take a container's log line apart.
func (d *detector) filelog(p text.Pair) {
	if !slices.ContainsFunc(text.Items(text.Get(p.Value, "include")), func(n *yaml.Node) bool { return readsContainerLogs(n.Value) }) {
		return
	}
	operators := text.Items(text.Get(p.Value, "operators"))
	for _, o := range operators {
		kind := text.String(o, "type")
		switch {
		case kind == "container" && text.String(o, "format") == "docker":
			d.collectorParser(text.Get(o, "format"), "format: docker")
			return
		case kind == "container" || kind == "router" || kind == "regex_parser":
			return
		case kind == "json_parser":
			d.collectorParser(text.Get(o, "type"), "json_parser")
			return
		}
	}
}

func (d *detector) collectorParser(at *yaml.Node, found string) {
	d.report(hit{
		rule: finding.LogParser, at: d.Scalar(at).At(0), found: found,
		message: fmt.Sprintf("reads container logs by %s, which knows Docker's format alone", found),
		remedy:  "Use the operator container, which tells the formats apart by itself.",
	})
}

// isVector is true for the configuration of Vector, in any of its formats.
func isVector(_ string, n *yaml.Node) bool {
	sources := text.Get(n, "sources")
	return text.IsMap(sources) && text.Get(n, "kind") == nil && slices.ContainsFunc(text.Pairs(sources), func(p text.Pair) bool {
		return text.String(p.Value, "type") != ""
	})
}

func (d *detector) vector(n *yaml.Node) {
	files := map[string]bool{}
	for _, p := range text.Pairs(text.Get(n, "sources")) {
		kind := text.Get(p.Value, "type")
		if !text.IsScalar(kind) {
			continue
		}
		switch kind.Value {
		case "docker_logs", "docker":
			d.api(kind, "the source "+kind.Value)
		case "journald":
			for _, u := range text.Items(text.Get(p.Value, "include_units")) {
				d.journalMatch("_SYSTEMD_UNIT="+u.Value, d.Scalar(u).At(0))
			}
		case "file":
			files[p.Key.Value] = slices.ContainsFunc(text.Items(text.Get(p.Value, "include")), func(n *yaml.Node) bool { return readsContainerLogs(n.Value) })
		}
	}
	for _, p := range text.Pairs(text.Get(n, "transforms")) {
		fed := slices.ContainsFunc(text.Items(text.Get(p.Value, "inputs")), func(n *yaml.Node) bool { return files[n.Value] })
		if source := text.Get(p.Value, "source"); fed && text.IsScalar(source) && strings.Contains(source.Value, "parse_json") && !strings.Contains(source.Value, "parse_regex") && !strings.Contains(source.Value, "parse_cri") {
			d.report(hit{
				rule: finding.LogParser, at: d.Scalar(source).At(max(strings.Index(source.Value, "parse_json"), 0)), found: "parse_json", confidence: finding.Medium,
				message: "reads container logs as JSON, which is Docker's format alone",
				remedy:  "Use the source kubernetes_logs, which knows both formats.",
			})
		}
	}
	d.walk("", text.Get(n, "sources"))
}

func isTelegraf(_ string, n *yaml.Node) bool {
	return text.IsMap(text.Get(n, "inputs")) && (text.Get(n, "outputs") != nil || text.Get(n, "agent") != nil || text.Get(n, "inputs", "docker") != nil)
}

// telegraf looks at Telegraf's inputs.
func (d *detector) telegraf(n *yaml.Node) {
	for _, p := range text.Pairs(text.Get(n, "inputs")) {
		if anyOf(p.Key.Value, "docker", "docker_log") {
			d.api(p.Key, "the input "+p.Key.Value)
		}
		d.walk(p.Key.Value, p.Value)
	}
}

// isTraefik is true for Traefik's own configuration, when Docker is one of its
// providers.
func isTraefik(_ string, n *yaml.Node) bool {
	return text.Key(text.Get(n, "providers"), "docker") != nil && text.Get(n, "kind") == nil
}

func (d *detector) traefik(n *yaml.Node) {
	d.api(text.Key(text.Get(n, "providers"), "docker"), "the provider docker")
	d.walk("", n)
}

// isMonitor is true for a monitor of node-problem-detector.
func isMonitor(_ string, n *yaml.Node) bool {
	return text.Get(n, "plugin") != nil && text.Get(n, "source") != nil && (text.Get(n, "rules") != nil || text.Get(n, "conditions") != nil)
}

func (d *detector) monitor(n *yaml.Node) {
	if source := text.Get(n, "pluginConfig", "source"); text.IsScalar(source) && unit.MatchString(source.Value) {
		d.report(hit{
			rule: finding.DockerJournal, at: d.Scalar(source).At(0), found: source.Value,
			message: "node-problem-detector reads the log of " + source.Value,
			remedy:  "Watch containerd instead: systemd-monitor.json and health-checker-containerd.json.",
		})
	}
	for _, rule := range text.Items(text.Get(n, "rules")) {
		if path := text.Get(rule, "path"); text.IsScalar(path) {
			words := append([]word{d.scalarWord(path)}, d.wordsOf(text.Get(rule, "args"))...)
			d.in(Node).execute(words)
		}
		if pattern := text.Get(rule, "pattern"); text.IsScalar(pattern) {
			if cause := dockerText(pattern.Value); cause != "" || strings.Contains(pattern.Value, "/var/lib/docker") || strings.Contains(strings.ToLower(pattern.Value), "docker") {
				d.report(hit{
					rule: finding.DockerText, at: d.Scalar(pattern).At(0), found: pattern.Value, cause: "LOG-018",
					message: "looks for a line that only Docker logs",
				})
			}
		}
	}
}
