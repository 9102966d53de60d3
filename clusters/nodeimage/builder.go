package nodeimage

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"

	"github.com/rehearse-dev/rehearse/clusters"
	"github.com/rehearse-dev/rehearse/internal/progress"
)

// Spec says which node image is wanted.
type Spec struct {
	Runtime           clusters.Runtime
	KubernetesVersion string // such as v1.37.2
	// KubeletVersion is for nodes whose kubelet is older than their control plane;
	// empty means KubernetesVersion, or v1.23.17 for the dockershim runtime, the
	// last kubelet that has it.
	KubeletVersion string
}

// Builder makes node images and remembers them. Its zero value is ready to use.
// Builders in several processes may share a cache: they wait for each other.
type Builder struct {
	// CacheDir holds what is built on the way; empty means "rehearse" in the
	// user's cache folder.
	CacheDir string
	// BaseImage is the repository of ready-made node images, tagged with the
	// Kubernetes version, which must have the wanted one. Empty means kindest/node
	// or, if that has none, a base built from source. NoBaseImage never asks a
	// registry.
	BaseImage string
	// Observe is told of every step, one call at a time; it may be nil.
	Observe progress.Observer
	// Log may be nil.
	Log *slog.Logger

	observing sync.Mutex
}

// NoBaseImage keeps a Builder, as its BaseImage, from asking any registry.
const NoBaseImage = "none"

// Ensure returns the reference of a node image in Docker, and builds it first if
// it is not there.
func (b *Builder) Ensure(ctx context.Context, spec Spec) (ref string, err error) {
	spec, err = spec.complete()
	if err != nil {
		return "", err
	}
	dir, err := b.cacheDir()
	if err != nil {
		return "", fmt.Errorf("making the cache folder: %w", err)
	}
	node, err := b.plan(ctx, dir, spec, true)
	if err != nil {
		return "", fmt.Errorf("planning a node image: %w", err)
	}
	if ready, err := node.ready(ctx); err != nil || ready {
		return node.out, err // without waiting for whoever builds another image
	}
	release, err := b.lock(ctx, filepath.Join(dir, "lock"))
	if err != nil {
		return "", fmt.Errorf("locking the cache: %w", err)
	}
	defer release()
	return node.out, b.ensure(ctx, node)
}

func (b *Builder) cacheDir() (string, error) {
	dir := b.CacheDir
	if dir == "" {
		caches, err := os.UserCacheDir()
		if err != nil {
			return "", err
		}
		dir = filepath.Join(caches, "rehearse")
	}
	dir = filepath.Join(dir, "nodeimage")
	return dir, os.MkdirAll(dir, 0o755)
}

func (b *Builder) logger() *slog.Logger {
	if b.Log == nil {
		return slog.New(slog.DiscardHandler)
	}
	return b.Log
}
