package live

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/kubernetes"

	"golang.org/x/sync/errgroup"

	"github.com/rehearse-dev/rehearse/harness/scan/finding"
	"github.com/rehearse-dev/rehearse/internal/kube"
	"github.com/rehearse-dev/rehearse/internal/progress"
)

// Namespace is where the pods that see the nodes' files run, and where nothing
// else does.
const Namespace = "rehearse-scan"

// DefaultImage has a shell, find and tar, which is all that is needed.
const DefaultImage = "docker.io/library/busybox:1.37"

// managedBy is the label by which our own objects are known.
const (
	managedBy = "app.kubernetes.io/managed-by"
	manager   = "rehearse-scan"
)

// Bounds on waiting.
const (
	startTimeout = 3 * time.Minute
	readTimeout  = 2 * time.Minute
	cleanTimeout = 2 * time.Minute
	pollInterval = time.Second
)

// atOnce is how many nodes are read side by side.
const atOnce = 4

// Reader reads files and processes of nodes, by a pod on each that sees the node
// read-only and is there no longer than it takes.
type Reader struct {
	// Image has sh, find, tar, tr and cat; empty means [DefaultImage].
	Image   string
	Observe progress.Observer
}

// read makes the pods, reads each node, and takes everything away again, also
// when ctx ends on the way.
func (r *Reader) read(ctx context.Context, clients *kube.Clients, c *collection) (err error) {
	return r.Observe.Do("nodes", func() error {
		made, err := r.make(ctx, clients.Typed)
		if made {
			defer func() { err = errors.Join(err, r.remove(ctx, clients.Typed)) }()
		}
		if ctx.Err() != nil {
			return fmt.Errorf("reading the nodes: %w", context.Cause(ctx))
		}
		if err != nil {
			c.unseen("", "files and processes of the nodes", err)
			return nil
		}
		return r.nodes(ctx, clients, c)
	})
}

// make makes the namespace and the pods; true says that there is something to
// remove.
func (r *Reader) make(ctx context.Context, client kubernetes.Interface) (bool, error) {
	namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: Namespace, Labels: map[string]string{
		managedBy: manager, "pod-security.kubernetes.io/enforce": "privileged",
	}}}
	_, err := client.CoreV1().Namespaces().Create(ctx, namespace, metav1.CreateOptions{})
	switch {
	case apierrors.IsAlreadyExists(err):
		return false, fmt.Errorf("the namespace %s is there already: another scan is running, or one was killed and left it; `kubectl delete namespace %s` removes it", Namespace, Namespace)
	case err != nil:
		// The answer may be lost where the request was not.
		return ctx.Err() != nil, err
	}
	_, err = client.AppsV1().DaemonSets(Namespace).Create(ctx, r.daemonSet(), metav1.CreateOptions{})
	return true, err
}

// daemonSet is a pod on each Linux node, whatever its taints. It only waits: what
// it reads is asked of it, and comes back on the connection that asked, so that
// nothing of it goes into a log.
func (r *Reader) daemonSet() *appsv1.DaemonSet {
	image := r.Image
	if image == "" {
		image = DefaultImage
	}
	no, yes, root := false, true, int64(0)
	labels := map[string]string{managedBy: manager}
	return &appsv1.DaemonSet{
		ObjectMeta: metav1.ObjectMeta{Name: "reader", Namespace: Namespace, Labels: labels},
		Spec: appsv1.DaemonSetSpec{
			Selector: &metav1.LabelSelector{MatchLabels: labels},
			Template: corev1.PodTemplateSpec{
				ObjectMeta: metav1.ObjectMeta{Labels: labels},
				Spec: corev1.PodSpec{
					HostPID:                       true, // the node's /proc
					AutomountServiceAccountToken:  &no,
					EnableServiceLinks:            &no,
					TerminationGracePeriodSeconds: new(int64),
					NodeSelector:                  map[string]string{"kubernetes.io/os": "linux"},
					Tolerations:                   []corev1.Toleration{{Operator: corev1.TolerationOpExists}},
					Containers: []corev1.Container{{
						Name: "reader", Image: image, ImagePullPolicy: corev1.PullIfNotPresent,
						Command: []string{"sh", "-c", ": " + manager + "; sleep 3600"},
						SecurityContext: &corev1.SecurityContext{
							RunAsUser: &root, ReadOnlyRootFilesystem: &yes, AllowPrivilegeEscalation: &no,
							// Crontabs belong to their users, and nobody else may read them.
							Capabilities: &corev1.Capabilities{Drop: []corev1.Capability{"ALL"}, Add: []corev1.Capability{"DAC_READ_SEARCH"}},
						},
						VolumeMounts: []corev1.VolumeMount{{Name: "node", MountPath: "/host", ReadOnly: true}},
					}},
					Volumes: []corev1.Volume{{Name: "node", VolumeSource: corev1.VolumeSource{HostPath: &corev1.HostPathVolumeSource{Path: "/"}}}},
				},
			},
		},
	}
}

