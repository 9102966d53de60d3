package kind

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strconv"

	"github.com/rehearse-dev/rehearse/clusters"
)

// NodeProcess asks Docker for the first process of the node's container.
func (p *Provider) NodeProcess(ctx context.Context, c *clusters.Cluster, node string) (int, error) {
	if !slices.Contains(c.Nodes, node) {
		return 0, fmt.Errorf("cluster %q has no node %q", c.Name, node)
	}
	text, err := output(ctx, "inspect", "--format", "{{.State.Pid}}", node)
	if err != nil {
		return 0, err
	}
	pid, err := strconv.Atoi(text)
	if err != nil || pid <= 0 {
		return 0, fmt.Errorf("node %q has no process: Docker says %q", node, text)
	}
	return pid, nil
}

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
