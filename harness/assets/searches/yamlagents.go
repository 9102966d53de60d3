package searches

import (
	"cmp"
	"strings"

	"github.com/rehearse-dev/rehearse/harness/assets"
)

// readPromtail reads the stages of scrape configurations: docker and cri take lines out
// of their envelope. With both, what one cannot read the other gets.
func (l *loader) readPromtail(root node) {
	for _, scrape := range root.get("scrape_configs").items() {
		if scrape.get("journal").ok() || scrape.get("syslog").ok() {
			continue
		}
		name := "promtail " + cmp.Or(scrape.get("job_name").text(), "scrape")
		line := scrape.line()
		var formats []string
		var readers []reader
		for _, stage := range scrape.get("pipeline_stages").items() {
			for key := range stage.fields() {
				if key.Value == "docker" || key.Value == "cri" {
					line = key.line()
					formats = append(formats, key.Value)
					readers = append(readers, map[string]reader{"docker": readsDocker, "cri": readsCRI}[key.Value])
				}
			}
		}
		l.addParser(name, line, formats, readers)
	}
}

// readFilebeat reads inputs of type container or docker, and the parsers of filestream
// inputs on container logs.
func (l *loader) readFilebeat(root node) {
	inputs := root.get("filebeat.inputs")
	if !inputs.ok() {
		inputs = root.get("filebeat", "inputs")
	}
	for _, input := range inputs.items() {
		kind := input.get("type").text()
		name := "filebeat " + cmp.Or(input.get("id").text(), kind)
		switch {
		case kind == "container":
			l.containerFormat(name, input.get("type").line(), input)
		case kind == "docker":
			l.addParser(name, input.get("type").line(), []string{"docker"}, []reader{readsDocker})
		case !containerLogs(input.get("paths").strings()...):
		case kind == "filestream":
			l.filestream(name, input)
		case input.key("json.keys_under_root").ok() || input.get("json").ok():
			l.addParser(name, input.line(), []string{"json"}, []reader{readsJSON})
		default:
			l.addParser(name, input.line(), nil, nil)
		}
	}
}

func (l *loader) filestream(name string, input node) {
	for _, parser := range input.get("parsers").items() {
		if container := parser.get("container"); parser.key("container").ok() {
			l.containerFormat(name, parser.key("container").line(), container)
			return
		}
		if parser.key("ndjson").ok() {
			l.addParser(name, parser.key("ndjson").line(), []string{"json"}, []reader{readsJSON})
			return
		}
	}
	l.addParser(name, input.line(), nil, nil)
}

// containerFormat reads Filebeat's container parser, which tells formats apart by itself
// unless it is told which to expect.
func (l *loader) containerFormat(name string, line int, settings node) {
	switch format := cmp.Or(settings.get("format").text(), "auto"); format {
	case "auto":
		l.addParser(name, line, []string{"docker", "cri"}, []reader{readsDocker, readsCRI})
	case "docker", "json-file":
		l.addParser(name, line, []string{"docker"}, []reader{readsDocker})
	case "cri":
		l.addParser(name, line, []string{"cri"}, []reader{readsCRI})
	default:
		l.refuse(assets.LogParser, name, line, "unknown format %q of the container parser", format)
	}
}

// readOTel reads filelog receivers on container logs.
func (l *loader) readOTel(root node) {
	for key, receiver := range root.get("receivers").fields() {
		if kind, _, _ := strings.Cut(key.Value, "/"); kind != "filelog" || !containerLogs(receiver.get("include").strings()...) {
			continue
		}
		l.operators("otel "+key.Value, key.line(), receiver.get("operators").items())
	}
}

// operators finds the first operator that parses a line. A router hands lines to one of
// several by their looks: then all that it names do.
func (l *loader) operators(name string, line int, operators []node) {
	wanted := map[string]bool{}
	var formats []string
	var readers []reader
	for _, operator := range operators {
		kind, id := operator.get("type").text(), operator.get("id").text()
		if len(wanted) > 0 && !wanted[id] {
			continue
		}
		switch kind {
		case "router":
			for _, route := range operator.get("routes").items() {
				wanted[route.get("output").text()] = true
			}
			continue
		case "container", "json_parser", "regex_parser":
			format, read, err := operatorReads(kind, operator)
			if err != nil {
				l.refuse(assets.LogParser, name, operator.line(), "%v", err)
				return
			}
			line = operator.line()
			formats, readers = append(formats, format...), append(readers, read...)
		default:
			continue
		}
		if len(wanted) == 0 {
			break
		}
	}
	l.addParser(name, line, formats, readers)
}

func operatorReads(kind string, operator node) ([]string, []reader, error) {
	switch kind {
	case "json_parser":
		return []string{"json"}, []reader{readsJSON}, nil
	case "regex_parser":
		read, err := readsRegex(operator.get("regex").text())
		return []string{"regex"}, []reader{read}, err
	}
	switch operator.get("format").text() {
	case "docker":
		return []string{"docker"}, []reader{readsDocker}, nil
	case "crio", "containerd":
		return []string{"cri"}, []reader{readsCRI}, nil
	}
	return []string{"docker", "cri"}, []reader{readsDocker, readsCRI}, nil
}
