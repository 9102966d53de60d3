package kind

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"time"

	"golang.org/x/sync/errgroup"
	"k8s.io/apimachinery/pkg/util/wait"

	"github.com/rehearse-dev/rehearse/clusters"
	"github.com/rehearse-dev/rehearse/clusters/runtime"
)

// listedWithin is how long a runtime may take to list what it has been given:
// containerd tells its CRI part of new images by an event.
const listedWithin = 15 * time.Second

// LoadImages streams the archive to all nodes at once, into the store that
// kubelet reads there. Any reference that the store then lacks is an error: it
// would only show later, as a pod that waits for a pull.
func (p *Provider) LoadImages(ctx context.Context, c *clusters.Cluster, archive string, refs []string) error {
	profile, err := runtime.Of(c.Runtime)
	if err != nil {
		return err
	}
	group, ctx := errgroup.WithContext(ctx)
	for _, node := range c.Nodes {
		group.Go(func() error {
			s := store{p, c, node, profile}
			if err := s.load(ctx, archive); err != nil {
				return fmt.Errorf("loading %q onto node %q: %w", archive, node, err)
			}
			if err := s.waitFor(ctx, refs); err != nil {
				return fmt.Errorf("looking for images on node %q: %w", node, err)
			}
			return nil
		})
	}
	return group.Wait()
}

// store is the image store of one node.
type store struct {
	provider *Provider
	cluster  *clusters.Cluster
	node     string
	profile  runtime.Profile
}

func (s store) load(ctx context.Context, archive string) error {
	f, err := os.Open(archive)
	if err != nil {
		return err
	}
	defer f.Close()
	return s.provider.ExecOnNode(ctx, s.cluster, s.node, f, nil, s.profile.LoadImages...)
}

// waitFor returns once the runtime lists all the references.
func (s store) waitFor(ctx context.Context, refs []string) error {
	var missing []string
	err := wait.PollUntilContextTimeout(ctx, 250*time.Millisecond, listedWithin, true, func(ctx context.Context) (bool, error) {
		images, err := s.images(ctx)
		missing = s.profile.Missing(images, refs)
		return len(missing) == 0, err
	})
	if wait.Interrupted(err) && len(missing) > 0 && ctx.Err() == nil {
		return fmt.Errorf("the archive was loaded, but %s does not list %q", s.profile.Runtime, missing)
	}
	return err
}

func (s store) images(ctx context.Context) ([]runtime.Image, error) {
	var printed bytes.Buffer
	if err := s.provider.ExecOnNode(ctx, s.cluster, s.node, nil, &printed, s.profile.ListImages...); err != nil {
		return nil, err
	}
	return s.profile.ParseImages(printed.Bytes())
}
