package stimuli

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/rehearse-dev/rehearse/scenarios"
)

// logTail is how much of a log is searched for a sign, in lines from its end.
const logTail = 200

// question asks a cluster once; the answer is what was seen, or empty.
type question func(ctx context.Context) (string, error)

// condition is the question whether a stimulus has happened.
func (s *stage) condition(u scenarios.Until) (question, error) {
	object, err := regexp.Compile(u.Object)
	if err != nil {
		return nil, fmt.Errorf("object: %w", err)
	}
	if u.Event != "" {
		return func(ctx context.Context) (string, error) { return s.event(ctx, u.Event, object) }, nil
	}
	return func(ctx context.Context) (string, error) {
		return s.eachContainer(ctx, object, func(pod *corev1.Pod, c corev1.ContainerStatus) (string, error) {
			if u.Log != "" {
				return s.logged(ctx, pod, c.Name, u.Log)
			}
			return shown(u, c), nil
		})
	}, nil
}

// event finds an event of that reason about a matching object.
func (s *stage) event(ctx context.Context, reason string, object *regexp.Regexp) (string, error) {
	list, err := s.clients.Typed.CoreV1().Events(metav1.NamespaceAll).List(ctx, metav1.ListOptions{FieldSelector: "reason=" + reason})
	if err != nil {
		return "", err
	}
	for _, e := range list.Items {
		name := e.InvolvedObject.Namespace + "/" + e.InvolvedObject.Name
		if object.MatchString(name) && !e.CreationTimestamp.Time.Before(s.began) {
			return fmt.Sprintf("event %s of %s %s: %s", e.Reason, e.InvolvedObject.Kind, name, e.Message), nil
		}
	}
	return "", nil
}

// eachContainer asks of every container of matching pods until one answers.
func (s *stage) eachContainer(ctx context.Context, object *regexp.Regexp, ask func(*corev1.Pod, corev1.ContainerStatus) (string, error)) (string, error) {
	list, err := s.clients.Typed.CoreV1().Pods(metav1.NamespaceAll).List(ctx, metav1.ListOptions{})
	if err != nil {
		return "", err
	}
	for i := range list.Items {
		pod := &list.Items[i]
		if !object.MatchString(pod.Namespace + "/" + pod.Name) {
			continue
		}
		for _, c := range pod.Status.ContainerStatuses {
			if seen, err := ask(pod, c); err != nil || seen != "" {
				return seen, err
			}
		}
	}
	return "", nil
}

// shown says what of the condition a container's status shows.
func shown(u scenarios.Until, c corev1.ContainerStatus) string {
	if u.Restarted && c.RestartCount > 0 {
		return fmt.Sprintf("container %s was restarted", c.Name)
	}
	if w := c.State.Waiting; u.Waiting != "" && w != nil && w.Reason == u.Waiting {
		return fmt.Sprintf("container %s waits: %s", c.Name, w.Reason)
	}
	for _, state := range []corev1.ContainerState{c.State, c.LastTerminationState} {
		if t := state.Terminated; u.Terminated != "" && t != nil && t.Reason == u.Terminated {
			return fmt.Sprintf("container %s ended: %s, exit code %d", c.Name, t.Reason, t.ExitCode)
		}
	}
	return ""
}

// logged finds text in the end of a container's log.
func (s *stage) logged(ctx context.Context, pod *corev1.Pod, container, text string) (string, error) {
	tail := int64(logTail)
	raw, err := s.clients.Typed.CoreV1().Pods(pod.Namespace).
		GetLogs(pod.Name, &corev1.PodLogOptions{Container: container, TailLines: &tail}).DoRaw(ctx)
	if err != nil {
		return "", err
	}
	for line := range strings.Lines(string(raw)) {
		if strings.Contains(line, text) {
			return fmt.Sprintf("container %s logged: %s", container, strings.TrimSpace(line)), nil
		}
	}
	return "", nil
}
