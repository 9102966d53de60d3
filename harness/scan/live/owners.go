package live

import (
	"context"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"

	"github.com/rehearse-dev/rehearse/harness/scan/finding"
)

// reference names an object as reports do.
type reference struct{ kind, namespace, name string }

func referenceTo(u *unstructured.Unstructured) reference {
	return reference{u.GetKind(), u.GetNamespace(), u.GetName()}
}

// place is where a finding is, in the order in which somebody would look: the
// namespace, the kind, the name. Nodes are called what their files are.
func (r reference) place() string {
	switch {
	case r.kind == "Node":
		return "node/" + r.name
	case r.namespace == "":
		return r.kind + "/" + r.name
	}
	return r.namespace + "/" + r.kind + "/" + r.name
}

func (r reference) title() string {
	if r.namespace == "" {
		return r.kind + " " + r.name
	}
	return r.kind + " " + r.namespace + "/" + r.name
}

// owner is an object that may control others.
type owner struct {
	reference
	// up is the controller of this one; nil at the top.
	up *metav1.OwnerReference
	// has are the findings in the object itself.
	has map[string]bool
	// read says that the object has been looked at, so that what has does not name
	// is not in it.
	read bool
}

// owners knows who controls whom.
type owners struct {
	client dynamic.Interface
	known  map[types.UID]*owner
	kinds  map[schema.GroupKind]customKind
}

// customKind is how objects of a kind that was added to the cluster are got.
type customKind struct {
	resource
	namespaced bool
}

// tallest is more than any line of owners has; one that goes round ends there.
const tallest = 10

// above are the controllers of an object, the nearest one first.
func (o *owners) above(ctx context.Context, namespace string, up *metav1.OwnerReference) []*owner {
	var line []*owner
	for up != nil && len(line) < tallest {
		next, known := o.known[up.UID]
		if !known {
			next = o.ask(ctx, namespace, up)
			o.known[up.UID] = next
		}
		line = append(line, next)
		up = next.up
	}
	return line
}

// ask gets an owner that was not listed. One that may not be read is called what
// its property calls it, and ends the line.
func (o *owners) ask(ctx context.Context, namespace string, up *metav1.OwnerReference) *owner {
	named := &owner{reference: reference{up.Kind, namespace, up.Name}}
	group, _ := schema.ParseGroupVersion(up.APIVersion) // a group that is none has no kinds
	kind, known := o.kinds[group.WithKind(up.Kind).GroupKind()]
	if up.Kind == "Node" || known && !kind.namespaced {
		named.namespace = ""
	}
	if !known {
		return named
	}
	got, err := o.client.Resource(kind.GroupVersionResource).Namespace(named.namespace).Get(ctx, up.Name, metav1.GetOptions{})
	if err == nil && got.GetUID() == up.UID {
		named.up = metav1.GetControllerOf(got)
	}
	return named
}

// keep remembers an object as the owner that it may be.
func (o *owners) keep(u *unstructured.Unstructured, findings []finding.Finding) {
	kept := &owner{reference: referenceTo(u), up: metav1.GetControllerOf(u), read: true}
	for _, f := range findings {
		if kept.has == nil {
			kept.has = map[string]bool{}
		}
		kept.has[sameness(f)] = true
	}
	o.known[u.GetUID()] = kept
}

// sameness is what a finding in a template and its copy in a pod have in common.
// Admission may take the image from another registry, and the API server writes
// a profile in a second way.
func sameness(f finding.Finding) string {
	_, part, _ := strings.Cut(f.Object, ", ")
	found := strings.TrimPrefix(f.Found, "localhost/")
	if slices.Contains([]string{finding.DockerImage, finding.NeverPulled, finding.AgentDefault}, f.Rule) {
		found = ""
	}
	return f.Rule + "\x00" + part + "\x00" + found
}
