package apply

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// remove deletes in the reverse order, each group gone before the next: a
// custom object may need its controller in order to go.
func (t *target) remove(ctx context.Context, objects []Object) error {
	groups := []func(Object) bool{
		func(o Object) bool { return o.phase > definitions && o.isCustom() },
		func(o Object) bool { return o.phase > definitions && !o.isCustom() },
		func(o Object) bool { return o.phase == definitions },
		func(o Object) bool { return o.phase == namespaces },
	}
	backwards := slices.Clone(objects)
	slices.Reverse(backwards)
	var errs []error
	for _, belongs := range groups {
		group := slices.DeleteFunc(slices.Clone(backwards), func(o Object) bool { return !belongs(o) })
		errs = append(errs, t.removeGroup(ctx, group))
	}
	return errors.Join(errs...)
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
		errs = append(errs, fmt.Errorf("waiting until %s is gone: %w", titles(going), err))
	}
	return errors.Join(errs...)
}

// delete asks for an object's end; false when there is nothing to delete that
// Rehearse had made.
func (t *target) delete(ctx context.Context, o Object) (bool, error) {
	resource, err := t.resource(o)
	if meta.IsNoMatchError(err) {
		return false, nil // nor can there be an object of that kind
	}
	if err != nil {
		return false, err
	}
	found, err := resource.Get(ctx, o.GetName(), metav1.GetOptions{})
	if apierrors.IsNotFound(err) || err == nil && !isOwn(found) {
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

func (t *target) isGone(ctx context.Context, o Object) bool {
	resource, err := t.resource(o)
	if err != nil {
		return meta.IsNoMatchError(err)
	}
	_, err = resource.Get(ctx, o.GetName(), metav1.GetOptions{})
	return apierrors.IsNotFound(err)
}

func titles(objects []Object) string {
	var names []string
	for _, o := range objects {
		names = append(names, o.title())
	}
	return strings.Join(names, ", ")
}
