package detect

import (
	"fmt"
	"strings"

	"github.com/rehearse-dev/rehearse/harness/scan/finding"
	"github.com/rehearse-dev/rehearse/harness/scan/text"
)

// jenkinsfile looks at a pipeline of Jenkins: the steps that run scripts, the use
// of its Docker plugin, and the pods that it is given as YAML or by templates.
func (d *detector) jenkinsfile(t *text.Text) {
	j := &jenkins{detector: d.in(UnknownCI), tokens: text.Tokens(t, false)}
	if j.usesPods() {
		j.detector = d.in(Pod)
		j.own = j.podHasDind()
	}
	for i := range j.tokens {
		j.token(i)
	}
}

type jenkins struct {
	*detector
	tokens []text.Token
}

// usesPods says whether the pipeline's agents are pods.
func (j *jenkins) usesPods() bool {
	for i, k := range j.tokens {
		if k.Is("podTemplate") || k.Is("kubernetes") && (j.is(i+1, "{") || j.is(i+1, "(")) {
			return true
		}
	}
	return false
}

// podHasDind says whether a pod of the pipeline brings its own daemon. A mounted
// socket would make it the node's all the same.
func (j *jenkins) podHasDind() bool {
	for _, k := range j.tokens {
		if k.Kind == text.TokenString && (strings.Contains(k.Value, "-dind") || strings.Contains(k.Value, ":dind")) {
			return !strings.Contains(j.Value, "docker.sock")
		}
	}
	return false
}

func (j *jenkins) is(i int, s string) bool { return i < len(j.tokens) && j.tokens[i].Is(s) }

// token looks at what begins with a token.
func (j *jenkins) token(i int) {
	k := j.tokens[i]
	if k.Kind != text.TokenWord || j.afterDot(i) {
		return
	}
	switch k.Value {
	case "sh":
		j.script(i)
	case "yaml":
		if s, ok := j.stringAfter(i); ok {
			j.within(s).in(Pod).manifests(s)
		}
	case "docker":
		j.docker(i)
	case "dockerfile", "dockerNode", "withDockerContainer", "withDockerServer":
		if j.is(i+1, "{") || j.is(i+1, "(") || j.is(i+1, "true") {
			j.plugin(k, "runs in an image that Docker builds or starts on the agent")
		}
	case "hostPathVolume":
		j.hostVolume(i)
	case "containerTemplate":
		j.template(i)
	case "DOCKER_HOST":
		if s, ok := j.stringAfter(i); ok && j.is(i+1, "=") {
			j.env("DOCKER_HOST", plainWord(s.Value, s))
		}
	}
}

func (j *jenkins) afterDot(i int) bool { return i > 0 && j.tokens[i-1].Is(".") }

// stringAfter is the string that a word is given: `yaml '...'`, `yaml: '...'`,
// `yaml = "..."`.
func (j *jenkins) stringAfter(i int) (*text.Text, bool) {
	for i++; i < len(j.tokens); i++ {
		k := j.tokens[i]
		if k.Kind == text.TokenString {
			return k.Text, true
		}
		if !anyOf(k.Value, ":", "=", "(", "script", "label", "returnStdout", "returnStatus", "true", "false", ",") {
			return nil, false
		}
	}
	return nil, false
}

// script looks at `sh '...'` and `sh(script: '...', returnStdout: true)`. A label
// of the step is no script.
func (j *jenkins) script(i int) {
	end := i + 2
	if j.is(i+1, "(") {
		end = text.Closing(j.tokens, i+1)
	}
	label := false
	for at := i + 1; at < min(end, len(j.tokens)); at++ {
		k := j.tokens[at]
		if k.Kind == text.TokenString && !label {
			j.shellString(k.Text)
		}
		label = k.Is("label") || label && !k.Is(",") && k.Kind != text.TokenString
	}
	if !j.is(i+1, "(") {
		if s, ok := j.stringAfter(i); ok && j.tokens[i+1].Kind != text.TokenString {
			j.shellString(s)
		}
	}
}

func (j *jenkins) shellString(t *text.Text) {
	t = t.Unescaped()
	j.within(t).shell(t)
}

// docker looks at `docker.image(...)`, and at `agent { docker ... }`.
func (j *jenkins) docker(i int) {
	k := j.tokens[i]
	switch {
	case j.is(i+1, ".") && i+2 < len(j.tokens) && anyOf(j.tokens[i+2].Value, "image", "build", "withServer", "withTool", "node"):
		j.plugin(k, "calls docker."+j.tokens[i+2].Value)
	case j.is(i+1, "{"), i+1 < len(j.tokens) && j.tokens[i+1].Kind == text.TokenString && i > 0 && j.tokens[i-1].Is("{"):
		j.plugin(k, "has Docker start a container on the agent")
	}
}

func (j *jenkins) plugin(k text.Token, what string) {
	j.report(hit{
		rule: finding.DockerCommand, at: k.At(0), found: what,
		message: "the pipeline " + what,
		remedy:  "Run the step in a container of the agent's pod, and build images with a builder that needs no daemon.",
	})
}

// hostVolume looks at a volume of a pod template.
func (j *jenkins) hostVolume(i int) {
	if !j.is(i+1, "(") {
		return
	}
	for at := i + 2; at < text.Closing(j.tokens, i+1); at++ {
		if !j.tokens[at].Is("hostPath") {
			continue
		}
		s, ok := j.stringAfter(at)
		if !ok {
			continue
		}
		h := hit{at: s.At(0), found: s.Value, message: fmt.Sprintf("mounts %s of the node into the agent's pod", s.Value)}
		if h.rule = pathRule(s.Value); h.rule != "" {
			if h.rule == finding.DockerSocket {
				h.cause = "NODE-003"
			}
			j.in(Pod).report(h)
		} else if parentOf(s.Value) == 1 {
			j.in(Pod).parent(h, 1, usage{})
		}
	}
}

// template looks at a container of a pod template.
func (j *jenkins) template(i int) {
	if !j.is(i+1, "(") {
		return
	}
	for at := i + 2; at < text.Closing(j.tokens, i+1); at++ {
		if s, ok := j.stringAfter(at); ok && j.tokens[at].Is("image") {
			inner := *j.detector
			inner.own = j.own || isDind(s.Value)
			inner.in(Pod).image(plainWord(s.Value, s))
		}
	}
}
