package stimuli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/tools/remotecommand"

	"github.com/rehearse-dev/rehearse/clusters/runtime"
)

const (
	namespace = "rehearse-stimuli"
	// hangs is how long an exec has to go on before its client leaves.
	hangs = 5 * time.Second
)

// act does what a stimulus does by itself and says what showed that it happened.
func (s *stage) act(ctx context.Context, k Known) (string, error) {
	switch k.Action {
	case "hang-exec":
		return s.hangExec(ctx, k.Name)
	case "evict":
		return s.evict(ctx, k.Name)
	case "drain":
		return s.drain(ctx, k.Name)
	case "restart-kubelet":
		return s.restart(ctx, "kubelet.service")
	case "restart-runtime":
		profile, err := runtime.Of(s.cluster.Runtime)
		if err != nil {
			return "", err
		}
		return s.restart(ctx, profile.Service)
	}
	return "", fmt.Errorf("no action is called %q", k.Action)
}

// running is the pod of a stimulus, once it runs.
func (s *stage) running(ctx context.Context, app string, but types.UID) (*corev1.Pod, error) {
	var found *corev1.Pod
	_, err := until(ctx, func(ctx context.Context) (string, error) {
		list, err := s.clients.Typed.CoreV1().Pods(namespace).List(ctx, metav1.ListOptions{LabelSelector: "app.kubernetes.io/name=" + app})
		if err != nil {
			return "", err
		}
		for i := range list.Items {
			if p := &list.Items[i]; p.Status.Phase == corev1.PodRunning && p.DeletionTimestamp == nil && p.UID != but {
				found = p
				return p.Name, nil
			}
		}
		return "", nil
	})
	return found, err
}

// hangExec leaves an exec whose command goes on.
func (s *stage) hangExec(ctx context.Context, app string) (string, error) {
	pod, err := s.running(ctx, app, "")
	if err != nil {
		return "", err
	}
	request := s.clients.Typed.CoreV1().RESTClient().Post().Resource("pods").Namespace(pod.Namespace).Name(pod.Name).
		SubResource("exec").VersionedParams(&corev1.PodExecOptions{Command: []string{"/bin/sleep", "600"}, Stdout: true}, scheme.ParameterCodec)
	exec, err := remotecommand.NewWebSocketExecutor(s.clients.Config, "GET", request.URL().String())
	if err != nil {
		return "", err
	}
	client, leave := context.WithTimeout(ctx, hangs)
	defer leave()
	err = exec.StreamWithContext(client, remotecommand.StreamOptions{Stdout: io.Discard})
	if client.Err() == nil {
		return "", fmt.Errorf("the command ended before its client left: %w", err)
	}
	return fmt.Sprintf("exec in %s went on for %s, then its client left", pod.Name, hangs), nil
}

// evict evicts the stimulus' pod and waits for another in its place.
func (s *stage) evict(ctx context.Context, app string) (string, error) {
	pod, err := s.running(ctx, app, "")
	if err != nil {
		return "", err
	}
	eviction := &policyv1.Eviction{ObjectMeta: metav1.ObjectMeta{Namespace: pod.Namespace, Name: pod.Name}}
	if err := s.clients.Typed.CoreV1().Pods(pod.Namespace).EvictV1(ctx, eviction); err != nil {
		return "", err
	}
	next, err := s.running(ctx, app, pod.UID)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("pod %s was evicted and replaced by %s", pod.Name, next.Name), nil
}

// drain cordons the node of the stimulus' pod, evicts the pod, and takes the
// cordon off again whatever happens. The pod comes back once a node takes it.
func (s *stage) drain(ctx context.Context, app string) (evidence string, err error) {
	pod, err := s.running(ctx, app, "")
	if err != nil {
		return "", err
	}
	node := pod.Spec.NodeName
	if err := s.cordon(ctx, node, true); err != nil {
		return "", err
	}
	eviction := &policyv1.Eviction{ObjectMeta: metav1.ObjectMeta{Namespace: pod.Namespace, Name: pod.Name}}
	err = s.clients.Typed.CoreV1().Pods(pod.Namespace).EvictV1(ctx, eviction)
	if err == nil {
		_, err = s.gone(ctx, pod)
	}
	if err := errors.Join(err, s.cordon(context.WithoutCancel(ctx), node, false)); err != nil {
		return "", err
	}
	next, err := s.running(ctx, app, pod.UID)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("node %s was cordoned, pod %s left it, and %s came once the node took pods again", node, pod.Name, next.Name), nil
}

// gone waits until a pod is no more.
func (s *stage) gone(ctx context.Context, pod *corev1.Pod) (string, error) {
	return until(ctx, func(ctx context.Context) (string, error) {
		list, err := s.clients.Typed.CoreV1().Pods(pod.Namespace).List(ctx, metav1.ListOptions{FieldSelector: "metadata.name=" + pod.Name})
		if err != nil || len(list.Items) > 0 {
			return "", err
		}
		return "gone", nil
	})
}

func (s *stage) cordon(ctx context.Context, node string, on bool) error {
	patch := fmt.Sprintf(`{"spec":{"unschedulable":%t}}`, on)
	_, err := s.clients.Typed.CoreV1().Nodes().Patch(ctx, node, types.MergePatchType, []byte(patch), metav1.PatchOptions{})
	return err
}

// restart restarts a unit on every node and waits until kubelet has said that
// the node is ready since then.
func (s *stage) restart(ctx context.Context, unit string) (string, error) {
	if s.Exec == nil {
		return "", errors.New("the provider cannot run commands on nodes")
	}
	var seen []string
	for _, node := range s.cluster.Nodes {
		if err := s.Exec.ExecOnNode(ctx, s.cluster, node, nil, io.Discard, "systemctl", "restart", unit); err != nil {
			return "", err
		}
		var since strings.Builder
		if err := s.Exec.ExecOnNode(ctx, s.cluster, node, nil, &since, "systemctl", "show", "--property=ActiveEnterTimestamp", "--value", unit); err != nil {
			return "", err
		}
		restarted := time.Now()
		if _, err := until(ctx, func(ctx context.Context) (string, error) { return s.readySince(ctx, node, restarted) }); err != nil {
			return "", fmt.Errorf("node %s: %w", node, err)
		}
		seen = append(seen, fmt.Sprintf("%s on %s is active since %s and the node is ready", unit, node, strings.TrimSpace(since.String())))
	}
	return strings.Join(seen, "; "), nil
}

func (s *stage) readySince(ctx context.Context, node string, since time.Time) (string, error) {
	n, err := s.clients.Typed.CoreV1().Nodes().Get(ctx, node, metav1.GetOptions{})
	if err != nil {
		return "", err
	}
	lease, err := s.clients.Typed.CoordinationV1().Leases(corev1.NamespaceNodeLease).Get(ctx, node, metav1.GetOptions{})
	if err != nil {
		return "", err
	}
	for _, c := range n.Status.Conditions {
		if c.Type == corev1.NodeReady && c.Status == corev1.ConditionTrue && lease.Spec.RenewTime.After(since) {
			return "ready", nil
		}
	}
	return "", nil
}
