package nodeimage

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/rehearse-dev/rehearse/clusters"
)

// Image is an image of ours in Docker: a node image, or one on the way to it.
type Image struct {
	Ref     string
	Kind    string // such as docker-v1.37.2, or base-v1.37.2
	ID      string
	Size    int64 // in bytes, with what it shares with others
	Created time.Time
}

// List lists all images of ours, newest first.
func (b *Builder) List(ctx context.Context) ([]Image, error) {
	ids, err := docker(ctx, nil, "image", "ls", "--quiet", "--no-trunc", "--filter", "reference="+repository)
	if err != nil || ids == "" {
		return nil, err
	}
	found := strings.Fields(ids)
	slices.Sort(found)
	args := append([]string{"image", "inspect"}, slices.Compact(found)...)
	inspected, err := docker(ctx, nil, args...)
	if err != nil {
		return nil, err
	}
	return parseImages([]byte(inspected))
}

func parseImages(inspected []byte) ([]Image, error) {
	var all []struct {
		ID       string `json:"Id"`
		RepoTags []string
		Created  time.Time
		Size     int64
	}
	if err := json.Unmarshal(inspected, &all); err != nil {
		return nil, fmt.Errorf("reading what Docker says of its images: %w", err)
	}
	var images []Image
	for _, one := range all {
		for _, ref := range one.RepoTags {
			if tag, ours := strings.CutPrefix(ref, repository+":"); ours {
				kind := tag[:max(0, strings.LastIndex(tag, "-"))]
				images = append(images, Image{Ref: ref, Kind: kind, ID: one.ID, Size: one.Size, Created: one.Created})
			}
		}
	}
	slices.SortFunc(images, func(a, b Image) int { return b.Created.Compare(a.Created) })
	return images, nil
}

// Prune removes what no present version of any node image in Docker is made from,
// or everything, and returns what is gone: images, and folders of the cache.
func (b *Builder) Prune(ctx context.Context, all bool) (removed []string, err error) {
	dir, err := b.cacheDir()
	if err != nil {
		return nil, fmt.Errorf("making the cache folder: %w", err)
	}
	release, err := b.lock(ctx, filepath.Join(dir, "lock"))
	if err != nil {
		return nil, fmt.Errorf("locking the cache: %w", err)
	}
	defer release()
	images, err := b.List(ctx)
	if err != nil {
		return nil, err
	}
	needed := map[string]bool{}
	if !all {
		if needed, err = b.needed(ctx, dir, images); err != nil {
			return nil, err
		}
	}
	untagged, errImages := removeImages(ctx, images, needed)
	deleted, errFolders := removeFolders(dir, needed)
	return append(untagged, deleted...), errors.Join(errImages, errFolders)
}

// needed lists what today's plans for the present node images would use.
func (b *Builder) needed(ctx context.Context, dir string, images []Image) (map[string]bool, error) {
	outs := map[string]bool{}
	for _, image := range images {
		spec, ok := parseKind(image.Kind)
		if !ok {
			continue
		}
		node, err := b.plan(ctx, dir, spec, false)
		if err != nil {
			return nil, fmt.Errorf("planning %s: %w", image.Kind, err)
		}
		collect(node, outs)
	}
	return outs, nil
}

func collect(s *step, outs map[string]bool) {
	outs[s.out] = true
	for _, need := range s.needs {
		collect(need, outs)
	}
}

// parseKind is the reverse of plan.kind; intermediate images are of no such kind.
func parseKind(kind string) (Spec, bool) {
	kind, kubelet, _ := strings.Cut(kind, "-kubelet-")
	runtime, version, _ := strings.Cut(kind, "-")
	spec, err := Spec{Runtime: clusters.Runtime(runtime), KubernetesVersion: version, KubeletVersion: kubelet}.complete()
	return spec, err == nil
}

func removeImages(ctx context.Context, images []Image, needed map[string]bool) (removed []string, err error) {
	var errs []error
	for _, image := range images { // newest first: what is built from others goes before them
		if needed[image.Ref] {
			continue
		}
		if _, err := docker(ctx, nil, "image", "rm", image.Ref); err != nil {
			errs = append(errs, err)
			continue
		}
		removed = append(removed, image.Ref)
	}
	return removed, errors.Join(errs...)
}

// removeFolders also removes what interrupted steps have left behind: nobody is
// at work while the cache is locked.
func removeFolders(dir string, needed map[string]bool) (removed []string, err error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var errs []error
	for _, entry := range entries {
		path := filepath.Join(dir, entry.Name())
		if !entry.IsDir() || needed[path] {
			continue
		}
		if err := os.RemoveAll(path); err != nil {
			errs = append(errs, err)
			continue
		}
		removed = append(removed, path)
	}
	return removed, errors.Join(errs...)
}