// remove takes everything away and waits until it is gone.
func (r *Reader) remove(ctx context.Context, client kubernetes.Interface) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanTimeout)
	defer cancel()
	err := client.CoreV1().Namespaces().Delete(ctx, Namespace, metav1.DeleteOptions{})
	if err == nil {
		err = wait.PollUntilContextCancel(ctx, pollInterval, true, func(ctx context.Context) (bool, error) {
			_, err := client.CoreV1().Namespaces().Get(ctx, Namespace, metav1.GetOptions{})
			return apierrors.IsNotFound(err), nil // an answer that is none is asked for again
		})
	}
	if err == nil || apierrors.IsNotFound(err) {
		return nil
	}
	return fmt.Errorf("removing the namespace %s, which `kubectl delete namespace %s` does as well: %w", Namespace, Namespace, err)
}

// nodes reads each node on which a pod came up, and notes the others.
func (r *Reader) nodes(ctx context.Context, clients *kube.Clients, c *collection) error {
	pods, err := r.started(ctx, clients.Typed)
	if ctx.Err() != nil {
		return fmt.Errorf("waiting for pods on the nodes: %w", context.Cause(ctx))
	}
	if err != nil {
		c.unseen("", "files and processes of the nodes", err)
		return nil
	}
	names := slices.Sorted(maps.Keys(pods))
	seen := make([]*nodeState, len(names))
	group, limited := errgroup.WithContext(ctx)
	group.SetLimit(atOnce)
	for i, name := range names {
		if reason := notRunning(pods[name]); reason != "" {
			c.unseen("node/"+name, "its files and processes", errors.New(reason))
			continue
		}
		group.Go(func() error {
			seen[i] = readNode(limited, clients, pods[name])
			return nil // each node is seen through; what failed is a gap
		})
	}
	_ = group.Wait()
	if ctx.Err() != nil {
		return fmt.Errorf("reading the nodes: %w", context.Cause(ctx))
	}
	for _, state := range seen {
		if state != nil {
			c.node(state)
		}
	}
	return nil
}

// started waits until each node has a pod that runs or that will not.
func (r *Reader) started(ctx context.Context, client kubernetes.Interface) (map[string]*corev1.Pod, error) {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	var pods map[string]*corev1.Pod
	err := wait.PollUntilContextCancel(ctx, pollInterval, true, func(ctx context.Context) (bool, error) {
		set, err := client.AppsV1().DaemonSets(Namespace).Get(ctx, "reader", metav1.GetOptions{})
		if err != nil {
			return false, err
		}
		list, err := client.CoreV1().Pods(Namespace).List(ctx, metav1.ListOptions{})
		if err != nil {
			return false, err
		}
		pods = map[string]*corev1.Pod{}
		settled := set.Status.ObservedGeneration == set.Generation
		for i := range list.Items {
			pod := &list.Items[i]
			pods[nodeOf(pod)] = pod
			settled = settled && (notRunning(pod) == "" || hopeless(pod))
		}
		return settled && len(pods) >= int(set.Status.DesiredNumberScheduled), nil
	})
	if errors.Is(err, context.DeadlineExceeded) && len(pods) > 0 {
		return pods, nil // those that do run can be read
	}
	return pods, err
}

// nodeOf is where a pod is to run: the DaemonSet's controller says so before the
// scheduler does.
func nodeOf(pod *corev1.Pod) string {
	if pod.Spec.NodeName != "" || pod.Spec.Affinity == nil || pod.Spec.Affinity.NodeAffinity == nil || pod.Spec.Affinity.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution == nil {
		return pod.Spec.NodeName
	}
	for _, term := range pod.Spec.Affinity.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution.NodeSelectorTerms {
		for _, field := range term.MatchFields {
			if field.Key == "metadata.name" && len(field.Values) == 1 {
				return field.Values[0]
			}
		}
	}
	return ""
}

// notRunning is why a pod cannot be asked yet; empty when it can.
func notRunning(pod *corev1.Pod) string {
	for _, s := range pod.Status.ContainerStatuses {
		switch {
		case s.State.Running != nil:
			return ""
		case s.State.Waiting != nil:
			return fmt.Sprintf("its pod is waiting: %s %s", s.State.Waiting.Reason, s.State.Waiting.Message)
		case s.State.Terminated != nil:
			return fmt.Sprintf("its pod has ended: %s %s", s.State.Terminated.Reason, s.State.Terminated.Message)
		}
	}
	for _, condition := range pod.Status.Conditions {
		if condition.Type == corev1.PodScheduled && condition.Status == corev1.ConditionFalse {
			return "its pod is not scheduled: " + condition.Message
		}
	}
	return fmt.Sprintf("its pod is %s", pod.Status.Phase)
}

// hopeless is true for a pod whose image is not to be had.
func hopeless(pod *corev1.Pod) bool {
	return slices.ContainsFunc(pod.Status.ContainerStatuses, func(s corev1.ContainerStatus) bool {
		return s.State.Waiting != nil && slices.Contains([]string{"ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull", "CreateContainerError", "CrashLoopBackOff"}, s.State.Waiting.Reason)
	})
}

// nodeState is what was read of a node.
type nodeState struct {
	name string
	// reports are those of the files that hold something, by their paths on the node.
	reports map[string]*finding.Report
	files   int
	process []process
	gaps    []finding.Gap
}

func (s *nodeState) gap(what string, err error) {
	s.gaps = append(s.gaps, finding.Gap{
		File: "node/" + s.name, Resource: what, Reason: fmt.Sprintf("could not read %s: %s", what, mask(err.Error())),
	})
}
