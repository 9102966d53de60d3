package detect

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/rehearse-dev/rehearse/harness/scan/finding"
	"github.com/rehearse-dev/rehearse/harness/scan/text"
)

// scalar looks at a single value of any configuration: whether it is, as a whole,
// a path or an address of Docker's, or says that the runtime is Docker. Text that
// people read, and paths as a container sees them, say nothing.
func (d *detector) scalar(key string, n *yaml.Node) {
	switch {
	case key == "image":
		d.image(d.scalarWord(n))
	case n.Value == "" || spoken[strings.ToLower(key)] || inside[key]:
	case scriptFields[key] && strings.ContainsAny(n.Value, " \n") && isShellScript(n.Value):
		d.fieldScript(n)
	case strings.Contains(n.Value, "\n"):
		d.embed(key, n)
	case key == "DOCKER_HOST" || strings.HasSuffix(key, "_DOCKER_HOST"):
		d.env("DOCKER_HOST", d.scalarWord(n))
	case key == "logFormatType" && n.Value == "json": // of Splunk Connect for Kubernetes
		d.jsonParser(d.Scalar(n).At(0), key+": json")
	case key == "localhostProfile":
		d.profile(d.scalarWord(n), "AppArmor")
	case isDocker(n.Value) && (key == "runtime" || runtimeKeys[plainKey(key)]):
		h := hit{
			rule: finding.RuntimeSetting, at: d.Scalar(n).At(0), found: key + ": " + n.Value,
			message: key + " says that the runtime is Docker",
		}
		if key == "runtime" {
			h.confidence = finding.Medium // a word that others use as well
		}
		d.report(h)
	case (key == "hostPath" || key == "host_path") && parentOf(n.Value) == 1:
		d.parent(hit{at: d.Scalar(n).At(0), found: n.Value, message: "mounts " + n.Value + " of the node"}, 1, usage{})
	default:
		d.value(key, d.scalarWord(n))
	}
}

// scriptFields are keys whose values are commands for a shell, most often.
var scriptFields = set("script command cmd commands preStart postStart userData user_data startupScript")

// fieldScript looks at a value as a script. That it is none is no gap: the key
// alone says so.
func (d *detector) fieldScript(n *yaml.Node) {
	t := d.Scalar(n)
	if _, err := parseShell(t.Value); err == nil {
		d.within(t).shell(t)
	}
}

// value reports a value that is a path or an address of Docker's, or its unit.
func (d *detector) value(key string, w word) {
	rule := valueRule(w.value)
	switch {
	case rule == finding.DockerBinary && !strings.Contains(strings.ToLower(key), "path"):
		// The name of a program alone is no mount.
	case rule != "":
		d.report(hit{rule: rule, at: w.At(0), found: w.value, message: strings.TrimSpace(fmt.Sprintf("%s is set to %s", key, w.value))})
	case strings.HasPrefix(w.value, "DOCKER_HOST="):
		d.env("DOCKER_HOST", plainWord(strings.TrimPrefix(w.value, "DOCKER_HOST="), w.Text))
	case anyOf(key, "unit", "units", "include_units"):
		d.journalMatch("_SYSTEMD_UNIT="+w.value, w.At(0))
	case strings.HasPrefix(w.value, "_SYSTEMD_UNIT="):
		d.journalMatch(w.value, w.At(0))
	case strings.HasPrefix(w.value, "--"):
		d.execute([]word{w})
	case unit.MatchString(w.value) && (strings.HasSuffix(w.value, ".service") || strings.HasSuffix(w.value, ".socket")):
		d.report(hit{
			rule: finding.DockerService, at: w.At(0), found: w.value, confidence: finding.Medium,
			message: fmt.Sprintf("%s names %s", key, w.value),
		})
	}
}

var (
	// spoken are keys whose values are for people.
	spoken = set("description summary message title help comment comments note notes doc docs documentation displayname reason text example examples runbook_url subject body question hint warning label details")
	// inside are keys whose values are paths in a container.
	inside = map[string]bool{
		"mountPath": true, "containerPath": true, "container_path": true, "mount_path": true, "target": true, "workingDir": true, "subPath": true,
		"pathPrefix": true, "$patch": true, "repository": true, "name": true,
	}
	runtimeKeys = set("containerruntime containermanager defaultruntime runtimename containerengine criruntime containerruntimetype runtimetype containerruntimeexecutor")
)

// plainKey is a key without what its spelling varies by.
func plainKey(key string) string {
	return strings.ToLower(strings.NewReplacer("_", "", "-", "").Replace(key))
}

// embedded looks at the entries of a ConfigMap, each of which is a file or a
// variable.
func (d *detector) embedded(data *yaml.Node) {
	for _, p := range text.Pairs(data) {
		if text.IsScalar(p.Value) {
			d.about(d.object+", key "+p.Key.Value).entry(p.Key.Value, p.Value)
		}
	}
}

func (d *detector) entry(key string, n *yaml.Node) {
	if strings.Contains(n.Value, "\n") || strings.Contains(key, ".") {
		d.embed(key, n)
		return
	}
	if isDocker(n.Value) && runtimeKeys[plainKey(key)] {
		d.scalar(key, n)
		return
	}
	d.env(key, d.scalarWord(n))
}

// embed looks at a text within a value as the file that it is.
func (d *detector) embed(key string, n *yaml.Node) {
	if d.depth > maxNesting {
		return
	}
	t := d.Scalar(n)
	inner := d.within(t)
	if inner.content(key, t) {
		return
	}
	// A file of a format that its name does not tell.
	if looksLikeYAML(t.Value) {
		quiet := *inner
		quiet.out = &Result{}
		quiet.settings(t)
		if len(quiet.out.Gaps) == 0 {
			d.out.Findings = append(d.out.Findings, quiet.out.Findings...)
		}
	}
}

// looksLikeYAML is true for a text most of whose lines are keys, items or
// comments.
func looksLikeYAML(s string) bool {
	lines, fitting := 0, 0
	for line := range strings.Lines(s) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		lines++
		if strings.HasPrefix(line, "- ") || strings.HasSuffix(line, ":") || strings.Contains(line, ": ") {
			fitting++
		}
	}
	return fitting > 0 && fitting*2 >= lines
}

// settings looks at YAML of any structure.
func (d *detector) settings(t *text.Text) {
	documents, err := text.YAML(t)
	d.yamlGaps(t, err)
	for _, doc := range documents {
		d.within(doc.Text).structure("", doc.Root)
	}
}

// yamlGaps notes each document that could not be read. A text within another
// file is none that the file's owner has to answer for, unless it may hold
// something.
func (d *detector) yamlGaps(t *text.Text, err error) {
	if d.depth > 1 && !mattering.MatchString(t.Value) && !strings.Contains(t.Value, "hostPath") {
		return
	}
	for _, each := range single(err) {
		line, message, _ := strings.Cut(each.Error(), ": ")
		d.gap(t.At(0), line+": reading YAML: "+message)
	}
}

// single is the single errors that one is joined of.
func single(err error) []error {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		return joined.Unwrap()
	}
	if err == nil {
		return nil
	}
	return []error{err}
}

// anyOf is true for one of the words.
func anyOf(s string, words ...string) bool { return slices.Contains(words, s) }
