package kind

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"time"
)

const (
	// clusterLabel is what kind puts on every container that it makes for a
	// cluster; its value is the cluster's name.
	clusterLabel = "io.x-k8s.kind.cluster"
	// errorTail is how much of what a command complained about goes into an error.
	errorTail = 2 << 10
	// killGrace is how long a cancelled client may hold on to its pipes.
	killGrace = 2 * time.Second
)

// run runs the Docker client. When ctx ends the error is its cause. A command
// that fails is an error that carries its words and the end of its complaint.
func run(ctx context.Context, stdin io.Reader, stdout io.Writer, args ...string) error {
	cmd := exec.CommandContext(ctx, "docker", args...)
	complaint := &tail{}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = stdin, stdout, complaint
	cmd.WaitDelay = killGrace
	err := cmd.Run()
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return fmt.Errorf("running %q: %w%s", cmd.Args, err, complaint)
}

// output runs the Docker client and returns what it printed, without the white
// space around it.
func output(ctx context.Context, args ...string) (string, error) {
	var stdout bytes.Buffer
	err := run(ctx, nil, &stdout, args...)
	return strings.TrimSpace(stdout.String()), err
}

// nodesOf lists the containers of a cluster by the value of one of their fields.
// It sees those that are only half made as well.
func nodesOf(ctx context.Context, cluster, field string) ([]string, error) {
	out, err := output(ctx, "ps", "--all", "--no-trunc",
		"--filter", "label="+clusterLabel+"="+cluster, "--format", "{{."+field+"}}")
	return strings.Fields(out), err
}

// tail keeps the end of what is written to it.
type tail struct{ kept []byte }

func (t *tail) Write(p []byte) (int, error) {
	t.kept = append(t.kept, p...)
	t.kept = t.kept[max(0, len(t.kept)-errorTail):]
	return len(p), nil
}

// String is the text, led in by a colon; empty if nothing was written.
func (t *tail) String() string {
	if text := strings.TrimSpace(string(t.kept)); text != "" {
		return ": " + text
	}
	return ""
}
