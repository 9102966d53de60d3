package detect

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/rehearse-dev/rehearse/harness/compare"
	"github.com/rehearse-dev/rehearse/harness/scan/finding"
	"github.com/rehearse-dev/rehearse/harness/scan/text"
)

// manifests looks at the Kubernetes objects of a text. Documents that are none
// are looked at as settings.
func (d *detector) manifests(t *text.Text) {
	documents, err := text.YAML(t)
	d.yamlGaps(t, err)
	for _, doc := range documents {
		d.within(doc.Text).in(Pod).kubernetes(doc.Root)
	}
}

// kubernetes looks at one object, or at each of a list.
func (d *detector) kubernetes(n *yaml.Node) {
	if !d.step() {
		return
	}
	n = text.Deref(n)
	kind, version := text.String(n, "kind"), text.String(n, "apiVersion")
	if items := text.Get(n, "items"); strings.HasSuffix(kind, "List") && text.IsList(items) {
		for _, item := range items.Content {
			d.kubernetes(item)
		}
		return
	}
	d = d.about(title(kind, n))
	group, _, _ := strings.Cut(version, "/")
	switch {
	case kind == "CustomResourceDefinition", IsPolicy(kind, group):
		// What it says is about other objects, and mostly forbids.
	case kind == "ConfigMap" && group == "v1":
		d.embedded(text.Get(n, "data"))
	case kind == "Secret" && group == "v1":
		d.embedded(text.Get(n, "stringData"))
	case kind == "PrometheusRule" || kind == "VMRule" || kind == "AlertingRule" || kind == "RecordingRule":
		d.ruleGroups(text.Get(n, "spec", "groups"))
	case kind == "KubeletConfiguration":
		d.kubeletConfiguration(n)
	case strings.HasPrefix(group, "kubeadm.k8s.io"):
		d.in(Node).kubeadm(n)
	case kind == "Node" && group == "v1":
		d.in(Node).nodeObject(n)
	default:
		d.custom(kind, group, n)
	}
}

// custom looks at workloads, and at whatever embeds them.
func (d *detector) custom(kind, group string, n *yaml.Node) {
	if d.delivery(kind, group, n) {
		return
	}
	d.annotations(text.Get(n, "metadata", "annotations"))
	if kind == "RunnerDeployment" || kind == "RunnerSet" {
		d.runner(n)
	}
	for _, p := range text.Pairs(n) {
		switch p.Key.Value {
		case "apiVersion", "kind", "metadata", "status":
		default:
			d.walk(p.Key.Value, p.Value)
		}
	}
}

// IsPolicy is true for kinds that say what other objects may look like. They are
// left alone.
func IsPolicy(kind, group string) bool {
	return strings.HasSuffix(group, "kyverno.io") || strings.HasSuffix(group, "gatekeeper.sh") || kind == "PodSecurityPolicy" ||
		kind == "ValidatingAdmissionPolicy" || kind == "SecurityContextConstraints" || kind == "Event"
}

func title(kind string, n *yaml.Node) string {
	name := text.String(n, "metadata", "name")
	if name == "" {
		name = text.String(n, "metadata", "generateName")
	}
	if ns := text.String(n, "metadata", "namespace"); ns != "" {
		name = ns + "/" + name
	}
	return strings.TrimSpace(kind + " " + name)
}

// walk looks for pods, containers, volumes and settings in any structure. key is
// what the structure is the value of.
func (d *detector) walk(key string, n *yaml.Node) {
	if n == nil || d.depth > maxNesting || !d.step() {
		return
	}
	switch {
	case text.IsList(n) && !d.list(key, n):
		for _, item := range n.Content {
			d.walk(key, item) // aliases end here: what they stand for is looked at in its place
		}
	case text.IsScalar(n):
		d.scalar(key, n)
	case text.IsMap(n) && !d.shape(key, n):
		d.children(n)
	}
}

// list recognises what a list is by its key; false for any other.
func (d *detector) list(key string, n *yaml.Node) bool {
	switch key {
	case "command", "args", "extraArgs", "entrypoint":
		if words := d.wordsOf(n); len(words) == len(n.Content) {
			d.execute(words)
			return true
		}
	case "listeners", "config_providers": // of Datadog's agent
		for _, item := range text.Items(n) {
			if text.String(item, "name") == "docker" {
				d.api(text.Get(item, "name"), "one of the "+key)
			}
		}
	case "pipelineStages", "pipeline_stages":
		d.pipelineStages(n)
		return true
	case "scrape_configs", "extraScrapeConfigs":
		d.promtail(&yaml.Node{Kind: yaml.MappingNode, Content: []*yaml.Node{{Kind: yaml.ScalarNode, Value: "scrape_configs"}, n}})
		return true
	}
	return false
}

func (d *detector) children(n *yaml.Node, but ...string) {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if !slices.Contains(but, n.Content[i].Value) && n.Content[i+1].Kind != yaml.AliasNode {
			d.walk(n.Content[i].Value, n.Content[i+1])
		}
	}
}

