package nodeimage

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
)

// debianImage is where a base starts if a registry can be reached.
const debianImage = "debian:" + debian + "-slim"

// system is Debian with the packages of a node.
func (p *plan) system() *step {
	install := script("source/packages.sh")
	return p.layer("Debian packages", "system", p.rootFS(), nil, []string{install}, func(ctx context.Context, c container) error {
		_, err := c.script(ctx, install)
		return err
	})
}

// rootFS is a Debian with nothing in it: pulled, or put together from packages
// where no registry answers.
func (p *plan) rootFS() *step {
	return p.image("Debian "+debian, "debian", nil, []string{debian}, func(ctx context.Context, ref string) error {
		if p.builder.BaseImage != NoBaseImage && p.builder.pull(ctx, debianImage) {
			_, err := docker(ctx, nil, "tag", debianImage, ref)
			return err
		}
		return debootstrap(ctx, ref)
	})
}

func debootstrap(ctx context.Context, ref string) error {
	return inTempDir("", func(dir string) error {
		root := filepath.Join(dir, "root")
		bootstrap := exec.CommandContext(ctx, "debootstrap", "--variant=minbase", debian, root)
		output, err := bootstrap.CombinedOutput()
		if errors.Is(err, exec.ErrNotFound) {
			return fmt.Errorf("starting from Debian's packages, since no image registry answers: %w", err)
		}
		if err != nil {
			return commandError(ctx, bootstrap.Args, err, string(output))
		}
		return importFolder(ctx, root, ref)
	})
}

// importFolder makes an image of a folder.
func importFolder(ctx context.Context, root, ref string) error {
	return piped(
		func(w io.Writer) error {
			tar := exec.CommandContext(ctx, "tar", "--create", "--numeric-owner", "--directory", root, ".")
			var stderr bytes.Buffer
			tar.Stdout, tar.Stderr = w, &stderr
			if err := tar.Run(); err != nil {
				return commandError(ctx, tar.Args, err, stderr.String())
			}
			return nil
		},
		func(r io.Reader) error {
			_, err := docker(ctx, r, "import", "--change", "LABEL "+label+"=debian", "-", ref)
			return err
		})
}
