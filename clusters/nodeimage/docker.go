package nodeimage

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"
)

// repository is the name of every image of ours in Docker.
const repository = "rehearse/node"

// label marks every image of ours; its value says what kind of image it is.
const label = "dev.rehearse.nodeimage"

// docker runs the Docker client and returns what it wrote to standard output.
func docker(ctx context.Context, stdin io.Reader, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "docker", args...)
	var stdout, stderr bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = stdin, &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return "", commandError(ctx, cmd.Args, err, stdout.String()+stderr.String())
	}
	return strings.TrimSpace(stdout.String()), nil
}

// imageID returns the content hash of an image that Docker has, or "".
func imageID(ctx context.Context, ref string) (string, error) {
	list, err := docker(ctx, nil, "image", "ls", "--no-trunc", "--quiet", "--filter", "reference="+ref)
	id, _, _ := strings.Cut(list, "\n")
	return id, err
}

// container is a container in which an image is being built.
type container struct{ id string }

// inContainer starts a container of an image, does the work, and removes it.
// A container of an earlier run that was cut short is removed first, which is why
// each piece of work has a name.
func inContainer(ctx context.Context, image, name string, work func(container) error) error {
	name = "rehearse-build-" + name
	if _, err := docker(ctx, nil, "rm", "--force", "--volumes", name); err != nil && !strings.Contains(err.Error(), "No such container") {
		return err
	}
	id, err := docker(ctx, nil, "run", "--detach", "--name", name, "--network", "host",
		"--security-opt", "seccomp=unconfined", "--stop-signal", "SIGRTMIN+3", // the one that ends systemd
		"--entrypoint", "sleep", image, "infinity")
	if err != nil {
		return err
	}
	defer remove(ctx, id)
	return work(container{id})
}

// remove gets rid of a build container even when the work was cancelled. That it
// may fail is no reason to fail: the next run with the same name tries again.
func remove(ctx context.Context, id string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
	defer cancel()
	_, _ = docker(ctx, nil, "rm", "--force", "--volumes", id)
}

// copyIn lays files over those of the container.
func (c container) copyIn(ctx context.Context, files []file) error {
	return piped(
		func(w io.Writer) error { return writeTar(w, files) },
		func(r io.Reader) error {
			_, err := docker(ctx, r, "cp", "-", c.id+":/")
			return err
		})
}

// copyOut takes one file of the container to the host.
func (c container) copyOut(ctx context.Context, path, dst string) error {
	_, err := docker(ctx, nil, "cp", c.id+":"+path, dst)
	return err
}

// script runs shell commands in the container. They see the variables given as
// NAME=value and stop at the first command that fails.
func (c container) script(ctx context.Context, text string, variables ...string) (string, error) {
	args := []string{"exec"}
	for _, proxy := range []string{"HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"} {
		if os.Getenv(proxy) != "" {
			args = append(args, "--env", proxy)
		}
	}
	for _, variable := range variables {
		args = append(args, "--env", variable)
	}
	return docker(ctx, nil, append(args, c.id, "bash", "-euo", "pipefail", "-c", text)...)
}

// commit makes an image of the container as it is now. Each change is a line of
// a Dockerfile.
func (c container) commit(ctx context.Context, ref, kind string, changes ...string) error {
	args := []string{"commit", "--change", fmt.Sprintf("LABEL %s=%s", label, kind)}
	for _, change := range changes {
		args = append(args, "--change", change)
	}
	_, err := docker(ctx, nil, append(args, c.id, ref)...)
	return err
}

// piped connects a writer to a reader and reports the error of either.
func piped(write func(io.Writer) error, read func(io.Reader) error) error {
	r, w := io.Pipe()
	written := make(chan error, 1)
	go func() {
		err := write(w)
		w.CloseWithError(err)
		written <- err
	}()
	err := read(r)
	r.CloseWithError(io.ErrClosedPipe) // the writer ends even if nobody read it all
	if writing := <-written; err == nil {
		err = writing
	}
	return err
}
