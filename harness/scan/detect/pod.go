package detect

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/rehearse-dev/rehearse/harness/compare"
	"github.com/rehearse-dev/rehearse/harness/scan/finding"
	"github.com/rehearse-dev/rehearse/harness/scan/text"
)

// pod is what the containers of one pod share.
type pod struct {
	containers []*yaml.Node
	// host are the folders of the node behind the names of volumes.
	host map[string]string
	// dind says that a container of the pod brings a Docker daemon.
	dind bool
}

// usage is how the containers of a pod use a volume.
type usage struct {
	// mounts are `container at path`, for messages.
	mounts []string
	// docker says that one of them shows that it uses Docker.
	docker bool
	// harmless says that all of them are known to mount it for other ends.
	harmless bool
	// logs says that each of them mounts the node's /var/log as well.
	logs bool
}

// pod looks at a pod's specification, complete or in part.
func (d *detector) pod(n *yaml.Node) {
	p := pod{host: map[string]string{}, containers: containersOf(n)}
	p.dind = slices.ContainsFunc(p.containers, runsDaemon)
	volumes := text.Items(text.Get(n, "volumes"))
	for _, v := range volumes {
		if path := text.String(v, "hostPath", "path"); path != "" {
			p.host[text.String(v, "name")] = path
		}
	}
	for _, v := range volumes {
		if host := text.Get(v, "hostPath"); text.IsMap(host) {
			d.hostPath(host, p.usage(text.String(v, "name")))
		} else if v.Kind == yaml.MappingNode {
			d.children(v) // of a kind that is none of Kubernetes' own
		}
	}
	for _, c := range p.containers {
		d.container(c, p)
	}
	d.podSecurity(text.Get(n, "securityContext"))
	rest := *d
	rest.own = p.dind
	rest.children(n, append([]string{"volumes", "securityContext"}, slices.Concat(containerLists, containerFields)...)...)
}

// runsDaemon is true for a container that is a Docker daemon.
func runsDaemon(c *yaml.Node) bool {
	if isDind(text.String(c, "image")) {
		return true
	}
	for _, w := range slices.Concat(text.Items(text.Get(c, "command")), text.Items(text.Get(c, "args"))) {
		if name := programOf(w.Value); name == "dockerd" || name == "dockerd-entrypoint.sh" {
			return true
		}
	}
	return false
}

// usage gathers what the containers do with a volume.
func (p *pod) usage(volume string) usage {
	u := usage{harmless: true, logs: true}
	for _, c := range p.containers {
		for _, m := range text.Items(text.Get(c, "volumeMounts")) {
			if text.String(m, "name") != volume {
				continue
			}
			at := text.String(m, "mountPath")
			u.mounts = append(u.mounts, fmt.Sprintf("%s at %s", text.String(c, "name"), at))
			u.docker = u.docker || usesDocker(c) || isKnownAgent(text.String(c, "image")) ||
				strings.HasSuffix(text.String(m, "subPath"), "docker.sock")
			u.harmless = u.harmless && isHarmless(text.String(c, "image"))
			u.logs = u.logs && p.mountsLogs(c)
		}
	}
	if len(u.mounts) == 0 {
		u.harmless, u.logs = false, false
	}
	return u
}

func (p *pod) mountsLogs(c *yaml.Node) bool {
	return slices.ContainsFunc(text.Items(text.Get(c, "volumeMounts")), func(m *yaml.Node) bool {
		path := strings.TrimSuffix(p.host[text.String(m, "name")], "/")
		return path == "/var/log" || path == "/var/log/pods" || path == "/var/log/containers"
	})
}

// usesDocker is true for a container whose command, arguments, environment or
// hooks speak of Docker.
func usesDocker(n *yaml.Node) bool {
	for _, field := range []string{"command", "args", "env", "lifecycle", "livenessProbe", "readinessProbe", "startupProbe"} {
		if speaksOfDocker(text.Get(n, field)) {
			return true
		}
	}
	return false
}

func speaksOfDocker(n *yaml.Node) bool {
	if n == nil {
		return false
	}
	if n.Kind == yaml.ScalarNode {
		value := strings.ToLower(n.Value)
		return strings.Contains(value, "docker") && !strings.Contains(value, "docker.io/") && !strings.Contains(value, "docker-registry")
	}
	return slices.ContainsFunc(n.Content, speaksOfDocker)
}

// hostPath looks at a folder or file of the node that a pod mounts.
func (d *detector) hostPath(n *yaml.Node, u usage) {
	at := text.Get(n, "path")
	if !text.IsScalar(at) {
		return
	}
	h := hit{at: d.Scalar(at).At(0), found: at.Value, message: "mounts " + at.Value + " of the node" + into(u.mounts)}
	switch rule := pathRule(at.Value); {
	case rule == finding.DockerSocket:
		h.rule, h.cause = rule, "NODE-003"
		if text.String(n, "type") == "Socket" {
			h.cause = "EVT-019"
		}
	case rule == finding.DockerData && strings.Contains(at.Value, "/containers") && u.logs:
		h.rule, h.cause, h.severity = rule, "LOG-002", compare.Info
		h.remedy = "Take the mount out: with containerd the log files lie in /var/log/pods itself."
		h.message += ", besides /var/log"
	case rule == finding.DockerData && strings.Contains(at.Value, "/containers"):
		h.rule, h.cause = rule, "LOG-002"
	case rule != "":
		h.rule = rule
	case parentOf(at.Value) > 0:
		d.parent(h, parentOf(at.Value), u)
		return
	default:
		return
	}
	d.report(h)
}

// parent weighs a folder in which Docker's socket is one thing among others.
func (d *detector) parent(h hit, distance int, u usage) {
	h.rule = finding.SocketParent
	switch {
	case u.harmless:
		return
	case u.docker:
		h.severity = compare.Breaks
		h.message += ", and speaks of Docker"
	case distance > 1:
		h.confidence = finding.Low
	default:
		h.confidence = finding.Medium
	}
	d.report(h)
}

func into(mounts []string) string {
	if len(mounts) == 0 {
		return ""
	}
	return " into container " + strings.Join(mounts, ", ")
}

// podSecurity looks at the profiles of a security context.
func (d *detector) podSecurity(n *yaml.Node) {
	for _, field := range []string{"appArmorProfile", "seccompProfile"} {
		if profile := text.Get(n, field, "localhostProfile"); text.IsScalar(profile) {
			d.profile(d.scalarWord(profile), map[string]string{"appArmorProfile": "AppArmor", "seccompProfile": "seccomp"}[field])
		}
	}
}
