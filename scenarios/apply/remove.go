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
	gone := func(ctx context.Context) bool {
		going = slices.DeleteFunc(going, func(o Object) bool { return t.isGone(ctx, o) })
		return len(going) == 0
	}
	gentle, cancel := context.WithTimeout(ctx, t.patience)
	defer cancel()
	err := poll(gentle, gone)
	if err != nil && ctx.Err() == nil {
		errs = append(errs, t.force(ctx))
		err = poll(ctx, gone)
	}
	if err != nil {
		errs = append(errs, fmt.Errorf("waiting until %s is gone: %w", t.lingering(ctx, going), err))
	}
	return errors.Join(errs...)
}

// force deletes, without asking their nodes, the pods that do not end, in the
// namespaces that the scenario made. A hook that never returns keeps its pod for
// ever; the rest of the scenario must not stay because of it.
func (t *target) force(ctx context.Context) error {
	namespaces, err := t.Typed.CoreV1().Namespaces().List(ctx, metav1.ListOptions{})
	if err != nil {
		return fmt.Errorf("listing namespaces: %w", err)
	}
	var errs []error
	for _, ns := range namespaces.Items {
		if ns.Annotations[Annotation] != t.scenario {
			continue
		}
		pods, err := t.Typed.CoreV1().Pods(ns.Name).List(ctx, metav1.ListOptions{})
		errs = append(errs, err)
		if err == nil {
			errs = append(errs, t.forceEach(ctx, pods.Items))
		}
	}
	return errors.Join(errs...)
}

func (t *target) forceEach(ctx context.Context, pods []corev1.Pod) error {
	var errs []error
	for _, pod := range pods {
		if pod.DeletionTimestamp == nil {
			continue
		}
		at := int64(0)
		err := t.Typed.CoreV1().Pods(pod.Namespace).Delete(ctx, pod.Name, metav1.DeleteOptions{
			GracePeriodSeconds: &at, Preconditions: &metav1.Preconditions{UID: &pod.UID},
		})
		if err != nil && !apierrors.IsNotFound(err) {
			errs = append(errs, fmt.Errorf("deleting Pod %s/%s by force: %w", pod.Namespace, pod.Name, err))
			continue
		}
		t.note("tear down", fmt.Sprintf("Pod %s/%s did not end and was deleted by force: its containers may run on", pod.Namespace, pod.Name))
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
