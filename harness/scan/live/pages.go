package live

import (
	"context"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
)

// pageSize is how many objects are held at once. Those that may come to a
// megabyte each are taken fewer at a time.
const (
	pageSize      = 200
	largePageSize = 20
)

// resource is something to list. An older cluster may serve it under an earlier
// version.
type resource struct {
	schema.GroupVersionResource
	earlier []string
	large   bool
}

func (r resource) name() string { return r.GroupResource().String() }

// each visits every object of a resource in the order of the server's store. A
// resource that the server does not have has no objects.
func (r resource) each(ctx context.Context, client dynamic.Interface, visit func(*unstructured.Unstructured)) error {
	var err error
	for _, version := range append([]string{r.Version}, r.earlier...) {
		gvr := r.GroupResource().WithVersion(version)
		if err = pages(ctx, client.Resource(gvr), r.limit(), visit); !apierrors.IsNotFound(err) {
			return err
		}
	}
	return nil
}

func (r resource) limit() int64 {
	if r.large {
		return largePageSize
	}
	return pageSize
}

func pages(ctx context.Context, client dynamic.ResourceInterface, limit int64, visit func(*unstructured.Unstructured)) error {
	options := metav1.ListOptions{Limit: limit}
	for {
		page, err := client.List(ctx, options)
		if next := continuation(err); next != "" && options.Continue != "" && next != options.Continue {
			options.Continue = next
			continue
		}
		if err != nil {
			return err
		}
		for i := range page.Items {
			visit(&page.Items[i])
		}
		if options.Continue = page.GetContinue(); options.Continue == "" {
			return nil
		}
	}
}

// continuation is the token that a server gives when the one before has grown too
// old: it goes on behind the last object, as the cluster is now.
func continuation(err error) string {
	if status, ok := err.(apierrors.APIStatus); ok && apierrors.IsResourceExpired(err) {
		return status.Status().Continue
	}
	return ""
}
