package collect

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"

	"github.com/rehearse-dev/rehearse/harness/record"
)

// staticHash annotates the API server's picture of a static pod with the UID
// that kubelet knows it by.
const staticHash = "kubernetes.io/config.hash"

// roles knows what each pod is there for, whatever it is called in this run.
type roles struct {
	// owners are the controllers of what controls pods: of ReplicaSets and Jobs.
	owners map[types.UID]metav1.OwnerReference
	// names maps what they control, as <namespace>/<name>, to the controllers' names.
	names map[string]string
	// workloads are the roles that are known, by namespace.
	workloads map[string]map[string]bool
}

func readRoles(ctx context.Context, client kubernetes.Interface) (*roles, error) {
	r := &roles{owners: map[types.UID]metav1.OwnerReference{}, names: map[string]string{}, workloads: map[string]map[string]bool{}}
	sets, err := client.AppsV1().ReplicaSets(metav1.NamespaceAll).List(ctx, metav1.ListOptions{})
	if err != nil {
		return nil, fmt.Errorf("listing ReplicaSets: %w", err)
	}
	jobs, err := client.BatchV1().Jobs(metav1.NamespaceAll).List(ctx, metav1.ListOptions{})
	if err != nil {
		return nil, fmt.Errorf("listing Jobs: %w", err)
	}
	for _, s := range sets.Items {
		r.note(&s)
	}
	for _, j := range jobs.Items {
		r.note(&j)
	}
	return r, nil
}

// note remembers who controls an object and that the controller is a workload.
func (r *roles) note(object metav1.Object) {
	if owner := metav1.GetControllerOf(object); owner != nil {
		r.owners[object.GetUID()] = *owner
		r.names[object.GetNamespace()+"/"+object.GetName()] = owner.Name
		r.learn(object.GetNamespace(), owner.Name)
	}
}

func (r *roles) learn(namespace, role string) {
	if r.workloads[namespace] == nil {
		r.workloads[namespace] = map[string]bool{}
	}
	r.workloads[namespace][role] = true
}

// of returns the name of the workload that a pod belongs to: of its outermost
// controller. A static pod belongs to its node and carries its name.
func (r *roles) of(pod *corev1.Pod) string {
	owner := metav1.GetControllerOf(pod)
	if owner == nil {
		return pod.Name
	}
	if owner.Kind == "Node" {
		return strings.TrimSuffix(pod.Name, "-"+pod.Spec.NodeName)
	}
	for {
		next, ok := r.owners[owner.UID]
		if !ok {
			return owner.Name
		}
		owner = &next
	}
}

// guess returns the role of something that is gone: the longest workload that its
// name starts with, and its own name if there is none.
func (r *roles) guess(namespace, name string) string {
	best := ""
	for role := range r.workloads[namespace] {
		if strings.HasPrefix(name, role+"-") && len(role) > len(best) {
			best = role
		}
	}
	return cmp.Or(best, name)
}

// pods returns what the run knows of each pod, by UID.
func (r *roles) pods(list []corev1.Pod) map[string]record.Pod {
	known := map[string]record.Pod{}
	for _, p := range list {
		entry := record.Pod{Namespace: p.Namespace, Name: p.Name, Role: r.of(&p), Node: p.Spec.NodeName}
		r.learn(p.Namespace, entry.Role)
		known[string(p.UID)] = entry
		if hash := p.Annotations[staticHash]; hash != "" {
			known[hash] = entry
		}
	}
	return known
}

// nodeRole returns what a node is there for, by its label.
func nodeRole(n *corev1.Node) string {
	if _, ok := n.Labels["node-role.kubernetes.io/control-plane"]; ok {
		return "control-plane"
	}
	return "worker"
}
