package follow_test

import (
	"context"
	"errors"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes/fake"

	"github.com/rehearse-dev/rehearse/clusters/nodeimage/follow"
)

func TestChangesWorksAtOnceAndAfterEveryChange(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second) // less than it takes to repair
	defer cancel()
	client := fake.NewClientset()
	factory := informers.NewSharedInformerFactory(client, 0)
	informer := factory.Core().V1().Nodes().Informer()
	factory.Start(ctx.Done())

	worked, ended := make(chan int), make(chan error, 1)
	work := func(context.Context) error {
		select {
		case worked <- len(informer.GetStore().List()):
		case <-ctx.Done():
		}
		return errors.New("an error does not end it")
	}
	go func() { ended <- follow.Changes(ctx, work, informer) }()
	if got := <-worked; got != 0 {
		t.Errorf("the first time there are %d nodes, want none", got)
	}
	node := &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: "n"}}
	if _, err := client.CoreV1().Nodes().Create(ctx, node, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	select {
	case got := <-worked:
		if got != 1 {
			t.Errorf("the second time there are %d nodes, want one", got)
		}
	case <-ctx.Done():
		t.Fatal("a new node went unnoticed")
	}
	cancel()
	if err := <-ended; err != nil {
		t.Errorf("told to stop it ended with %v", err)
	}
}
