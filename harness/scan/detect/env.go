package detect

import (
	"fmt"
	"slices"
	"strings"

	"github.com/rehearse-dev/rehearse/harness/compare"
	"github.com/rehearse-dev/rehearse/harness/scan/finding"
	"github.com/rehearse-dev/rehearse/harness/scan/text"
)

// env looks at a variable of a process's environment, or of a script.
func (d *detector) env(name string, w word) {
	value := strings.TrimSpace(w.value)
	switch {
	case value == "":
	case name == "DOCKER_HOST":
		d.dockerHost(w, value)
	case name == "DOCKER_API_VERSION":
		d.report(hit{
			rule: finding.DockerHost, at: w.At(0), found: name + "=" + value, severity: compare.Changes, confidence: finding.Medium,
			message: "chooses the version of Docker's API to speak",
		})
	case slices.Contains(runtimeVariables, name) && isDocker(value) && d.setting != Anywhere:
		d.report(hit{
			rule: finding.RuntimeSetting, at: w.At(0), found: name + "=" + value,
			message: fmt.Sprintf("is told by %s that the runtime is Docker", name),
		})
	case strings.HasPrefix(name, "KUBELET_") && strings.Contains(value, "-"):
		d.kubeletFlags(scriptTextOf(w))
	case slices.Contains(daemonVariables, name) && strings.Contains(value, "-"):
		d.daemonFlags(scriptTextOf(w))
	case strings.HasPrefix(value, "--"):
		d.commandFlags("", scriptTextOf(w))
	default:
		d.pathWord(w, name)
	}
}

var (
	runtimeVariables = []string{"CONTAINER_RUNTIME", "CONTAINER_ENGINE", "RUNTIME", "CRI_RUNTIME", "KUBELET_CONTAINER_RUNTIME", "CONTAINER_RUNTIME_NAME", "DEFAULT_RUNTIME"}
	// daemonVariables hold dockerd's flags in the files that units read.
	daemonVariables = []string{"DOCKER_OPTS", "DOCKER_OPTIONS", "DOCKERD_OPTS", "DOCKER_STORAGE_OPTIONS", "DOCKER_NETWORK_OPTIONS", "DOCKER_EXTRA_OPTS"}
)

func (d *detector) dockerHost(w word, value string) {
	rule := valueRule(value)
	if rule == "" || rule == finding.DockerData {
		rule = finding.DockerHost
	}
	h := hit{rule: finding.DockerHost, at: w.At(0), found: "DOCKER_HOST=" + value, message: "a Docker client is pointed at " + value}
	switch {
	case rule == finding.CRISocket:
		h.rule = rule
	case strings.HasPrefix(value, "ssh://"):
		h.severity, h.confidence = compare.Changes, finding.Low
	case rule == finding.DockerHost && !strings.Contains(value, "$") && !isLocal(value):
		// Some other machine or service: whether it is a node of the cluster, the
		// name does not say.
		h.severity, h.confidence = compare.Changes, finding.Medium
	}
	d.report(h)
}

func isLocal(address string) bool {
	return strings.Contains(address, "://localhost") || strings.Contains(address, "://127.") || strings.Contains(address, "://0.0.0.0")
}

// scriptTextOf is a word without its quotes, in its place.
func scriptTextOf(w word) *text.Text {
	if at := strings.Index(w.Value, w.value); at >= 0 && w.value != "" {
		return w.Slice(at, at+len(w.value))
	}
	return text.Anywhere(w.value, w.At(0))
}
