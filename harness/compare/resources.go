package compare

import (
	"maps"
	"path"
	"regexp"
	"strings"

	"github.com/rehearse-dev/rehearse/harness/normalise"
	"github.com/rehearse-dev/rehearse/harness/record"
)

// The levels of a node at which resources are measured.
const (
	nodeLevel      = "node"
	systemLevel    = "system"
	qosLevel       = "QoS class"
	podLevel       = "pod"
	pauseLevel     = "pause container"
	podPauseLevel  = `pause container as container="POD"`
	containerLevel = "container"
	namelessLevel  = "container without its name"
)

// sharedRoles are the roles whose pods both sides have: metrics of others cannot
// be compared.
func sharedRoles(baseline, candidate *record.Recording) map[string]bool {
	b, c := rolesOf(baseline), rolesOf(candidate)
	maps.DeleteFunc(b, func(role string, _ bool) bool { return !c[role] })
	return b
}

func rolesOf(r *record.Recording) map[string]bool {
	roles := map[string]bool{}
	for _, p := range r.Meta.Names.Pods {
		if !strings.HasPrefix(p.Namespace, suitePrefix) {
			roles[path.Join(p.Namespace, p.Role)] = true
		}
	}
	return roles
}

// addResources adds the levels at which each resource metric has series, and the
// shapes of the labels that identify containers.
func (s *schema) addResources(shared map[string]bool) error {
	pods := map[string]string{} // <namespace>/<name> -> role
	for _, p := range s.recording.Meta.Names.Pods {
		pods[path.Join(p.Namespace, p.Name)] = path.Join(p.Namespace, p.Role)
	}
	for entry, err := range record.Entries[record.Exposition](s.recording, record.MetricsIndex) {
		if err != nil {
			return err
		}
		if !resources(entry.Entry.Target) {
			continue
		}
		e, err := readExposition(s.recording, entry.Entry)
		if err != nil {
			s.unreadable(entry.Entry.Target, err)
			continue
		}
		for _, name := range e.names() {
			for _, series := range e.samples(name) {
				owner := path.Join(series.labels["namespace"], series.labels["pod"])
				if owner == "" || shared[pods[owner]] {
					s.addSeries(e, name, series)
				}
			}
		}
	}
	return nil
}

func (s *schema) addSeries(e *exposition, name string, series sample) {
	level := levelOf(e.Target, series.labels)
	note := func(k key, value string) {
		if !s.facts.enough(k, value) {
			s.facts.add(k, value, e.find(name, series))
		}
	}
	note(key{levels, e.Target + " " + name}, level)
	if e.Target == "kubelet/cadvisor" {
		for k, shape := range identity(e.Target, level, series.labels) {
			note(k, shape)
		}
	}
}

var (
	scope = regexp.MustCompile(`(?:^|[/-])[0-9a-f]{64}(?:\.scope)?$`)
	slice = regexp.MustCompile(`/(?:kubelet-)?kubepods[^/]*(?:/|$)`)
)

// levelOf says what a series is about.
func levelOf(target string, labels map[string]string) string {
	id := labels["id"]
	switch {
	case labels["container"] == "POD":
		return podPauseLevel
	case labels["container"] != "":
		return containerLevel
	case labels["pod"] != "" && labels["image"] != "":
		return pauseLevel
	case labels["pod"] != "":
		return podLevel
	case id == "/" || id == "" && target == "kubelet/resource":
		return nodeLevel
	case scope.MatchString(id):
		return namelessLevel
	case slice.MatchString(id + "/"):
		return qosLevel
	case id == "":
		return nodeLevel
	default:
		return systemLevel
	}
}

// identity are the shapes of the labels that tell containers apart, and of the
// node's devices that are there for one container only. The label id counts for
// all containers together: it is all that a container without a name has.
func identity(target, level string, labels map[string]string) map[key]string {
	shapes := map[key]string{}
	id := key{labelValue + "id", target + " containers"}
	switch level {
	case containerLevel, pauseLevel, podPauseLevel:
		shapes[key{labelValue + "name", target + " " + level}] = nameShape(labels["name"])
		shapes[key{labelValue + "image", target + " " + level}] = spelling(labels["image"])
		shapes[id] = normalise.Shape(path.Base(labels["id"]))
	case namelessLevel:
		shapes[id] = normalise.Shape(path.Base(labels["id"]))
	case nodeLevel:
		if device := normalise.Shape(labels["device"]); device != labels["device"] {
			shapes[key{labelValue + "device", target + " " + level}] = device
		}
	}
	return shapes
}

// nameShape is the shape of the label name.
func nameShape(name string) string {
	if strings.HasPrefix(name, "k8s_") {
		return "k8s_<container>_<pod>_<namespace>_<uid>_<attempt>"
	}
	return normalise.Shape(name)
}
