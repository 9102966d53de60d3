package kind

import (
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/rehearse-dev/rehearse/clusters"
)

// ExecOnNode runs a command in the node's container. When ctx ends it returns
// at once; the command itself ends with the node at the latest.
func (p *Provider) ExecOnNode(ctx context.Context, c *clusters.Cluster, node string, stdin io.Reader, stdout io.Writer, argv ...string) error {
	if !slices.Contains(c.Nodes, node) {
		return fmt.Errorf("cluster %q has no node %q", c.Name, node)
	}
	args := []string{"exec", "--privileged"}
	if stdin != nil {
		args = append(args, "--interactive")
	}
	return run(ctx, stdin, stdout, append(append(args, node), argv...)...)
}
