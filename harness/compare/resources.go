package compare

import (
	"maps"
	"path"
	"regexp"
	"strings"

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

// podRoles are the roles of the pods of a recording, both as <namespace>/<name>.
func podRoles(r *record.Recording) map[string]string {
	pods := map[string]string{}
	for _, p := range r.Meta.Names.Pods {
		pods[path.Join(p.Namespace, p.Name)] = path.Join(p.Namespace, p.Role)
	}
	return pods
}

// addResources adds the levels at which each resource metric has series, and the
// shapes of the labels that identify containers.
func (s *schema) addResources(shared map[string]bool) error {
	pods := podRoles(s.recording)
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
				owner := path.Join(series.label("namespace"), series.label("pod"))
				if owner == "" || shared[pods[owner]] {
					s.addSeries(e, name, series)
				}
			}
		}
	}
	return nil
}

func (s *schema) addSeries(e *exposition, name string, series sample) {
	level := levelOf(e.Target, series.label)
	note := func(k key, value string) {
		if !s.facts.enough(k, value) {
			s.facts.add(k, value, e.find(name, series))
		}
	}
	note(key{levels, e.Target + " " + name}, level)
	if e.Target == "kubelet/cadvisor" {
		for k, shape := range s.shapes.identity(e.Target, level, series.label) {
			note(k, shape)
		}
	}
}

var (
	scope = regexp.MustCompile(`(?:^|[/-])[0-9a-f]{64}(?:\.scope)?$`)
	slice = regexp.MustCompile(`/(?:kubelet-)?kubepods[^/]*(?:/|$)`)
)

// levelOf says what a series is about.
func levelOf(target string, label func(string) string) string {
	id, container, pod := label("id"), label("container"), label("pod")
	switch {
	case container == "POD":
		return podPauseLevel
	case container != "":
		return containerLevel
	case pod != "" && label("image") != "":
		return pauseLevel
	case pod != "":
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
func (s shapes) identity(target, level string, label func(string) string) map[key]string {
	found := map[key]string{}
	id := key{labelValue + "id", target + " containers"}
	switch level {
	case containerLevel, pauseLevel, podPauseLevel:
		found[key{labelValue + "name", target + " " + level}] = s.name(label("name"))
		found[key{labelValue + "image", target + " " + level}] = spelling(label("image"))
		found[id] = s.of(path.Base(label("id")))
	case namelessLevel:
		found[id] = s.of(path.Base(label("id")))
	case nodeLevel:
		if device := s.of(label("device")); device != label("device") {
			found[key{labelValue + "device", target + " " + level}] = device
		}
	}
	return found
}

// name is the shape of the label name.
func (s shapes) name(name string) string {
	if strings.HasPrefix(name, "k8s_") {
		return "k8s_<container>_<pod>_<namespace>_<uid>_<attempt>"
	}
	return s.of(name)
}
