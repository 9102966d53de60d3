package collect

import (
	"context"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/rehearse-dev/rehearse/harness/record"
)

// leaving are the namespaces that are being deleted, as those of suites are when
// evidence is collected. What is left of them is a matter of moments, on each
// side another, so nothing of theirs is recorded but what its names stand for.
type leaving map[string]bool

func readLeaving(ctx context.Context, src Source, w *record.Writer, kind record.Kind) (leaving, error) {
	list, err := src.Client.CoreV1().Namespaces().List(ctx, metav1.ListOptions{})
	if err != nil {
		return nil, gap(w, kind, "which namespaces are being deleted", err)
	}
	gone := leaving{}
	for _, n := range list.Items {
		if n.DeletionTimestamp != nil {
			gone[n.Name] = true
		}
	}
	return gone, nil
}
