package images

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/tarball"

	"github.com/rehearse-dev/rehearse/scenarios"
)

// fromArchive finds the image in an archive by its name, or takes the only one
// that there is.
func (s *Store) fromArchive(image scenarios.Image) (v1.Image, string, error) {
	file := s.path(image.Archive)
	tag, err := name.NewTag(image.Name)
	if err != nil {
		return nil, "", err
	}
	manifest, err := tarball.LoadManifest(func() (io.ReadCloser, error) { return os.Open(file) })
	if err != nil {
		return nil, "", fmt.Errorf("reading archive %q: %w", image.Archive, err)
	}
	wanted := &tag
	if len(manifest) == 1 {
		wanted = nil
	}
	found, err := tarball.ImageFromPath(file, wanted)
	if err != nil {
		return nil, "", fmt.Errorf("reading archive %q, which holds %s: %w", image.Archive, tags(manifest), err)
	}
	id, err := found.ConfigName()
	if err != nil {
		return nil, "", fmt.Errorf("reading archive %q: %w", image.Archive, err)
	}
	return found, id.String(), nil
}

func tags(manifest tarball.Manifest) string {
	var all []string
	for _, image := range manifest {
		all = append(all, image.RepoTags...)
	}
	return strings.Join(all, ", ")
}

// pull fetches an image for this machine's architecture, unless the store has
// what the registry serves under that reference now.
func (s *Store) pull(ctx context.Context, image scenarios.Image) (v1.Image, string, error) {
	ref, err := name.ParseReference(image.Pull)
	if err != nil {
		return nil, "", err
	}
	served, err := remote.Image(ref, remote.WithContext(ctx), remote.WithAuthFromKeychain(authn.DefaultKeychain),
		remote.WithPlatform(v1.Platform{OS: "linux", Architecture: runtime.GOARCH}))
	if err != nil {
		return nil, "", fmt.Errorf("pulling %q: %w", image.Pull, err)
	}
	digest, err := served.Digest()
	if err != nil {
		return nil, "", fmt.Errorf("pulling %q: %w", image.Pull, err)
	}
	return s.cached("pull "+image.Pull, digest.Hex, func(file string) error {
		if err := tarball.WriteToFile(file, ref, served); err != nil {
			return fmt.Errorf("pulling %q: %w", image.Pull, err)
		}
		return nil
	})
}

// build makes an image of a folder, as its Dockerfile says or of its Go program.
func (s *Store) build(ctx context.Context, image scenarios.Image) (v1.Image, string, error) {
	folder := s.path(image.Build)
	sum := sha256.New()
	if err := hashFolder(sum, folder); err != nil {
		return nil, "", fmt.Errorf("reading %q: %w", image.Build, err)
	}
	build := buildDockerfile
	if _, err := os.Stat(filepath.Join(folder, "Dockerfile")); os.IsNotExist(err) {
		build = buildGo
		version, err := goVersion(ctx)
		if err != nil {
			return nil, "", err
		}
		fmt.Fprint(sum, version, goBuild, filepath.Base(folder)) // which names the entry point
	} else if err != nil {
		return nil, "", err
	}
	id := hex.EncodeToString(sum.Sum(nil))
	return s.cached("build "+image.Name, id, func(file string) error {
		if err := build(ctx, folder, file); err != nil {
			return fmt.Errorf("building %q: %w", image.Build, err)
		}
		return nil
	})
}

// hashFolder takes in all files by name, mode and content. Links count as what
// they point to, as they do for those who read them.
func hashFolder(sum hash.Hash, folder string) error {
	fmt.Fprintln(sum, runtime.GOARCH)
	return filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		info, err := os.Stat(path)
		if err != nil || !info.Mode().IsRegular() {
			return err
		}
		relative, err := filepath.Rel(folder, path)
		if err != nil {
			return err
		}
		fmt.Fprintf(sum, "%s\x00%s\x00%d\x00", relative, info.Mode(), info.Size())
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		_, err = io.Copy(sum, f)
		return err
	})
}
