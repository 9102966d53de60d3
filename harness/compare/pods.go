package compare

import (
	"cmp"
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/rehearse-dev/rehearse/harness/record"
)

// suitePrefix starts the names of the namespaces that suites make and delete
// again. What is in them when a recording is made is chance; what suites saw is
// in their results.
const suitePrefix = "rehearse-"

// pod is what comparing needs to know of a pod.
type pod struct {
	Metadata struct {
		Namespace, Name, UID string
		Labels               map[string]string
		OwnerReferences      []struct{ Kind string }
	}
	Spec struct {
		NodeName                   string
		Containers, InitContainers []struct {
			Name, Image  string
			Lifecycle    struct{ PostStart *struct{} }
			VolumeMounts []struct{ Name, MountPath, SubPath string }
		}
		Volumes []struct {
			Name     string
			HostPath *struct{ Path, Type string }
		}
	}
	Status struct {
		Phase                                    string
		Conditions                               []condition
		ContainerStatuses, InitContainerStatuses []container
	}

	role string // <namespace>/<role>
	line int    // in objects.jsonl
}

type condition struct {
	Type, Status, Reason, Message string
	LastTransitionTime            time.Time
}

// container is the status of one container.
type container struct {
	Name, Image, ImageID, ContainerID string
	RestartCount                      int
	User                              struct{ Linux *struct{ UID int64 } }
	State, LastState                  struct {
		Waiting    *struct{ Reason, Message string }
		Running    *struct{ StartedAt time.Time }
		Terminated *termination
	}
}

type termination struct {
	Reason, Message string
	ExitCode        int
	StartedAt       time.Time
}

// pods returns the pods that are not a suite's, in the order in which they were
// recorded.
func pods(r *record.Recording) ([]pod, error) {
	var list []pod
	for line, err := range record.Entries[record.Object](r, record.ObjectsFile) {
		if err != nil {
			return nil, err
		}
		p := pod{line: line.Number}
		if kindOf(line.Entry) != "Pod" {
			continue
		}
		if err := json.Unmarshal(line.Entry, &p); err != nil {
			return nil, fmt.Errorf("%s/%s:%d: %w", r.Prefix, record.ObjectsFile, line.Number, err)
		}
		if strings.HasPrefix(p.Metadata.Namespace, suitePrefix) {
			continue
		}
		p.role = path.Join(p.Metadata.Namespace, cmp.Or(r.Meta.Names.Pods[p.Metadata.UID].Role, p.Metadata.Name))
		list = append(list, p)
	}
	return list, nil
}

func kindOf(o record.Object) string {
	var head struct{ Kind string }
	if json.Unmarshal(o, &head) != nil {
		return "" // reading it as what it should be says what is wrong
	}
	return head.Kind
}

// owned is true for a pod that an object of this kind made.
func (p *pod) owned(by string) bool {
	return slices.ContainsFunc(p.Metadata.OwnerReferences, func(o struct{ Kind string }) bool { return o.Kind == by })
}

// ready is true for a pod that is ready, or that was meant to end and has.
func (p *pod) ready() bool {
	return p.Status.Phase == "Succeeded" || slices.ContainsFunc(p.Status.Conditions, func(c condition) bool {
		return c.Type == "Ready" && c.Status == "True"
	})
}

// statuses are the containers of the pod, those that start it first.
func (p *pod) statuses() []container {
	return slices.Concat(p.Status.InitContainerStatuses, p.Status.ContainerStatuses)
}

// restarted is true for a pod one of whose containers was restarted more than
// once: once is chance, twice is behaviour.
func (p *pod) restarted() bool {
	return slices.ContainsFunc(p.statuses(), func(c container) bool { return c.RestartCount > 1 })
}

// hanging names a container that is still being created although its pod has one
// that is meant to run a hook first: kubelet says no more while a hook runs.
func (p *pod) hanging() (string, bool) {
	for _, spec := range p.Spec.Containers {
		at := slices.IndexFunc(p.Status.ContainerStatuses, func(c container) bool { return c.Name == spec.Name })
		if spec.Lifecycle.PostStart == nil || at < 0 {
			continue
		}
		if w := p.Status.ContainerStatuses[at].State.Waiting; w != nil && w.Reason == "ContainerCreating" {
			return spec.Name, true
		}
	}
	return "", false
}

// hostPaths are the node's paths that the pod mounts, with /var/run spelled as
// the /run that it is a link to.
func (p *pod) hostPaths() []string {
	var paths []string
	for _, v := range p.Spec.Volumes {
		if v.HostPath != nil {
			paths = append(paths, canonical(v.HostPath.Path))
		}
	}
	slices.Sort(paths)
	return slices.Compact(paths)
}

func canonical(nodePath string) string {
	nodePath = path.Clean(nodePath)
	if nodePath == "/var/run" || strings.HasPrefix(nodePath, "/var/run/") {
		return strings.TrimPrefix(nodePath, "/var")
	}
	return nodePath
}

// within is true for a path that is dir or lies below it.
func within(nodePath, dir string) bool {
	return dir == "/" || nodePath == dir || strings.HasPrefix(nodePath, dir+"/")
}

// touches adds the workloads that mount a path of the node that leans on what
// the finding is about, and where they say so.
func (f *Finding) touches(r *record.Recording, list []pod, leans func(dir string) bool) {
	for _, p := range list {
		for _, dir := range p.hostPaths() {
			if leans(dir) {
				f.Assets = append(f.Assets, Asset{Kind: "workload", Name: p.role, Why: mounts + dir + " of its node"})
				f.Evidence = append(f.Evidence, p.evidence(r, fmt.Sprintf("pod %s mounts hostPath %s", p.Metadata.Name, dir)))
			}
		}
	}
}

// evidence points at the pod's line in the recording.
func (p *pod) evidence(r *record.Recording, text string) Evidence {
	return at(r, record.ObjectsFile, p.line, text)
}

// at is evidence on a line of a file of the recording.
func at(r *record.Recording, file string, line int, text string) Evidence {
	return Evidence{Side: r.Meta.Side, File: path.Join(r.Prefix, file), Line: line, Text: shorten(text)}
}
