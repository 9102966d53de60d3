package images

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"
)

// shownLines is how much of a failed command's output its error carries: the
// end, where the reason is.
const shownLines = 20

// waitDelay is how long the output of a command that was stopped is waited for:
// its children may hold on to it.
const waitDelay = 5 * time.Second

// command is a program to run in a folder, with additions to the environment.
type command struct {
	dir  string
	env  []string
	argv []string
}

// run returns what the command wrote to its standard output.
func run(ctx context.Context, c command) (string, error) {
	cmd := exec.CommandContext(ctx, c.argv[0], c.argv[1:]...)
	cmd.Dir = c.dir
	cmd.Env = append(os.Environ(), c.env...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	cmd.WaitDelay = waitDelay
	err := cmd.Run()
	if cause := context.Cause(ctx); err != nil && cause != nil {
		return "", fmt.Errorf("running %q: %w", strings.Join(c.argv, " "), cause)
	}
	if err != nil {
		return "", fmt.Errorf("running %q: %w\n%s", strings.Join(c.argv, " "), err, lastLines(stderr.String()))
	}
	return stdout.String(), nil
}

func lastLines(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.Join(lines[max(0, len(lines)-shownLines):], "\n")
}
