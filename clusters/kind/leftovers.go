package kind

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/rehearse-dev/rehearse/clusters"
)

// Leftovers lists the names of all clusters on this host that Rehearse made and
// nobody has deleted yet, sorted; also those that another process is using.
func Leftovers(ctx context.Context) ([]string, error) {
	labels, err := output(ctx, "ps", "--all",
		"--filter", "label="+clusterLabel, "--format", fmt.Sprintf("{{.Label %q}}", clusterLabel))
	if err != nil {
		return nil, fmt.Errorf("listing leftover clusters: %w", err)
	}
	names := slices.DeleteFunc(strings.Fields(labels), func(name string) bool {
		return !strings.HasPrefix(name, Prefix)
	})
	slices.Sort(names)
	return slices.Compact(names), nil
}

// DeleteByName deletes clusters of which nothing is known but the name, as
// [Leftovers] gives it. A name without any container is no error. Their
// kubeconfigs stay where they are.
func (p *Provider) DeleteByName(ctx context.Context, names ...string) error {
	var errs []error
	for _, name := range names {
		if err := p.Delete(ctx, &clusters.Cluster{Name: name}); err != nil {
			errs = append(errs, fmt.Errorf("deleting cluster %q: %w", name, err))
		}
	}
	return errors.Join(errs...)
}
