package apply

import (
	"cmp"
	"fmt"
	"slices"

	releaseutil "helm.sh/helm/v4/pkg/release/v1/util"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// Object is one object to put on a cluster.
type Object struct {
	*unstructured.Unstructured
	// Source says where it comes from, such as `manifests/web.yaml:12`.
	Source string
	// Wait says whether to wait until it is current.
	Wait bool

	// home is the namespace of a namespaced object that names none.
	home string
	// phase puts hooks before and after everything else.
	phase phase
}

// phase is when an object is applied.
type phase int

const (
	namespaces phase = iota
	definitions
	preInstall
	ordinary
	postInstall
)

// title names the object as people do: Deployment shop/web.
func (o Object) title() string {
	return o.GetKind() + " " + o.path()
}

func (o Object) path() string {
	if ns := o.GetNamespace(); ns != "" {
		return ns + "/" + o.GetName()
	}
	return o.GetName()
}

// namespace is where the object belongs, should its kind be namespaced.
func (o Object) namespace() string { return cmp.Or(o.GetNamespace(), o.home) }

// key is the same for two objects that a cluster would take for one.
func (o Object) key() string {
	return fmt.Sprint(o.GroupVersionKind().GroupKind(), " ", o.namespace(), "/", o.GetName())
}

func (o Object) isNamespace() bool {
	return o.GroupVersionKind().Group == "" && o.GetKind() == "Namespace"
}

func (o Object) isDefinition() bool {
	return o.GroupVersionKind().Group == "apiextensions.k8s.io" && o.GetKind() == "CustomResourceDefinition"
}

// order sorts objects by phase and, within the ordinary one, by kind. Apart
// from that they stay as they were written.
func order(objects []Object) {
	for i, o := range objects {
		switch {
		case o.isNamespace():
			objects[i].phase = namespaces
		case o.isDefinition():
			objects[i].phase = definitions
		}
	}
	slices.SortStableFunc(objects, func(a, b Object) int {
		if a.phase != ordinary || b.phase != ordinary {
			return cmp.Compare(a.phase, b.phase)
		}
		return cmp.Compare(rank(a.GetKind()), rank(b.GetKind()))
	})
}

// rank is a kind's place in Helm's order. Kinds that it does not know, which
// are custom ones for the most part, come last.
func rank(kind string) int {
	if i := slices.Index(releaseutil.InstallOrder, kind); i >= 0 {
		return i
	}
	return len(releaseutil.InstallOrder)
}

// isCustom says whether the object's kind is none of those that Helm orders.
func (o Object) isCustom() bool { return rank(o.GetKind()) == len(releaseutil.InstallOrder) }
