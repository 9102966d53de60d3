package detect

import (
	"fmt"
	"strings"

	"github.com/rehearse-dev/rehearse/harness/scan/finding"
	"github.com/rehearse-dev/rehearse/harness/scan/text"
)

// logstash looks at a pipeline of Logstash: inputs that ask Docker, and files
// that are read as JSON.
func (d *detector) logstash(t *text.Text) {
	tokens := text.Tokens(t, true)
	for i, k := range tokens {
		if k.Kind != text.TokenWord || i+1 >= len(tokens) || !tokens[i+1].Is("{") {
			continue
		}
		body := tokens[i+2 : min(text.Closing(tokens, i+1), len(tokens))]
		switch k.Value {
		case "file":
			d.logstashFile(body)
		case "docker":
			d.report(hit{rule: finding.APIInput, at: k.At(0), found: k.Value, message: "collects by the plugin docker, which asks Docker"})
		}
	}
}

func (d *detector) logstashFile(body []text.Token) {
	containers, codec := false, text.Token{}
	for i, k := range body {
		if k.Kind == text.TokenString {
			containers = containers || readsContainerLogs(k.Value)
			d.pathWord(plainWord(k.Value, k.Text), "path")
		}
		if k.Is("codec") && i+3 < len(body) {
			codec = body[i+3]
		}
	}
	if containers && codec.Text != nil && anyOf(codec.Value, "json", "json_lines") {
		d.report(hit{
			rule: finding.LogParser, at: codec.At(0), found: "codec => " + codec.Value,
			message: "reads container logs as JSON, which is Docker's format alone",
		})
	}
}

// alloy looks at a configuration of Grafana's Alloy or Agent.
func (d *detector) alloy(t *text.Text) {
	tokens := text.Tokens(t, false)
	for i, k := range tokens {
		name := dotted(tokens, i)
		switch {
		case k.Kind == text.TokenString:
			if i == 0 || !tokens[i-1].Is("=") {
				d.pathWord(plainWord(k.Value, k.Text), "a list")
			} else {
				d.value(tokens[max(i-2, 0)].Value, plainWord(k.Value, k.Text))
			}
		case name == "discovery.docker" || name == "loki.source.docker" || name == "discovery.dockerswarm":
			if i+1 < len(tokens) && followedByLabel(tokens, i) {
				d.report(hit{rule: finding.APIInput, at: k.At(0), found: name, message: fmt.Sprintf("collects by %s, which asks Docker", name)})
			}
		case name == "stage.docker":
			d.report(hit{
				rule: finding.LogParser, at: k.At(0), found: name,
				message: "reads container logs by stage.docker, which knows Docker's format alone",
				remedy:  "Use stage.cri.",
			})
		}
	}
}

// dotted is the name that begins with a token: words between dots.
func dotted(tokens []text.Token, i int) string {
	if tokens[i].Kind != text.TokenWord || i > 0 && tokens[i-1].Is(".") {
		return ""
	}
	parts := []string{tokens[i].Value}
	for i+2 < len(tokens) && tokens[i+1].Is(".") && tokens[i+2].Kind == text.TokenWord {
		parts = append(parts, tokens[i+2].Value)
		i += 2
	}
	return strings.Join(parts, ".")
}

// followedByLabel is true for the head of a block, `name "label" {`; a name that
// is only referred to has none.
func followedByLabel(tokens []text.Token, i int) bool {
	for i++; i < len(tokens); i++ {
		if tokens[i].Kind == text.TokenString {
			return i+1 < len(tokens) && tokens[i+1].Is("{")
		}
		if !tokens[i].Is(".") && tokens[i].Kind != text.TokenWord || strings.ContainsAny(tokens[i].Value, ",=") {
			return false
		}
	}
	return false
}
