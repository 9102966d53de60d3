package collect

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/rehearse-dev/rehearse/clusters/runtime"
	"github.com/rehearse-dev/rehearse/harness/record"
)

// firstVersion is what a program that prints its version says first.
var firstVersion = regexp.MustCompile(`v?\d+\.\d+\S*`)

// fromRuntime asks the nodes for what the API server does not know: sandboxes,
// containers that were replaced, and versions of what stands below kubelet.
func (f *found) fromRuntime(ctx context.Context, src Source, w *record.Writer) error {
	if src.Exec == nil {
		return gap(w, record.Identities, "sandboxes and replaced containers", errors.New(noExec))
	}
	profile, err := runtime.Of(src.Cluster.Runtime)
	if err != nil {
		return gap(w, record.Identities, "the runtime", err)
	}
	return eachNode(src, w, record.Identities, func(_ int, node string) error {
		for _, component := range slices.Sorted(maps.Keys(profile.Versions)) {
			if component == "runtime" { // kubelet has said so
				continue
			}
			printed, err := output(ctx, src, node, profile.Versions[component]...)
			if err != nil {
				return err
			}
			f.locked(func() { f.version(component, firstVersion.FindString(printed)) })
		}
		return f.fromContainers(ctx, src, node, profile)
	})
}

func (f *found) fromContainers(ctx context.Context, src Source, node string, profile runtime.Profile) error {
	list := criContainers
	if runtime.IsDocker(profile.Runtime) {
		list = dockerContainers
	}
	containers, err := list(ctx, src, node, profile)
	if err != nil {
		return err
	}
	f.locked(func() {
		for _, c := range containers {
			if pod, known := f.names.Pods[c.podUID]; known {
				f.container(c.id, pod.Role, c.name)
			}
		}
	})
	return nil
}

func (f *found) locked(do func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	do()
}

// container is one container of a node, running or not.
type container struct{ id, podUID, name string }

// dockerContainers asks Docker itself: it lists sandboxes among the containers,
// and there is no crictl that speaks to dockershim.
func dockerContainers(ctx context.Context, src Source, node string, _ runtime.Profile) ([]container, error) {
	const format = "{{.ID}}\t{{.Label \"io.kubernetes.pod.uid\"}}\t{{.Label \"io.kubernetes.container.name\"}}\t{{.Label \"io.kubernetes.docker.type\"}}"
	printed, err := output(ctx, src, node, "docker", "ps", "--all", "--no-trunc", "--format", format)
	if err != nil {
		return nil, err
	}
	var list []container
	for line := range strings.Lines(printed) {
		fields := strings.Split(strings.TrimRight(line, "\n"), "\t")
		if len(fields) != 4 {
			return nil, fmt.Errorf("listing containers: unexpected line %q", line)
		}
		c := container{id: fields[0], podUID: fields[1], name: fields[2]}
		if fields[3] == "podsandbox" {
			c.name = record.Sandbox
		}
		list = append(list, c)
	}
	return list, nil
}

// criContainers asks through the CRI, which lists sandboxes apart.
func criContainers(ctx context.Context, src Source, node string, profile runtime.Profile) ([]container, error) {
	var listed struct {
		Containers []criItem `json:"containers"`
		Sandboxes  []criItem `json:"items"`
	}
	for _, what := range [][]string{{"ps", "--all"}, {"pods"}} {
		argv := append([]string{"crictl", "--runtime-endpoint", profile.CRISocket}, what...)
		printed, err := output(ctx, src, node, append(argv, "--output", "json")...)
		if err != nil {
			return nil, err
		}
		if err := json.Unmarshal([]byte(printed), &listed); err != nil {
			return nil, fmt.Errorf("listing containers: %w", err)
		}
	}
	var list []container
	for _, c := range listed.Containers {
		list = append(list, container{c.ID, c.Labels[podUID], c.Labels["io.kubernetes.container.name"]})
	}
	for _, s := range listed.Sandboxes {
		list = append(list, container{s.ID, s.Labels[podUID], record.Sandbox})
	}
	return list, nil
}

// podUID is how kubelet labels what belongs to a pod.
const podUID = "io.kubernetes.pod.uid"

// criItem is a container or a sandbox as crictl prints it.
type criItem struct {
	ID     string            `json:"id"`
	Labels map[string]string `json:"labels"`
}
