package apply

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// remove deletes in the reverse order and waits until all is gone. Custom
// objects go first and alone: they may need their controller in order to go.
func (t *target) remove(ctx context.Context, objects []Object) error {
	var custom, other []Object
	for _, o := range slices.Backward(objects) {
		if o.phase > definitions && o.isCustom() {
			custom = append(custom, o)
		} else {
			other = append(other, o)
		}
	}
	customCtx, cancel := context.WithTimeoutCause(ctx, removeTimeout/2, fmt.Errorf("it takes longer than %s", removeTimeout/2))
	defer cancel()
	return errors.Join(t.removeGroup(customCtx, custom), t.removeGroup(ctx, other))
}

func (t *target) removeGroup(ctx context.Context, objects []Object) error {
	var errs []error
	var going []Object
	for _, o := range objects {
		deleted, err := t.delete(ctx, o)
		if err != nil {
			errs = append(errs, fmt.Errorf("deleting %s: %w", o.title(), err))
		}
		if deleted {
			going = append(going, o)
		}
	}
	err := poll(ctx, func(ctx context.Context) bool {
		going = slices.DeleteFunc(going, func(o Object) bool { return t.isGone(ctx, o) })
		return len(going) == 0
	})
	if err != nil {
		errs = append(errs, fmt.Errorf("waiting until %s is gone: %w", t.lingering(ctx, going), err))
	}
	return errors.Join(errs...)
}

// delete asks for an object's end; false when there is nothing to delete that
// the scenario had made.
func (t *target) delete(ctx context.Context, o Object) (bool, error) {
	resource, err := t.resource(o)
	if meta.IsNoMatchError(err) {
		return false, nil // nor can there be an object of that kind
	}
	if err != nil {
		return false, err
	}
	found, err := resource.Get(ctx, o.GetName(), metav1.GetOptions{})
	if apierrors.IsNotFound(err) || err == nil && !t.isOwn(found) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	// In the foreground, an object is gone only when its pods are.
	uid, policy := found.GetUID(), metav1.DeletePropagationForeground
	err = resource.Delete(ctx, o.GetName(), metav1.DeleteOptions{
		PropagationPolicy: &policy, Preconditions: &metav1.Preconditions{UID: &uid},
	})
	if apierrors.IsNotFound(err) {
		return false, nil
	}
	return err == nil, err
}

// isGone is true as well when the cluster has made a new object in the place of
// the old one, as it does with a namespace's service account.
func (t *target) isGone(ctx context.Context, o Object) bool {
	resource, err := t.resource(o)
	if err != nil {
		return meta.IsNoMatchError(err)
	}
	found, err := resource.Get(ctx, o.GetName(), metav1.GetOptions{})
	return apierrors.IsNotFound(err) || err == nil && !t.isOwn(found)
}

// lingering names what is still there, and what keeps a namespace.
func (t *target) lingering(ctx context.Context, objects []Object) string {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), explainTimeout)
	defer cancel()
	var names []string
	for _, o := range objects {
		name := o.title()
		if o.isNamespace() {
			name += t.contents(ctx, o.GetName())
		}
		names = append(names, name)
	}
	return strings.Join(names, ", ")
}

func (t *target) contents(ctx context.Context, namespace string) string {
	found, err := t.Typed.CoreV1().Namespaces().Get(ctx, namespace, metav1.GetOptions{})
	if err != nil {
		return fmt.Sprintf(" (%v)", err)
	}
	for _, c := range found.Status.Conditions {
		if c.Type == corev1.NamespaceContentRemaining && c.Status == corev1.ConditionTrue {
			return fmt.Sprintf(" (%s)", c.Message)
		}
	}
	return ""
}
