package apply

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
)

// explainTimeout bounds the questions asked about what did not become ready.
const explainTimeout = 20 * time.Second

// explain says why a workload is not ready: what holds up the containers of its
// pods, or else the last warning about it or them.
func (t *target) explain(ctx context.Context, o Object) []string {
	pods, err := t.podsOf(ctx, o)
	if err != nil {
		return []string{fmt.Sprintf("its pods could not be listed: %v", err)}
	}
	var reasons []string
	for _, pod := range pods {
		reasons = append(reasons, podReasons(pod)...)
	}
	if len(reasons) == 0 {
		reasons = t.lastWarning(ctx, o)
	}
	slices.Sort(reasons)
	return slices.Compact(reasons)
}

// podsOf are the object itself, if it is a pod, or those its selector selects.
func (t *target) podsOf(ctx context.Context, o Object) ([]corev1.Pod, error) {
	resource, err := t.resource(o)
	if err != nil {
		return nil, err
	}
	live, err := resource.Get(ctx, o.GetName(), metav1.GetOptions{})
	if err != nil {
		return nil, err
	}
	if o.GetKind() == "Pod" {
		var pod corev1.Pod
		err := runtime.DefaultUnstructuredConverter.FromUnstructured(live.Object, &pod)
		return []corev1.Pod{pod}, err
	}
	var owner struct {
		Spec struct {
			Selector *metav1.LabelSelector `json:"selector"`
		} `json:"spec"`
	}
	// Kinds whose selector is no label selector, such as Service, own no pods.
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(live.Object, &owner); err != nil || owner.Spec.Selector == nil {
		return nil, nil
	}
	list, err := t.Typed.CoreV1().Pods(o.namespace()).List(ctx, metav1.ListOptions{
		LabelSelector: metav1.FormatLabelSelector(owner.Spec.Selector),
	})
	if err != nil {
		return nil, err
	}
	return list.Items, nil
}

func podReasons(pod corev1.Pod) []string {
	var reasons []string
	for _, c := range pod.Status.Conditions {
		if c.Type == corev1.PodScheduled && c.Status == corev1.ConditionFalse {
			reasons = append(reasons, fmt.Sprintf("pod %s: %s: %s", pod.Name, c.Reason, c.Message))
		}
	}
	for _, c := range slices.Concat(pod.Status.InitContainerStatuses, pod.Status.ContainerStatuses) {
		if reason := containerReason(c); reason != "" {
			reasons = append(reasons, fmt.Sprintf("pod %s, container %s: %s", pod.Name, c.Name, reason))
		}
	}
	return reasons
}

// containerReason is what holds a container up; how it ended before says more
// than that it waits to be started again.
func containerReason(c corev1.ContainerStatus) string {
	waiting, ended := c.State.Waiting, cmp.Or(c.State.Terminated, c.LastTerminationState.Terminated)
	switch {
	case waiting != nil && ended != nil:
		return fmt.Sprintf("%s: %s; before, %s", waiting.Reason, waiting.Message, ending(ended))
	case waiting != nil && waiting.Reason != "PodInitializing" && waiting.Reason != "ContainerCreating":
		return strings.TrimSuffix(waiting.Reason+": "+waiting.Message, ": ")
	case ended != nil && ended.ExitCode != 0:
		return ending(ended)
	default:
		return ""
	}
}

func ending(t *corev1.ContainerStateTerminated) string {
	text := fmt.Sprintf("it ended with exit code %d (%s)", t.ExitCode, t.Reason)
	if t.Message != "" {
		text += ": " + strings.TrimSpace(t.Message)
	}
	return text
}

// lastWarning is the latest warning about the object, or about what bears a
// name made from its own, as its pods do.
func (t *target) lastWarning(ctx context.Context, o Object) []string {
	events, err := t.Typed.CoreV1().Events(o.namespace()).List(ctx, metav1.ListOptions{FieldSelector: "type=Warning"})
	if err != nil {
		return []string{fmt.Sprintf("its events could not be listed: %v", err)}
	}
	var last corev1.Event
	for _, e := range events.Items {
		name := e.InvolvedObject.Name
		if (name == o.GetName() || strings.HasPrefix(name, o.GetName()+"-")) && !e.LastTimestamp.Before(&last.LastTimestamp) {
			last = e
		}
	}
	if last.Message == "" {
		return nil
	}
	return []string{fmt.Sprintf("last warning: %s: %s", last.Reason, last.Message)}
}
