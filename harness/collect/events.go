package collect

import (
	"cmp"
	"context"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/rehearse-dev/rehearse/harness/record"
)

// events records the Kubernetes events of all namespaces.
type events struct{}

func (events) Kind() record.Kind { return record.Events }

func (events) Collect(ctx context.Context, src Source, w *record.Writer) error {
	list, err := src.Client.CoreV1().Events(metav1.NamespaceAll).List(ctx, metav1.ListOptions{})
	if err != nil {
		return gap(w, record.Events, "all", err)
	}
	gone, err := readLeaving(ctx, src, w, record.Events)
	if err != nil {
		return err
	}
	var entries []record.Event
	for _, e := range list.Items {
		if entry := event(e); !gone[entry.Namespace] && !entry.Last.Before(src.Since.Truncate(time.Second)) { // events know seconds
			entries = append(entries, entry)
		}
	}
	slices.SortFunc(entries, func(a, b record.Event) int {
		return cmp.Or(
			a.First.Compare(b.First), a.Last.Compare(b.Last),
			cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name),
			cmp.Compare(a.Reason, b.Reason), cmp.Compare(a.Message, b.Message), cmp.Compare(a.UID, b.UID),
		)
	})
	return record.Lines(w, record.EventsFile, entries)
}

// event reads both shapes that the API server hands out: those of the old events
// API have a count and two times, those of the new one a series and one.
func event(e corev1.Event) record.Event {
	entry := record.Event{
		Namespace: e.InvolvedObject.Namespace,
		Kind:      e.InvolvedObject.Kind,
		Name:      e.InvolvedObject.Name,
		UID:       string(e.InvolvedObject.UID),
		FieldPath: e.InvolvedObject.FieldPath,
		Type:      e.Type,
		Reason:    e.Reason,
		Message:   e.Message,
		Source:    cmp.Or(e.Source.Component, e.ReportingController),
		Count:     max(e.Count, 1),
		First:     firstTime(e.FirstTimestamp.Time, e.EventTime.Time, e.CreationTimestamp.Time),
		Last:      firstTime(e.LastTimestamp.Time, e.EventTime.Time, e.CreationTimestamp.Time),
	}
	if e.Series != nil {
		entry.Count = max(e.Series.Count, entry.Count)
		entry.Last = firstTime(e.Series.LastObservedTime.UTC(), entry.Last)
	}
	return entry
}

// firstTime returns the first of the times that is set.
func firstTime(times ...time.Time) time.Time {
	for _, t := range times {
		if !t.IsZero() {
			return t.UTC()
		}
	}
	return time.Time{}
}
