package images

import (
	"context"
	"crypto/rand"
	"errors"
	"strings"
)

// buildDockerfile builds a folder with Docker and saves the image. A name of
// its own keeps the build from replacing, or the clean-up from deleting, an
// image that the host's user has.
func buildDockerfile(ctx context.Context, folder, file string) (err error) {
	tag := "rehearse.dev/building:" + strings.ToLower(rand.Text())
	// Hosts without a bridge network can build only on the host's own.
	build := []string{"docker", "build", "--network", "host", "--tag", tag, "."}
	if _, err := run(ctx, command{dir: folder, argv: build}); err != nil {
		return err
	}
	defer func() {
		_, rmErr := run(context.WithoutCancel(ctx), command{dir: folder, argv: []string{"docker", "image", "rm", tag}})
		err = errors.Join(err, rmErr)
	}()
	_, err = run(ctx, command{dir: folder, argv: []string{"docker", "save", "--output", file, tag}})
	return err
}