// shape recognises what a mapping is by its fields; false when it is nothing
// that has a meaning of its own.
func (d *detector) shape(key string, n *yaml.Node) bool {
	switch {
	case isObject(n):
		d.kubernetes(n)
	case isPodSpec(n):
		d.pod(n)
	case isContainer(n):
		d.container(n, pod{})
	case text.IsMap(text.Get(n, "hostPath")):
		d.hostPath(text.Get(n, "hostPath"), usage{})
		d.children(n, "hostPath")
	case text.IsMap(text.Get(n, "metadata")) && text.IsMap(text.Get(n, "spec")):
		d.annotations(text.Get(n, "metadata", "annotations"))
		d.children(n, "metadata")
	case text.String(n, "name") == "DOCKER_HOST" && len(n.Content) >= 4:
		d.envEntry(n)
	case key == "readinessProbe" || key == "livenessProbe" || key == "startupProbe" || key == "lifecycle":
		d.hooks(n)
	default:
		return false
	}
	return true
}

func isObject(n *yaml.Node) bool {
	return text.String(n, "kind") != "" && strings.ContainsAny(text.String(n, "apiVersion"), "v") && text.Get(n, "metadata") != nil
}

// containerLists are what containers of one pod are listed in, by Kubernetes and
// by those who run steps in pods; containerFields hold one.
var (
	containerLists  = []string{"containers", "initContainers", "ephemeralContainers", "sidecars", "steps"}
	containerFields = []string{"container", "script"}
)

// containersOf are the containers that a mapping has as a pod's specification,
// or as a template of Tekton's or Argo's; none of anything else.
func containersOf(n *yaml.Node) []*yaml.Node {
	var found []*yaml.Node
	for i, field := range containerLists {
		items := text.Get(n, field)
		if !text.IsList(items) || !allMaps(items) {
			continue
		}
		// Steps and sidecars may be anything; those with an image are containers.
		if own := text.Items(items); i < 3 || slices.ContainsFunc(own, isContainer) {
			found = append(found, own...)
		}
	}
	for _, field := range containerFields {
		if one := text.Get(n, field); text.IsMap(one) && isContainer(one) {
			found = append(found, one)
		}
	}
	return found
}

// isPodSpec is true for a mapping with containers, or for the part of one that a
// patch consists of.
func isPodSpec(n *yaml.Node) bool {
	if len(containersOf(n)) > 0 {
		return true
	}
	volumes := text.Get(n, "volumes")
	return text.IsList(volumes) && allMaps(volumes) && slices.ContainsFunc(text.Items(volumes), func(v *yaml.Node) bool {
		return text.IsMap(text.Get(v, "hostPath"))
	})
}

func allMaps(list *yaml.Node) bool {
	return len(list.Content) > 0 && !slices.ContainsFunc(text.Items(list), func(n *yaml.Node) bool { return !text.IsMap(n) })
}

// isContainer is true for a mapping with an image, or a command, and what only
// containers have.
func isContainer(n *yaml.Node) bool {
	if !text.IsScalar(text.Get(n, "image")) {
		return false
	}
	return slices.ContainsFunc([]string{"command", "args", "env", "volumeMounts", "imagePullPolicy", "script", "source", "securityContext"},
		func(field string) bool { return text.Get(n, field) != nil })
}

// annotations looks at those of an object or of a pod that name a runtime.
func (d *detector) annotations(n *yaml.Node) {
	for _, p := range text.Pairs(n) {
		if !text.IsScalar(p.Value) {
			continue
		}
		w := d.scalarWord(p.Value)
		switch {
		case strings.HasPrefix(p.Key.Value, "container.apparmor.security.beta.kubernetes.io/"):
			d.profile(w, "AppArmor")
		case strings.HasPrefix(p.Key.Value, "seccomp.security.alpha.kubernetes.io/"), strings.HasPrefix(p.Key.Value, "container.seccomp.security.alpha.kubernetes.io/"):
			d.profile(w, "seccomp")
		case strings.HasSuffix(p.Key.Value, "/cri-socket"):
			d.criSocket(w, "the annotation "+p.Key.Value)
		}
	}
}

func (d *detector) profile(w word, kind string) {
	name := strings.TrimPrefix(w.value, "localhost/")
	if name != "docker-default" && name != "docker/default" {
		return
	}
	h := hit{
		rule: finding.SecurityProfile, at: w.At(0), found: w.value,
		message: "asks for the " + kind + " profile " + name + ", which only Docker loads",
	}
	if name == "docker/default" {
		h.message = "asks for the " + kind + " profile by its old name docker/default"
		h.severity, h.confidence = compare.Info, finding.Medium // which kubelet understands for the sake of old manifests
	}
	h.fix = &finding.Fix{Old: w.value, New: "runtime/default"}
	if strings.HasPrefix(w.value, "localhost/") || name == "docker/default" {
		d.report(h)
		return
	}
	h.fix = nil // the field, whose type has to change as well
	d.report(h)
}

func (d *detector) scalarWord(n *yaml.Node) word { return plainWord(n.Value, d.Scalar(n)) }
