package detect

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/rehearse-dev/rehearse/harness/scan/finding"
	"github.com/rehearse-dev/rehearse/harness/scan/text"
)

// fluentdBlock is a block of fluentd's configuration: <source> ... </source>.
type fluentdBlock struct {
	name       string
	at         text.Place
	directives text.Directives
	children   []*fluentdBlock
}

var fluentdTag = regexp.MustCompile(`^<(/?)([a-z_]+)([^>]*)>`)

// readFluentd reads fluentd's configuration. It is lines of settings in blocks
// that look like those of Apache.
func readFluentd(t *text.Text) *fluentdBlock {
	root := &fluentdBlock{}
	stack := []*fluentdBlock{root}
	offset := 0
	for line := range strings.Lines(t.Value) {
		part := t.Trim(offset, offset+len(line))
		offset += len(line)
		top := stack[len(stack)-1]
		switch tag := fluentdTag.FindStringSubmatch(part.Value); {
		case part.Value == "" || strings.HasPrefix(part.Value, "#"):
		case tag != nil && tag[1] == "/":
			if len(stack) > 1 {
				stack = stack[:len(stack)-1]
			}
		case tag != nil:
			block := &fluentdBlock{name: tag[2], at: part.At(0)}
			top.children = append(top.children, block)
			stack = append(stack, block)
		default:
			key, _, _ := strings.Cut(part.Value, " ")
			top.directives = append(top.directives, text.Directive{Key: part.Slice(0, len(key)), Value: part.Trim(len(key), len(part.Value))})
		}
	}
	return root
}

func (b *fluentdBlock) kind() string {
	if kind := b.directives.Get("@type"); kind != "" {
		return kind
	}
	return b.directives.Get("type")
}

// fluentd looks at fluentd's configuration.
func (d *detector) fluentd(t *text.Text) { d.fluentdBlock(readFluentd(t)) }

func (d *detector) fluentdBlock(b *fluentdBlock) {
	switch {
	case b.name == "source" && b.kind() == "tail":
		d.fluentdTail(b)
	case b.name == "source" && anyOf(b.kind(), "docker_events", "docker_monitor", "docker_metrics", "docker_inspect"):
		d.report(hit{rule: finding.APIInput, at: b.at, found: b.kind(), message: fmt.Sprintf("collects by the plugin %s, which asks Docker", b.kind())})
	case b.name == "source" && anyOf(b.kind(), "systemd", "systemd_journal"):
		d.fluentdJournal(b)
	case b.name == "filter" && anyOf(b.kind(), "docker_metadata", "docker"):
		d.report(hit{rule: finding.APIInput, at: b.at, found: b.kind(), message: "asks Docker for the names of containers"})
	}
	for _, each := range b.directives {
		if anyOf(each.Key.Value, "path", "unix_path", "docker_url", "container_dir") {
			for path := range strings.SplitSeq(each.Value.Value, ",") {
				d.pathWord(plainWord(strings.Trim(path, `"' `), each.Value), each.Key.Value)
			}
		}
	}
	for _, child := range b.children {
		d.fluentdBlock(child)
	}
}

// fluentdTail looks at how container logs are parsed: by JSON alone, or by
// several parsers of which one may know the CRI format.
func (d *detector) fluentdTail(b *fluentdBlock) {
	if !readsContainerLogs(b.directives.Get("path")) {
		return
	}
	if strings.EqualFold(b.directives.Get("format"), "json") {
		d.jsonParser(b.at, "format json")
	}
	for _, child := range b.children {
		if child.name != "parse" {
			continue
		}
		switch kind := child.kind(); {
		case kind == "json":
			d.jsonParser(child.at, "@type json")
		case kind == "multi_format" && len(child.children) > 0 && !slices.ContainsFunc(child.children, func(p *fluentdBlock) bool {
			return p.directives.Get("format") != "json"
		}):
			d.jsonParser(child.at, "@type multi_format with json alone")
		}
	}
}

func (d *detector) jsonParser(at text.Place, found string) {
	d.report(hit{
		rule: finding.LogParser, at: at, found: found,
		message: fmt.Sprintf("reads container logs by %s, which knows Docker's format alone", found),
		remedy:  "Use the parser cri, or multi_format with a pattern for each format.",
	})
}

var journalPattern = regexp.MustCompile(`"?_SYSTEMD_UNIT"?\s*(?::|=>|=)\s*"?([^"},\s]+)`)

func (d *detector) fluentdJournal(b *fluentdBlock) {
	for _, each := range b.directives {
		if !anyOf(each.Key.Value, "matches", "filters") {
			continue
		}
		for _, m := range journalPattern.FindAllStringSubmatchIndex(each.Value.Value, -1) {
			d.journalMatch("_SYSTEMD_UNIT="+each.Value.Value[m[2]:m[3]], each.Value.At(m[2]))
		}
	}
}

// fluentdDaemonset looks at the image that fluentd's project offers for nodes:
// it reads Docker's JSON unless a variable says otherwise, or a configuration that
// is mounted over its own.
func (d *detector) fluentdDaemonset(n *yaml.Node, w word) {
	for _, m := range text.Items(text.Get(n, "volumeMounts")) {
		if at := text.String(m, "mountPath"); strings.HasPrefix(at, "/fluentd/etc") || strings.HasPrefix(at, "/etc/fluent") {
			return
		}
	}
	for _, e := range text.Items(text.Get(n, "env")) {
		if text.String(e, "name") == "FLUENT_CONTAINER_TAIL_PARSER_TYPE" && text.String(e, "value") != "json" {
			return
		}
	}
	d.report(hit{
		rule: finding.LogParser, at: w.At(0), found: w.value, confidence: finding.Medium,
		message: "this image reads container logs as Docker's JSON unless FLUENT_CONTAINER_TAIL_PARSER_TYPE says otherwise",
		remedy:  "Set FLUENT_CONTAINER_TAIL_PARSER_TYPE to cri, and FLUENT_CONTAINER_TAIL_PARSER_TIME_FORMAT to %Y-%m-%dT%H:%M:%S.%N%:z.",
	})
}
