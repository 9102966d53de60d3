// Package existing is a provider of clusters that are there already: one per
// side, each named by a kubeconfig.
//
// Nothing is created and nothing is deleted. [Provider] cannot run commands on
// nodes and cannot load images, so what only a node can show becomes a gap of
// the recording, and images have to come from a registry.
package existing

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"

	"github.com/rehearse-dev/rehearse/clusters"
	"github.com/rehearse-dev/rehearse/clusters/runtime"
	"github.com/rehearse-dev/rehearse/internal/kube"
)

// answerTimeout bounds one request to an API server that may not be there.
const answerTimeout = 15 * time.Second

// Provider hands out two clusters that exist.
type Provider struct {
	// Baseline and Candidate are the paths of their kubeconfigs. The current
	// context of each counts.
	Baseline, Candidate string
}

var _ clusters.Provider = Provider{}

// Create checks that the side's cluster answers, and that all its nodes run the
// runtime that cfg names. Only the fields Side, Name and Runtime of cfg count.
func (p Provider) Create(ctx context.Context, cfg clusters.Config) (*clusters.Cluster, error) {
	path, err := p.kubeconfig(cfg.Side)
	if err != nil {
		return nil, err
	}
	nodes, err := nodesOf(ctx, path)
	if err != nil {
		return nil, fmt.Errorf("asking the cluster of kubeconfig %q for its nodes: %w", path, err)
	}
	if err := checkRuntime(nodes, cfg.Runtime); err != nil {
		return nil, fmt.Errorf("cluster of kubeconfig %q: %w", path, err)
	}
	c := &clusters.Cluster{Name: cfg.Name, Side: cfg.Side, Runtime: cfg.Runtime, Kubeconfig: path}
	for _, n := range nodes {
		c.Nodes = append(c.Nodes, n.Name)
	}
	slices.Sort(c.Nodes)
	return c, nil
}

// Delete does nothing: the cluster is not ours.
func (p Provider) Delete(context.Context, *clusters.Cluster) error { return nil }

// Keeps marks a provider whose clusters outlive the rehearsal: what was put on
// them has to be taken off again.
func (p Provider) Keeps() {}

// kubeconfig is the side's path, absolute: suites run in folders of their own.
func (p Provider) kubeconfig(side clusters.Side) (string, error) {
	path := p.Baseline
	if side == clusters.Candidate {
		path = p.Candidate
	}
	if path == "" {
		return "", fmt.Errorf("no kubeconfig is given for the %s", side)
	}
	return filepath.Abs(path)
}

func nodesOf(ctx context.Context, kubeconfig string) ([]corev1.Node, error) {
	config, err := kube.Config(kubeconfig)
	if err != nil {
		return nil, err
	}
	config.Timeout = answerTimeout
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return nil, err
	}
	list, err := client.CoreV1().Nodes().List(ctx, metav1.ListOptions{})
	if err != nil {
		return nil, err
	}
	if len(list.Items) == 0 {
		return nil, errors.New("it has none")
	}
	return list.Items, nil
}

// checkRuntime returns an error that lists every node with another runtime than
// the wanted one.
func checkRuntime(nodes []corev1.Node, want clusters.Runtime) error {
	var others []string
	for _, n := range nodes {
		version := n.Status.NodeInfo.ContainerRuntimeVersion
		if !runtime.IsReported(version, want) {
			others = append(others, fmt.Sprintf("%s runs %s", n.Name, version))
		}
	}
	if len(others) == 0 {
		return nil
	}
	slices.Sort(others)
	return fmt.Errorf("runtime %q is wanted on every node: %s", want, strings.Join(others, ", "))
}
