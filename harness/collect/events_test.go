package collect_test

import (
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/rehearse-dev/rehearse/harness/record"
)

func TestEvents(t *testing.T) {
	t.Parallel()
	at := func(minutes int) time.Time { return noon.Add(time.Duration(minutes) * time.Minute) }
	named := func(name string) metav1.ObjectMeta { return metav1.ObjectMeta{Namespace: "shop", Name: name} }
	about := corev1.ObjectReference{Kind: "Pod", Namespace: "shop", Name: "web-1", UID: "u1", FieldPath: "spec.containers{web}"}
	src := source(
		&corev1.Event{
			ObjectMeta: named("b"), InvolvedObject: about, Type: "Warning", Reason: "BackOff", Message: "again",
			Source: corev1.EventSource{Component: "kubelet"}, Count: 7, FirstTimestamp: metav1.NewTime(at(1)), LastTimestamp: metav1.NewTime(at(5)),
		},
		&corev1.Event{
			ObjectMeta: named("a"), InvolvedObject: about, Type: "Normal", Reason: "Scheduled", ReportingController: "default-scheduler",
			EventTime: metav1.NewMicroTime(at(0)),
		},
		&corev1.Event{
			ObjectMeta: named("c"), InvolvedObject: about, Reason: "Series", EventTime: metav1.NewMicroTime(at(2)),
			Series: &corev1.EventSeries{Count: 3, LastObservedTime: metav1.NewMicroTime(at(4))},
		},
		&corev1.Event{ObjectMeta: named("d"), Reason: "TooOld", LastTimestamp: metav1.NewTime(at(-1))},
	)
	src.Since = noon.Add(time.Millisecond) // within the second of the first event
	event := func(e record.Event) record.Event {
		e.Namespace, e.Kind, e.Name, e.UID, e.FieldPath = "shop", "Pod", "web-1", "u1", "spec.containers{web}"
		return e
	}
	r, _ := collected(t, src, record.Events)
	diff(t, "events", []record.Event{
		event(record.Event{Type: "Normal", Reason: "Scheduled", Source: "default-scheduler", Count: 1, First: at(0), Last: at(0)}),
		event(record.Event{Type: "Warning", Reason: "BackOff", Message: "again", Source: "kubelet", Count: 7, First: at(1), Last: at(5)}),
		event(record.Event{Reason: "Series", Count: 3, First: at(2), Last: at(4)}),
	}, lines[record.Event](t, r, record.EventsFile))
}
