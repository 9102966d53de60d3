package kind

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/kubernetes"

	"github.com/rehearse-dev/rehearse/clusters"
	"github.com/rehearse-dev/rehearse/clusters/runtime"
	"github.com/rehearse-dev/rehearse/internal/kube"
)

// journalLines is how much of a node's journal goes into the error for a cluster
// that did not become ready.
const journalLines = "25"

// waitReady returns once the cluster can run pods that find each other: as many
// nodes as asked for are ready, and so is all that kube-system runs. A time-out
// says what was not ready and why.
func (p *Provider) waitReady(ctx context.Context, c *clusters.Cluster, nodes int) error {
	clients, err := kube.New(c.Kubeconfig)
	if err != nil {
		return err
	}
	p.Observe.Note("create "+string(c.Side), "waiting for nodes, dns and network")
	r := readiness{clients.Typed, nodes}
	var unready []string
	var asking error
	err = wait.PollUntilContextTimeout(ctx, 500*time.Millisecond, p.readyTimeout(), true, func(ctx context.Context) (bool, error) {
		if found, err := r.unready(ctx); err == nil || ctx.Err() == nil {
			unready, asking = found, err
		}
		return asking == nil && len(unready) == 0, nil
	})
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	err = fmt.Errorf("waiting %s for cluster %q: %s", p.readyTimeout(), c.Name, strings.Join(unready, "; "))
	return errors.Join(err, asking, p.journals(ctx, c))
}

func (p *Provider) readyTimeout() time.Duration {
	if p.ReadyTimeout == 0 {
		return defaultReadyTimeout
	}
	return p.ReadyTimeout
}

// journals is the end of what kubelet and the runtime's units wrote on each node,
// as an error.
func (p *Provider) journals(ctx context.Context, c *clusters.Cluster) error {
	profile, err := runtime.Of(c.Runtime)
	if err != nil {
		return err
	}
	argv := []string{"journalctl", "--no-pager", "--output", "short-monotonic", "--lines", journalLines}
	for _, unit := range append(profile.Units, "kubelet.service") {
		argv = append(argv, "--unit", unit)
	}
	var errs []error
	for _, node := range c.Nodes {
		var journal bytes.Buffer
		err := p.ExecOnNode(ctx, c, node, nil, &journal, argv...)
		if err == nil {
			err = fmt.Errorf("the journal of node %q ends with:\n%s", node, journal.String())
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// readiness asks a cluster what is not ready yet.
type readiness struct {
	client kubernetes.Interface
	nodes  int // expected
}

// unready lists what is not ready, each with the reason that the cluster gives;
// none means that the cluster is ready.
func (r readiness) unready(ctx context.Context) ([]string, error) {
	var all []string
	for _, ask := range []func(context.Context) ([]string, error){r.unreadyNodes, r.unreadyDaemonSets, r.unreadyDeployments, r.missingAccount} {
		found, err := ask(ctx)
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	if len(all) == 0 {
		return nil, nil
	}
	pods, err := r.waitingPods(ctx)
	return append(all, pods...), err
}

func (r readiness) unreadyNodes(ctx context.Context) ([]string, error) {
	list, err := r.client.CoreV1().Nodes().List(ctx, metav1.ListOptions{})
	if err != nil {
		return nil, fmt.Errorf("listing nodes: %w", err)
	}
	var unready []string
	if len(list.Items) < r.nodes {
		unready = append(unready, fmt.Sprintf("%d of %d nodes have joined", len(list.Items), r.nodes))
	}
	for _, n := range list.Items {
		i := slices.IndexFunc(n.Status.Conditions, func(c corev1.NodeCondition) bool { return c.Type == corev1.NodeReady })
		if i < 0 {
			unready = append(unready, fmt.Sprintf("node %s has not reported", n.Name))
		} else if c := n.Status.Conditions[i]; c.Status != corev1.ConditionTrue {
			unready = append(unready, fmt.Sprintf("node %s is not ready: %s", n.Name, c.Message))
		}
	}
	return unready, nil
}

// unreadyDaemonSets also wants one to be there: kube-proxy always is.
func (r readiness) unreadyDaemonSets(ctx context.Context) ([]string, error) {
	list, err := r.client.AppsV1().DaemonSets(metav1.NamespaceSystem).List(ctx, metav1.ListOptions{})
	if err != nil {
		return nil, fmt.Errorf("listing daemon sets: %w", err)
	}
	if len(list.Items) == 0 {
		return []string{"kube-system has no daemon set yet"}, nil
	}
	var unready []string
	for _, d := range list.Items {
		s := d.Status
		if s.ObservedGeneration < d.Generation || s.DesiredNumberScheduled < int32(r.nodes) || s.NumberAvailable < s.DesiredNumberScheduled {
			unready = append(unready, fmt.Sprintf("daemon set %s has %d of %d pods available", d.Name, s.NumberAvailable, r.nodes))
		}
	}
	return unready, nil
}

// unreadyDeployments also wants one to be there: CoreDNS always is.
func (r readiness) unreadyDeployments(ctx context.Context) ([]string, error) {
	list, err := r.client.AppsV1().Deployments(metav1.NamespaceSystem).List(ctx, metav1.ListOptions{})
	if err != nil {
		return nil, fmt.Errorf("listing deployments: %w", err)
	}
	if len(list.Items) == 0 {
		return []string{"kube-system has no deployment yet"}, nil
	}
	var unready []string
	for _, d := range list.Items {
		want := int32(1)
		if d.Spec.Replicas != nil {
			want = *d.Spec.Replicas
		}
		if s := d.Status; s.ObservedGeneration < d.Generation || s.AvailableReplicas < want {
			unready = append(unready, fmt.Sprintf("deployment %s has %d of %d pods available", d.Name, s.AvailableReplicas, want))
		}
	}
	return unready, nil
}

// missingAccount waits for the account without which no pod can be created in
// the default namespace.
func (r readiness) missingAccount(ctx context.Context) ([]string, error) {
	_, err := r.client.CoreV1().ServiceAccounts(metav1.NamespaceDefault).Get(ctx, "default", metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		return []string{"the default service account is not there yet"}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("looking for the default service account: %w", err)
	}
	return nil, nil
}

// waitingPods says of each pod of kube-system that does not run why that is.
func (r readiness) waitingPods(ctx context.Context) ([]string, error) {
	list, err := r.client.CoreV1().Pods(metav1.NamespaceSystem).List(ctx, metav1.ListOptions{})
	if err != nil {
		return nil, fmt.Errorf("listing pods: %w", err)
	}
	var waiting []string
	for _, pod := range list.Items {
		if pod.Spec.NodeName == "" {
			waiting = append(waiting, fmt.Sprintf("pod %s has no node", pod.Name))
		}
		for _, s := range pod.Status.ContainerStatuses {
			if w := s.State.Waiting; w != nil {
				waiting = append(waiting, strings.TrimSpace(fmt.Sprintf("pod %s waits: %s %s", pod.Name, w.Reason, w.Message)))
			}
		}
	}
	return waiting, nil
}
