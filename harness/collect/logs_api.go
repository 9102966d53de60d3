package collect

import (
	"context"
	"errors"
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/rehearse-dev/rehearse/harness/record"
)

// apiLog is one log that the API server can give: of a container's current or of
// its previous run.
type apiLog struct {
	pod       *corev1.Pod
	container string
	previous  bool
}

func (l apiLog) String() string {
	return fmt.Sprintf("%s of %s/%s", l.container, l.pod.Namespace, l.pod.Name)
}

func (l apiLog) file() string {
	run := "current"
	if l.previous {
		run = "previous"
	}
	return fmt.Sprintf("%s/api/%s_%s_%s/%s/%s.log", record.LogsDir, l.pod.Namespace, l.pod.Name, l.pod.UID, l.container, run)
}

// apiLogs records the messages of every container that has run.
func apiLogs(ctx context.Context, src Source, w *record.Writer, gone leaving) error {
	pods, err := src.Client.CoreV1().Pods(metav1.NamespaceAll).List(ctx, metav1.ListOptions{})
	if err != nil {
		return gap(w, record.Logs, "all", fmt.Errorf("listing pods: %w", err))
	}
	var wanted []apiLog
	for _, p := range pods.Items {
		if !gone[p.Namespace] {
			wanted = append(wanted, logsOf(&p)...)
		}
	}
	files := make([]record.LogFile, len(wanted))
	err = each(wanted, func(i int, l apiLog) error {
		files[i] = record.LogFile{
			Namespace: l.pod.Namespace, Pod: l.pod.Name, PodUID: string(l.pod.UID), Container: l.container, Node: l.pod.Spec.NodeName,
		}
		return gap(w, record.Logs, l.String(), l.record(ctx, src, w, &files[i]))
	})
	return errors.Join(err, writeLogIndex(w, files))
}

// logsOf lists the logs that there can be: a container that never ran has none.
func logsOf(p *corev1.Pod) []apiLog {
	var list []apiLog
	for _, s := range slices.Concat(p.Status.InitContainerStatuses, p.Status.ContainerStatuses, p.Status.EphemeralContainerStatuses) {
		if s.State.Running != nil || s.State.Terminated != nil || s.LastTerminationState.Terminated != nil {
			list = append(list, apiLog{p, s.Name, false})
		}
		if s.LastTerminationState.Terminated != nil {
			list = append(list, apiLog{p, s.Name, true})
		}
	}
	return list
}

func (l apiLog) record(ctx context.Context, src Source, w *record.Writer, file *record.LogFile) error {
	content, err := src.Client.CoreV1().Pods(l.pod.Namespace).GetLogs(l.pod.Name, &corev1.PodLogOptions{
		Container: l.container, Previous: l.previous,
	}).Stream(ctx)
	if err != nil {
		return err
	}
	size, truncated, err := copyLog(w, l.file(), content)
	if err == nil {
		file.File, file.Size, file.Truncated = l.file(), size, truncated
	}
	return errors.Join(err, content.Close())
}
