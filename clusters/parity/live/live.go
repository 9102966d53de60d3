// Package live reads the properties of one running cluster that package
// clusters/parity compares.
//
// They come from three places: the API server, each kubelet's effective
// configuration, and each node itself. What names this cluster and no other is
// replaced by its role, and nodes that agree give one value.
package live

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/rehearse-dev/rehearse/clusters"
	"github.com/rehearse-dev/rehearse/clusters/parity"
	"github.com/rehearse-dev/rehearse/internal/kube"
)

// Gap is a property that could not be read.
type Gap struct {
	Subject string
	Reason  string
}

// Collect reads the properties of a cluster, by the names that the rules of
// package parity know. What a provider or a node does not show is a gap; an
// error means that the cluster does not answer.
func Collect(ctx context.Context, provider clusters.Provider, c *clusters.Cluster) (map[string]string, []Gap, error) {
	clients, err := kube.New(c.Kubeconfig)
	if err != nil {
		return nil, nil, err
	}
	version, err := clients.Typed.Discovery().ServerVersion()
	if err != nil {
		return nil, nil, fmt.Errorf("asking cluster %q for its version: %w", c.Name, err)
	}
	nodes, err := clients.Typed.CoreV1().Nodes().List(ctx, metav1.ListOptions{})
	if err != nil {
		return nil, nil, fmt.Errorf("listing the nodes of cluster %q: %w", c.Name, err)
	}
	r := &reading{cluster: c, clients: clients, values: map[string]map[string]bool{}}
	r.add(parity.Kubernetes, version.GitVersion)
	r.add(parity.Nodes, strconv.Itoa(len(nodes.Items)))
	for _, n := range nodes.Items {
		r.node(n, version.GitVersion)
		r.kubeletConfig(ctx, n.Name)
		r.insideNode(ctx, provider, n.Name)
	}
	return r.properties(), r.gaps, nil
}

// reading is what has been read of one cluster so far.
type reading struct {
	cluster *clusters.Cluster
	clients *kube.Clients
	values  map[string]map[string]bool // by property
	gaps    []Gap
}

func (r *reading) add(property, value string) {
	if r.values[property] == nil {
		r.values[property] = map[string]bool{}
	}
	r.values[property][value] = true
}

// addOf adds what one node says, with the names of this run taken out.
func (r *reading) addOf(node, property, value string) {
	r.add(property, strings.NewReplacer(node, "<node>", r.cluster.Name, "<cluster>").Replace(value))
}

func (r *reading) gap(subject string, reason error) {
	r.gaps = append(r.gaps, Gap{subject, reason.Error()})
}

// properties joins what different nodes say.
func (r *reading) properties() map[string]string {
	joined := make(map[string]string, len(r.values))
	for property, values := range r.values {
		joined[property] = strings.Join(slices.Sorted(maps.Keys(values)), " | ")
	}
	return joined
}

// node reads what the API server knows of a node.
func (r *reading) node(n corev1.Node, kubernetes string) {
	info := n.Status.NodeInfo
	name, version, _ := strings.Cut(info.ContainerRuntimeVersion, "://")
	for property, value := range map[string]string{
		parity.Kubelet:        info.KubeletVersion,
		parity.Kernel:         info.KernelVersion,
		parity.OSImage:        info.OSImage,
		parity.Architecture:   info.Architecture,
		parity.Runtime:        name,
		parity.RuntimeVersion: version,
		parity.CPUs:           n.Status.Capacity.Cpu().String(),
		parity.Memory:         n.Status.Capacity.Memory().String(),
	} {
		r.add(property, value)
	}
	if info.KubeletVersion != kubernetes {
		r.add(parity.Skew, info.KubeletVersion+" under "+kubernetes)
	}
}

// kubeletConfig reads the configuration that kubelet really uses, defaults and
// flags included, one property per setting.
func (r *reading) kubeletConfig(ctx context.Context, node string) {
	raw, err := r.clients.Typed.CoreV1().RESTClient().Get().
		AbsPath("/api/v1/nodes", node, "proxy/configz").DoRaw(ctx)
	if err != nil {
		r.gap("kubelet's configuration on node "+node, err)
		return
	}
	var answer struct {
		KubeletConfig map[string]any `json:"kubeletconfig"`
	}
	if err := json.Unmarshal(raw, &answer); err != nil {
		r.gap("kubelet's configuration on node "+node, err)
		return
	}
	delete(answer.KubeletConfig, "apiVersion")
	delete(answer.KubeletConfig, "kind")
	for setting, value := range flatten("", answer.KubeletConfig) {
		r.addOf(node, parity.KubeletConfig+setting, value)
	}
}

// flatten names every leaf of a tree of settings by its path. A list is a leaf.
func flatten(path string, tree map[string]any) map[string]string {
	leaves := map[string]string{}
	for key, value := range tree {
		if branch, is := value.(map[string]any); is {
			maps.Copy(leaves, flatten(path+key+".", branch))
			continue
		}
		if text, is := value.(string); is {
			leaves[path+key] = text
			continue
		}
		text, err := json.Marshal(value)
		if err != nil { // it has just been unmarshalled
			panic(err)
		}
		leaves[path+key] = string(text)
	}
	return leaves
}
