package collect_test

import (
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/rehearse-dev/rehearse/harness/record"
)

func TestNamespacesThatAreLeaving(t *testing.T) {
	t.Parallel()
	deleted := metav1.NewTime(noon)
	src := source(
		&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "stays"}},
		&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "leaves", DeletionTimestamp: &deleted, Finalizers: []string{"kubernetes"}}},
		&corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: "stays", Name: "p", UID: "u1"}},
		&corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: "leaves", Name: "p", UID: "u2"}},
		&corev1.Event{ObjectMeta: metav1.ObjectMeta{Namespace: "stays", Name: "e"}, InvolvedObject: corev1.ObjectReference{Namespace: "stays"}},
		&corev1.Event{ObjectMeta: metav1.ObjectMeta{Namespace: "leaves", Name: "e"}, InvolvedObject: corev1.ObjectReference{Namespace: "leaves"}},
	)
	src.Cluster.Nodes = []string{"n1"}
	stays := strings.ReplaceAll(webLog, "shop_", "stays_")
	leaves := strings.ReplaceAll(webLog, "shop_", "leaves_")
	src.Exec = scripts{logs: listing(t, []string{
		"log\t" + stays + "\t" + stays + "\t-rw-r-----\t", "log\t" + leaves + "\t" + leaves + "\t-rw-r-----\t",
	}, [2]string{stays, "a"}, [2]string{leaves, "b"})}.provider()
	r, dir := collected(t, src, record.Identities, record.Logs, record.Events, record.Objects)
	if got := lines[record.LogFile](t, r, record.LogIndex); len(got) != 1 || got[0].Namespace != "stays" {
		t.Errorf("logs %v, want those of the namespace that stays", got)
	}
	if got := lines[record.Event](t, r, record.EventsFile); len(got) != 1 || got[0].Namespace != "stays" {
		t.Errorf("events %v, want those of the namespace that stays", got)
	}
	if text := content(t, dir, record.ObjectsFile); strings.Contains(text, "leaves") || !strings.Contains(text, "stays") {
		t.Errorf("objects %s, want those of the namespace that stays", text)
	}
	if _, known := r.Meta.Names.Pods["u2"]; !known {
		t.Error("the names lack a pod of the namespace that leaves")
	}
}

func TestLogsThatWentWithTheirNamespace(t *testing.T) {
	t.Parallel()
	src := source(&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "stays"}})
	src.Cluster.Nodes = []string{"n1"}
	stays := strings.ReplaceAll(webLog, "shop_", "stays_")
	left := strings.ReplaceAll(webLog, "shop_", "left_")
	src.Exec = scripts{logs: listing(t, []string{
		"log\t" + stays + "\t" + stays + "\t-rw-r-----\t", "log\t" + left + "\t" + left + "\t-rw-r-----\t",
	})}.provider()
	r, _ := collected(t, src, record.Logs)
	diff(t, "gaps", []string{stays}, subjects(r.Meta.Gaps))
	if got := lines[record.LogFile](t, r, record.LogIndex); len(got) != 1 || got[0].Namespace != "stays" {
		t.Errorf("logs %v, want the one whose namespace stays", got)
	}
}
