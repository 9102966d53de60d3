package detect

import (
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/rehearse-dev/rehearse/harness/scan/finding"
	"github.com/rehearse-dev/rehearse/harness/scan/text"
)

// container looks at one container of a pod.
func (d *detector) container(n *yaml.Node, p pod) {
	if name := text.String(n, "name"); name != "" {
		d = d.about(strings.TrimPrefix(d.object+", container "+name, ", "))
	}
	d = d.in(Pod)
	if image := text.Get(n, "image"); text.IsScalar(image) {
		d.containerImage(n, d.scalarWord(image), p)
	}
	inner := *d
	inner.own = p.dind && !d.mountsSocket(n, p)
	for _, e := range text.Items(text.Get(n, "env")) {
		inner.envEntry(e)
	}
	if !runsDaemon(n) {
		inner.commandLine(n)
	}
	inner.hooks(n)
	inner.scripts(n)
	d.podSecurity(text.Get(n, "securityContext"))
	d.children(n, "image", "env", "command", "args", "lifecycle", "livenessProbe", "readinessProbe", "startupProbe",
		"script", "source", "securityContext", "volumeMounts", "ports", "resources", "name")
}

// mountsSocket says whether the daemon that a container talks to is the node's:
// the socket in it comes from there.
func (d *detector) mountsSocket(n *yaml.Node, p pod) bool {
	for _, m := range text.Items(text.Get(n, "volumeMounts")) {
		host := p.host[text.String(m, "name")]
		if host != "" && (pathRule(host) == finding.DockerSocket || parentOf(host) > 0) {
			return true
		}
	}
	return false
}

func (d *detector) containerImage(n *yaml.Node, w word, p pod) {
	inner := *d
	inner.own = p.dind && isDockerCLI(w.value) && !d.mountsSocket(n, p)
	inner.image(w)
	if text.String(n, "imagePullPolicy") == "Never" && isUnserved(w.value) {
		d.report(hit{
			rule: finding.NeverPulled, at: w.At(0), found: w.value, confidence: finding.Medium,
			message: fmt.Sprintf("the image %s is never pulled, and its name says no registry", w.value),
		})
	}
	if strings.Contains(repository(w.value), "fluentd-kubernetes-daemonset") {
		d.fluentdDaemonset(n, w)
	}
}

// envEntry looks at one variable of a container.
func (d *detector) envEntry(e *yaml.Node) {
	name, value := text.Get(e, "name"), text.Get(e, "value")
	switch {
	case !text.IsScalar(name):
	case text.IsScalar(value):
		d.env(name.Value, d.scalarWord(value))
	case name.Value == "DOCKER_HOST" && text.Get(e, "valueFrom") != nil:
		d.report(hit{
			rule: finding.DockerHost, at: d.At(d.Offset(name.Line, name.Column)), found: "DOCKER_HOST", confidence: finding.Medium,
			message: "a Docker client is pointed at an address that is kept elsewhere",
		})
	}
}

// commandLine looks at a container's command and arguments as one command.
func (d *detector) commandLine(n *yaml.Node) {
	d.execute(append(d.wordsOf(text.Get(n, "command")), d.wordsOf(text.Get(n, "args"))...))
}

// hooks looks at probes and lifecycle hooks.
func (d *detector) hooks(n *yaml.Node) {
	for _, path := range [][]string{
		{"livenessProbe", "exec"},
		{"readinessProbe", "exec"},
		{"startupProbe", "exec"},
		{"lifecycle", "postStart", "exec"},
		{"lifecycle", "preStop", "exec"},
		{"exec"},
		{"postStart", "exec"},
		{"preStop", "exec"},
	} {
		if command := text.Get(n, append(path, "command")...); command != nil {
			d.execute(d.wordsOf(command))
		}
	}
}

// scripts looks at the scripts of Tekton's steps and Argo's templates.
func (d *detector) scripts(n *yaml.Node) {
	for _, field := range []string{"script", "source"} {
		script := text.Get(n, field)
		if !text.IsScalar(script) {
			continue
		}
		if words := d.wordsOf(text.Get(n, "command")); len(words) > 0 && !shells[programOf(words[0].value)] {
			continue // Python and the like
		}
		if t := d.Scalar(script); isShellScript(t.Value) {
			d.within(t).shell(t)
		}
	}
}

// isShellScript is false for a script whose first line names another language.
func isShellScript(script string) bool {
	first, _, _ := strings.Cut(script, "\n")
	return !strings.HasPrefix(first, "#!") || shebang.MatchString(first)
}

func (d *detector) wordsOf(n *yaml.Node) []word {
	var words []word
	for _, item := range text.Items(n) {
		if text.IsScalar(item) {
			words = append(words, d.scalarWord(item))
		}
	}
	return words
}

// execute looks at a command that no shell reads first. Words without a program
// in front are arguments of whatever the image starts.
func (d *detector) execute(words []word) {
	if len(words) == 0 {
		return
	}
	s := &shellScan{detector: d}
	if strings.HasPrefix(words[0].value, "-") {
		words = append([]word{plainWord("", text.Anywhere("", words[0].At(0)))}, words...)
	}
	s.call(words)
}
