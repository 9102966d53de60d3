package live

import (
	"context"
	"fmt"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"

	"github.com/rehearse-dev/rehearse/harness/scan/finding"
	"github.com/rehearse-dev/rehearse/internal/kube"
)

// answerTimeout bounds the first request to an API server that may not be there.
const answerTimeout = 15 * time.Second

// Scanner looks at a cluster.
type Scanner struct {
	Clients *kube.Clients
	// Name is what the report calls the cluster.
	Name string
	// Reader looks at the files and processes of the nodes as well; nil leaves them
	// alone.
	Reader *Reader
}

// Run searches the cluster. Its error says that the cluster does not answer or
// does not know the account; whatever else cannot be read is a gap of the report.
func (s *Scanner) Run(ctx context.Context) (*finding.Report, error) {
	if err := answers(ctx, s.Clients.Typed); err != nil {
		return nil, fmt.Errorf("asking the API server %s: %w", s.Clients.Config.Host, err)
	}
	c := &collection{
		report: &finding.Report{APIVersion: finding.APIVersion, Paths: []string{s.Name}, Findings: []finding.Finding{}},
		owners: owners{client: s.Clients.Dynamic, known: map[types.UID]*owner{}, kinds: map[schema.GroupKind]customKind{}},
		drafts: map[string]*draft{},
	}
	if s.Reader != nil {
		c.pods = map[string]reference{}
	}
	customs, err := s.customs(ctx, c)
	if err != nil {
		return nil, err
	}
	for _, r := range append(customs, builtins()...) {
		if err := s.read(ctx, c, r, func(u *unstructured.Unstructured) { c.object(ctx, u) }); err != nil {
			return nil, err
		}
	}
	if s.Reader != nil {
		if err := s.Reader.read(ctx, s.Clients, c); err != nil {
			return nil, err
		}
	}
	return c.finish(), nil
}

func answers(ctx context.Context, client kubernetes.Interface) error {
	limited, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	_, err := client.Discovery().RESTClient().Get().AbsPath("/version").Do(limited).Raw()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

// customs lists the kinds that were added to the cluster, and returns those whose
// objects are worth a look.
func (s *Scanner) customs(ctx context.Context, c *collection) ([]resource, error) {
	var worth []resource
	err := s.read(ctx, c, definitions(), func(u *unstructured.Unstructured) {
		r, room := customResource(u)
		kind, _, _ := unstructured.NestedString(u.Object, "spec", "names", "kind")
		scope, _, _ := unstructured.NestedString(u.Object, "spec", "scope")
		c.owners.kinds[schema.GroupKind{Group: r.Group, Kind: kind}] = customKind{r, scope == "Namespaced"}
		if room {
			worth = append(worth, r)
		}
	})
	return worth, err
}

// read visits the objects of a resource, or notes that it may not.
func (s *Scanner) read(ctx context.Context, c *collection, r resource, visit func(*unstructured.Unstructured)) error {
	err := r.each(ctx, s.Clients.Dynamic, visit)
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("reading %s: %w", r.name(), context.Cause(ctx))
	case err == nil, apierrors.IsNotFound(err), apierrors.IsMethodNotSupported(err):
		return nil
	case apierrors.IsUnauthorized(err):
		return fmt.Errorf("reading %s: %w", r.name(), err)
	}
	c.unseen("", r.name(), err)
	return nil
}

// unseen notes what the cluster did not show.
func (c *collection) unseen(file, what string, err error) {
	reason := err.Error()
	if apierrors.IsForbidden(err) {
		reason = "forbidden"
	}
	c.report.Gaps = append(c.report.Gaps, finding.Gap{File: file, Resource: what, Reason: fmt.Sprintf("could not read %s: %s", what, mask(reason))})
}
