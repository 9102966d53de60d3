package scrape

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// steps are the relabelling steps by which the Prometheus operator selects the
// targets of an endpoint, and labels them.
func (m *monitor) steps(p port) []step {
	of := metaLabel + "service_"
	if m.ofPods() {
		of = metaLabel + "pod_"
	}
	steps := slices.Concat(selected(m.Spec.Selector, of), m.portSteps(p))
	if p.FilterRunning == nil || *p.FilterRunning {
		steps = append(steps, step{Action: "drop", SourceLabels: []string{metaLabel + "pod_phase"}, Regex: "(Failed|Succeeded)"})
	}
	steps = append(steps, m.names()...)
	for _, l := range m.Spec.TargetLabels {
		steps = append(steps, copied(metaLabel+"service_label_"+sanitised(l), sanitised(l)))
	}
	for _, l := range m.Spec.PodTargetLabels {
		steps = append(steps, copied(metaLabel+"pod_label_"+sanitised(l), sanitised(l)))
	}
	if l := m.Spec.JobLabel; l != "" {
		steps = append(steps, copied(of+"label_"+sanitised(l), "job"))
	}
	if name := p.name(); name != "" {
		steps = append(steps, set("endpoint", name))
	}
	return steps
}

// names are the labels by which a target's namespace, service, pod and container
// are known.
func (m *monitor) names() []step {
	steps := []step{
		copied(metaLabel+"namespace", "namespace"),
		copied(metaLabel+"pod_container_name", "container"),
		copied(metaLabel+"pod_name", "pod"),
	}
	if m.ofPods() {
		return append(steps, set("job", m.Metadata.Namespace+"/"+m.Metadata.Name))
	}
	return append(steps,
		step{SourceLabels: []string{metaLabel + "endpoint_address_target_kind", metaLabel + "endpoint_address_target_name"}, Regex: "Node;(.*)", TargetLabel: "node"},
		copied(metaLabel+"service_name", "service"), copied(metaLabel+"service_name", "job"))
}

// portSteps keep the targets of an endpoint's port.
func (m *monitor) portSteps(p port) []step {
	named, numbered := metaLabel+"pod_container_port_name", metaLabel+"pod_container_port_number"
	switch number := fmt.Sprint(p.TargetPort); {
	case p.Port != "" && !m.ofPods():
		return []step{kept(metaLabel+"endpoint_port_name", p.Port)}
	case p.Port != "":
		return []step{kept(named, p.Port)}
	case p.PortNumber != 0:
		return []step{kept(numbered, strconv.Itoa(p.PortNumber))}
	case p.TargetPort == nil:
		return nil
	case strings.Trim(number, "0123456789") == "":
		return []step{kept(numbered, number)}
	default:
		return []step{kept(named, number)}
	}
}

// name is what the label endpoint says.
func (p port) name() string {
	switch {
	case p.Port != "":
		return p.Port
	case p.PortNumber != 0:
		return strconv.Itoa(p.PortNumber)
	case p.TargetPort != nil:
		return fmt.Sprint(p.TargetPort)
	default:
		return ""
	}
}

// selected keep what a label selector selects.
func selected(s metav1.LabelSelector, of string) []step {
	var steps []step
	for _, name := range slices.Sorted(maps.Keys(s.MatchLabels)) {
		steps = append(steps, labelled(of, name, "keep", s.MatchLabels[name]))
	}
	for _, e := range s.MatchExpressions {
		present := step{SourceLabels: []string{of + "labelpresent_" + sanitised(e.Key)}, Regex: "true", Action: "keep"}
		switch e.Operator {
		case metav1.LabelSelectorOpIn:
			steps = append(steps, labelled(of, e.Key, "keep", e.Values...))
		case metav1.LabelSelectorOpNotIn:
			steps = append(steps, labelled(of, e.Key, "drop", e.Values...))
		case metav1.LabelSelectorOpExists:
			steps = append(steps, present)
		case metav1.LabelSelectorOpDoesNotExist:
			present.Action = "drop"
			steps = append(steps, present)
		}
	}
	return steps
}

func labelled(of, name, action string, values ...string) step {
	quoted := make([]string, len(values))
	for i, v := range values {
		quoted[i] = regexp.QuoteMeta(v)
	}
	return step{
		SourceLabels: []string{of + "label_" + sanitised(name), of + "labelpresent_" + sanitised(name)},
		Regex:        "(" + strings.Join(quoted, "|") + ");true", Action: action,
	}
}

func kept(label, value string) step {
	return step{SourceLabels: []string{label}, Regex: regexp.QuoteMeta(value), Action: "keep"}
}

func copied(from, to string) step {
	return step{SourceLabels: []string{from}, Regex: "(.+)", TargetLabel: to}
}

func set(label, value string) step { return step{TargetLabel: label, Replacement: &value} }

var unusual = regexp.MustCompile(`[^a-zA-Z0-9_]`)

// sanitised is the name of a Kubernetes label as Prometheus' discovery writes it.
func sanitised(label string) string { return unusual.ReplaceAllString(label, "_") }

// lower are steps with their actions in lower case, as Prometheus wants them.
func lower(steps []step) []step {
	steps = slices.Clone(steps)
	for i := range steps {
		steps[i].Action = strings.ToLower(steps[i].Action)
	}
	return steps
}
