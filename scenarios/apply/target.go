package apply

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/discovery/cached/memory"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/restmapper"

	"github.com/rehearse-dev/rehearse/clusters"
	"github.com/rehearse-dev/rehearse/internal/kube"
	"github.com/rehearse-dev/rehearse/scenarios"
)

// Annotation is on everything that is applied, with the scenario's name: by it
// a scenario knows its own objects again. The field manager would not do, since
// a cluster forgets it for an object that has nothing but a name.
const Annotation = "rehearse.dev/scenario"

// fieldManager is who Rehearse is to a cluster.
const fieldManager = "rehearse"

// pollInterval is how often a cluster is asked again while something is waited
// for: seldom enough to leave a small host alone.
const pollInterval = 500 * time.Millisecond

// target is one cluster that objects are put on.
type target struct {
	*kube.Clients
	mapper   *restmapper.DeferredDiscoveryRESTMapper
	scenario string
	// own are the namespaces that the scenario made, where everything is its own.
	own map[string]bool
	// patience is how long pods are given to end by themselves.
	patience time.Duration
	note     func(step, detail string)
}

func (a *Applier) connect(c *clusters.Cluster, s *scenarios.Scenario) (*target, error) {
	clients, err := kube.New(c.Kubeconfig)
	if err != nil {
		return nil, fmt.Errorf("connecting to cluster %q: %w", c.Name, err)
	}
	discovery := memory.NewMemCacheClient(clients.Typed.Discovery())
	return &target{
		Clients:  clients,
		mapper:   restmapper.NewDeferredDiscoveryRESTMapper(discovery),
		scenario: s.Metadata.Name,
		own:      map[string]bool{},
		patience: cmp.Or(a.Patience, defaultPatience),
		note:     a.Observe.Note,
	}, nil
}

// resource is how the cluster serves the object: in its own namespace, in its
// home or in none.
func (t *target) resource(o Object) (dynamic.ResourceInterface, error) {
	gvk := o.GroupVersionKind()
	mapping, err := t.mapper.RESTMapping(gvk.GroupKind(), gvk.Version)
	if meta.IsNoMatchError(err) {
		return nil, fmt.Errorf("the cluster knows no kind %q in %s: %w", gvk.Kind, o.GetAPIVersion(), err)
	}
	if err != nil {
		return nil, fmt.Errorf("asking the cluster what it serves: %w", err)
	}
	if mapping.Scope.Name() != meta.RESTScopeNameNamespace {
		return t.Dynamic.Resource(mapping.Resource), nil
	}
	return t.Dynamic.Resource(mapping.Resource).Namespace(o.namespace()), nil
}

// put applies all objects in their order.
func (t *target) put(ctx context.Context, objects []Object) error {
	ordinary := slices.IndexFunc(objects, func(o Object) bool { return o.phase > definitions })
	if ordinary < 0 {
		ordinary = len(objects)
	}
	if err := t.putEach(ctx, objects[:ordinary]); err != nil {
		return err
	}
	for _, o := range objects[:ordinary] {
		if err := t.usable(ctx, o); err != nil {
			return fmt.Errorf("%s: waiting for %s: %w", o.Source, o.title(), err)
		}
	}
	return t.putEach(ctx, objects[ordinary:])
}

// putEach goes on after an error, so that one attempt shows every broken object.
func (t *target) putEach(ctx context.Context, objects []Object) error {
	var errs []error
	for _, o := range objects {
		if err := t.putOne(ctx, o); err != nil {
			errs = append(errs, fmt.Errorf("%s: applying %s: %w", o.Source, o.title(), err))
		}
		if ctx.Err() != nil {
			errs = append(errs, context.Cause(ctx))
			break
		}
	}
	return errors.Join(errs...)
}

func (t *target) putOne(ctx context.Context, o Object) error {
	resource, err := t.resource(o)
	if err != nil {
		return err
	}
	found, err := resource.Get(ctx, o.GetName(), metav1.GetOptions{})
	switch {
	case apierrors.IsNotFound(err):
	case err != nil:
		return err
	case t.isOwn(found) || t.own[o.namespace()] && !o.isNamespace():
	case o.phase <= definitions:
		return nil // used as it is
	default:
		return errors.New("it is there already and was not made by this scenario")
	}
	if err := patch(ctx, resource, o); err != nil {
		return err
	}
	if o.isNamespace() {
		t.own[o.GetName()] = true
	}
	return nil
}

// patch applies the object. Webhooks are called for it that may have been
// applied a moment ago, with pods that do not answer yet: those are waited for.
func patch(ctx context.Context, resource dynamic.ResourceInterface, o Object) error {
	data, err := json.Marshal(o.Object)
	if err != nil {
		return err
	}
	force := true // whatever is applied is the scenario's own
	options := metav1.PatchOptions{FieldManager: fieldManager, Force: &force}
	var last error
	err = poll(ctx, func(ctx context.Context) bool {
		_, last = resource.Patch(ctx, o.GetName(), types.ApplyPatchType, data, options)
		return !isWebhookAway(last)
	})
	return errors.Join(last, err)
}

// isWebhookAway recognises by its text what Kubernetes has no reason for.
func isWebhookAway(err error) bool {
	return apierrors.IsInternalError(err) && strings.Contains(err.Error(), "failed calling webhook")
}

func (t *target) isOwn(u *unstructured.Unstructured) bool {
	return u.GetAnnotations()[Annotation] == t.scenario
}

// usable waits until what the other objects build on can be built on: a
// namespace has its service account, without which it admits no pod, and a
// custom kind is served.
func (t *target) usable(ctx context.Context, o Object) error {
	var last error
	err := poll(ctx, func(ctx context.Context) bool {
		switch {
		case o.isNamespace():
			_, last = t.Typed.CoreV1().ServiceAccounts(o.GetName()).Get(ctx, "default", metav1.GetOptions{})
		case o.isDefinition():
			last = t.served(ctx, o)
		}
		return last == nil
	})
	return errors.Join(last, err)
}

// served is nil once the cluster has accepted a definition and lists its kind.
func (t *target) served(ctx context.Context, o Object) error {
	if result := t.look(ctx, o); result != "" {
		return errors.New(result)
	}
	group, _, err := unstructured.NestedString(o.Object, "spec", "group")
	if err != nil {
		return err
	}
	kind, _, err := unstructured.NestedString(o.Object, "spec", "names", "kind")
	if err != nil {
		return err
	}
	t.mapper.Reset()
	_, err = t.mapper.RESTMapping(schema.GroupKind{Group: group, Kind: kind})
	return err
}

// poll asks until the answer is true; the error says why it gave up.
func poll(ctx context.Context, ask func(context.Context) bool) error {
	err := wait.PollUntilContextCancel(ctx, pollInterval, true, func(ctx context.Context) (bool, error) {
		return ask(ctx), nil
	})
	if err != nil {
		return context.Cause(ctx)
	}
	return nil
}
