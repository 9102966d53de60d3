package collect

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/rehearse-dev/rehearse/harness/record"
)

// identities records which names only this run knows, and which versions it ran.
type identities struct{}

func (identities) Kind() record.Kind { return record.Identities }

func (identities) Collect(ctx context.Context, src Source, w *record.Writer) error {
	found := &found{versions: map[string][]string{}, names: record.Names{
		Nodes: map[string]string{}, Pods: map[string]record.Pod{}, Containers: map[string]string{},
		Images: map[string]string{}, IPs: map[string]string{},
	}}
	err := errors.Join(
		gap(w, record.Identities, "version of the control plane", found.fromServer(src)),
		gap(w, record.Identities, "nodes", found.fromNodes(ctx, src)),
		gap(w, record.Identities, "services", found.fromServices(ctx, src)),
		gap(w, record.Identities, "pods", found.fromPods(ctx, src)),
		found.fromRuntime(ctx, src, w),
	)
	if err != nil {
		return err
	}
	w.Update(func(m *record.Meta) { m.Names, m.Versions = found.names, found.joined() })
	return nil
}

// found is what was found so far.
type found struct {
	mu       sync.Mutex // nodes are asked side by side
	names    record.Names
	versions map[string][]string
}

func (f *found) version(component, version string) {
	if version != "" {
		f.versions[component] = append(f.versions[component], version)
	}
}

// joined lists the versions of each component; nodes that agree say it once.
func (f *found) joined() map[string]string {
	all := map[string]string{}
	for component, list := range f.versions {
		slices.Sort(list)
		all[component] = strings.Join(slices.Compact(list), ", ")
	}
	return all
}

func (f *found) fromServer(src Source) error {
	v, err := src.Client.Discovery().ServerVersion()
	if err != nil {
		return err
	}
	f.version("kubernetes", v.GitVersion)
	return nil
}

func (f *found) fromNodes(ctx context.Context, src Source) error {
	list, err := src.Client.CoreV1().Nodes().List(ctx, metav1.ListOptions{})
	if err != nil {
		return err
	}
	for _, n := range list.Items {
		role := nodeRole(&n)
		f.names.Nodes[n.Name] = role
		for _, a := range n.Status.Addresses {
			if a.Type == corev1.NodeInternalIP || a.Type == corev1.NodeExternalIP {
				f.names.IPs[a.Address] = role
			}
		}
		info := n.Status.NodeInfo
		f.version("kubelet", info.KubeletVersion)
		f.version("kernel", info.KernelVersion)
		f.version("os", info.OSImage)
		f.version("runtime", info.ContainerRuntimeVersion)
	}
	return nil
}

func (f *found) fromServices(ctx context.Context, src Source) error {
	list, err := src.Client.CoreV1().Services(metav1.NamespaceAll).List(ctx, metav1.ListOptions{})
	if err != nil {
		return err
	}
	for _, s := range list.Items {
		for _, ip := range s.Spec.ClusterIPs {
			if ip != corev1.ClusterIPNone {
				f.names.IPs[ip] = s.Name
			}
		}
	}
	return nil
}

// fromPods reads the pods that are there, and learns of those that are gone from
// their events.
func (f *found) fromPods(ctx context.Context, src Source) error {
	roles, err := readRoles(ctx, src.Client)
	if err != nil {
		return err
	}
	pods, err := src.Client.CoreV1().Pods(metav1.NamespaceAll).List(ctx, metav1.ListOptions{})
	if err != nil {
		return fmt.Errorf("listing pods: %w", err)
	}
	f.names.Pods = roles.pods(pods.Items)
	f.names.Workloads = roles.names
	for _, p := range pods.Items {
		f.fromPod(&p, f.names.Pods[string(p.UID)].Role)
	}
	past, err := src.Client.CoreV1().Events(metav1.NamespaceAll).List(ctx, metav1.ListOptions{})
	if err != nil {
		return fmt.Errorf("listing events: %w", err)
	}
	for _, e := range past.Items {
		f.fromEvent(&e, roles)
	}
	return nil
}

func (f *found) fromEvent(e *corev1.Event, roles *roles) {
	about := e.InvolvedObject
	role := roles.guess(about.Namespace, about.Name)
	switch about.Kind {
	case "Pod":
		if _, known := f.names.Pods[string(about.UID)]; !known {
			f.names.Pods[string(about.UID)] = record.Pod{Namespace: about.Namespace, Name: about.Name, Role: role, Node: e.Source.Host}
		}
	case "Job", "ReplicaSet":
		name := about.Namespace + "/" + about.Name
		if _, known := f.names.Workloads[name]; !known && role != about.Name {
			f.names.Workloads[name] = role
		}
	}
}

func (f *found) fromPod(p *corev1.Pod, role string) {
	if !p.Spec.HostNetwork { // its address is the node's
		for _, ip := range p.Status.PodIPs {
			f.names.IPs[ip.IP] = role
		}
	}
	images := map[string]string{}
	for _, c := range slices.Concat(p.Spec.InitContainers, p.Spec.Containers) {
		images[c.Name] = c.Image
	}
	for _, s := range slices.Concat(p.Status.InitContainerStatuses, p.Status.ContainerStatuses, p.Status.EphemeralContainerStatuses) {
		f.image(s.ImageID, cmp.Or(images[s.Name], s.Image))
		ids := []string{s.ContainerID}
		for _, past := range []*corev1.ContainerStateTerminated{s.State.Terminated, s.LastTerminationState.Terminated} {
			if past != nil {
				ids = append(ids, past.ContainerID)
			}
		}
		for _, id := range ids {
			f.container(id, role, s.Name)
		}
	}
}

// container remembers a container by its ID, which pod status writes with the
// runtime as scheme.
func (f *found) container(id, role, name string) {
	if _, bare, ok := strings.Cut(id, "://"); ok {
		id = bare
	}
	if id != "" {
		f.names.Containers[id] = role + "/" + name
	}
}

// digest finds the part of an image ID that no runtime writes differently.
var digest = regexp.MustCompile(`sha256:([0-9a-f]{64})`)

func (f *found) image(id, name string) {
	if m := digest.FindStringSubmatch(id); m != nil && name != "" && !strings.Contains(name, m[1]) {
		if already, known := f.names.Images[m[1]]; !known || name < already { // one of several names, always the same
			f.names.Images[m[1]] = name
		}
	}
}
