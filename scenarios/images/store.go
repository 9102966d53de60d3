// Package images makes the images that a scenario names into one archive that
// clusters can load, in the format of `docker save`.
//
// An image is built from a folder with a Dockerfile (by Docker) or with a Go
// program (by Go, on top of nothing), which may be one of another module; taken
// from an archive, or pulled from a registry. What was made once is kept under a
// name that follows from its content, and made again only when that changes.
package images

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/tarball"

	"github.com/rehearse-dev/rehearse/internal/progress"
	"github.com/rehearse-dev/rehearse/scenarios"
)

// keepUnused is for how long an archive is kept that nobody asks for.
const keepUnused = 14 * 24 * time.Hour

// Store makes images and keeps them.
type Store struct {
	// Dir holds the archives; it is made when it is needed.
	Dir string
	// Root is the folder that relative paths of images start from, such as a
	// scenario's Dir. Empty means the working directory.
	Root string
	// Observe is told of each image; nil for nobody.
	Observe progress.Observer
}

// Archive returns one archive that holds every image under its name, and those
// names. The archive belongs to the store: read it, but leave it there.
func (s *Store) Archive(ctx context.Context, list []scenarios.Image) (path string, refs []string, err error) {
	if len(list) == 0 {
		return "", nil, errors.New("making images: none are named")
	}
	sum := sha256.New()
	parts := map[name.Reference]v1.Image{}
	for _, image := range list {
		part, id, err := s.image(ctx, image)
		if err != nil {
			return "", nil, fmt.Errorf("making image %q: %w", image.Name, err)
		}
		tag, err := name.NewTag(image.Name)
		if err != nil {
			return "", nil, fmt.Errorf("making image %q: %w", image.Name, err)
		}
		parts[tag] = part
		refs = append(refs, image.Name)
		fmt.Fprintf(sum, "%s\x00%s\x00", image.Name, id)
	}
	path, err = s.keep("set-"+hex.EncodeToString(sum.Sum(nil)), func(file string) error {
		return tarball.MultiRefWriteToFile(file, parts)
	})
	if err != nil {
		return "", nil, fmt.Errorf("writing image archive: %w", err)
	}
	return path, refs, s.expire()
}

// image is one image, with an identity that changes with its content.
func (s *Store) image(ctx context.Context, image scenarios.Image) (v1.Image, string, error) {
	switch {
	case image.Archive != "":
		return s.fromArchive(image)
	case image.Pull != "":
		return s.pull(ctx, image)
	case image.Build != "":
		return s.build(ctx, image)
	default:
		return nil, "", errors.New("it has no source")
	}
}

// cached is an image of the store, written by create unless it is there already.
func (s *Store) cached(step, id string, create func(file string) error) (v1.Image, string, error) {
	made := false
	file, err := s.keep("image-"+id, func(file string) error {
		made = true
		return s.Observe.Do(step, func() error { return create(file) })
	})
	if err != nil {
		return nil, "", err
	}
	if !made {
		s.Observe.Cached(step)
	}
	image, err := tarball.ImageFromPath(file, nil)
	return image, id, err
}

// keep returns the path of an archive, written by create unless it is there
// already. It gets its name only when it is complete.
func (s *Store) keep(id string, create func(file string) error) (string, error) {
	file := filepath.Join(s.Dir, id+".tar")
	now := time.Now()
	if err := os.Chtimes(file, now, now); err == nil {
		return file, nil
	}
	if err := os.MkdirAll(s.Dir, 0o755); err != nil {
		return "", err
	}
	draft, err := os.MkdirTemp(s.Dir, "draft-")
	if err != nil {
		return "", err
	}
	draftFile := filepath.Join(draft, "archive")
	if err := create(draftFile); err != nil {
		return "", errors.Join(err, os.RemoveAll(draft))
	}
	return file, errors.Join(os.Rename(draftFile, file), os.RemoveAll(draft))
}

// expire removes what nobody has asked for in a long time, drafts of a process
// that was killed included.
func (s *Store) expire() error {
	entries, err := os.ReadDir(s.Dir)
	if err != nil {
		return fmt.Errorf("cleaning up images: %w", err)
	}
	var errs []error
	for _, entry := range entries {
		info, err := entry.Info()
		if errors.Is(err, os.ErrNotExist) {
			continue // somebody else cleans up too
		}
		if err == nil && time.Since(info.ModTime()) > keepUnused {
			err = os.RemoveAll(filepath.Join(s.Dir, entry.Name()))
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// path is where a path of the scenario lies.
func (s *Store) path(path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(s.Root, path)
}
