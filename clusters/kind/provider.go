package kind

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/rehearse-dev/rehearse/clusters"
	"github.com/rehearse-dev/rehearse/clusters/runtime"
	"github.com/rehearse-dev/rehearse/internal/progress"
)

const (
	// Prefix starts the name of every cluster that this package makes.
	Prefix = "rehearse-"
	// maxName leaves room for what kind appends to make a host name.
	maxName = 50
	// defaultReadyTimeout is many times what a warm start needs on two cores.
	defaultReadyTimeout = 3 * time.Minute
	// cleanUpTimeout bounds the removal of what a failed creation left.
	cleanUpTimeout = time.Minute
)

// Provider makes clusters with kind. Its methods may be called at the same
// time, for different clusters.
type Provider struct {
	// Image returns the reference of the node image for a cluster, making it first
	// if need be. Required.
	Image func(ctx context.Context, cfg clusters.Config) (string, error)
	// ReadyTimeout bounds the wait from when kubeadm is done until everything on
	// the cluster is ready; zero means three minutes.
	ReadyTimeout time.Duration
	// Log takes what kind and kubeadm say; nil discards it.
	Log *slog.Logger
	// Observe is told of a step `create <side>` per cluster.
	Observe progress.Observer
}

var (
	_ clusters.Provider    = (*Provider)(nil)
	_ clusters.NodeExecer  = (*Provider)(nil)
	_ clusters.ImageLoader = (*Provider)(nil)
)

// Create raises a cluster and waits until its nodes, its DNS and its network
// are ready. When it fails, or ctx ends, every container and volume of the
// cluster is gone again.
func (p *Provider) Create(ctx context.Context, cfg clusters.Config) (*clusters.Cluster, error) {
	cfg, err := complete(cfg)
	if err != nil {
		return nil, err
	}
	var c *clusters.Cluster
	err = p.Observe.Do(step(cfg), func() (err error) {
		c, err = p.create(ctx, cfg)
		return err
	})
	return c, err
}

func (p *Provider) create(ctx context.Context, cfg clusters.Config) (*clusters.Cluster, error) {
	if p.Image == nil {
		return nil, errors.New("the provider has no Image")
	}
	image, err := p.Image(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("making node image: %w", err)
	}
	config, err := p.kindConfig(ctx, cfg, image)
	if err != nil {
		return nil, err
	}
	release, err := useNetwork(ctx)
	if err != nil {
		return nil, err
	}
	c, err := p.raise(ctx, cfg, config)
	if err == nil {
		err = p.waitReady(ctx, c, 1+cfg.Workers)
	}
	err = errors.Join(err, release())
	if err != nil {
		return nil, errors.Join(err, p.cleanUp(ctx, cfg))
	}
	return c, nil
}

// cleanUp removes what a failed creation left, also after ctx has ended.
func (p *Provider) cleanUp(ctx context.Context, cfg clusters.Config) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanUpTimeout)
	defer cancel()
	return p.Delete(ctx, &clusters.Cluster{Name: cfg.Name, Kubeconfig: kubeconfig(cfg)})
}

// Delete removes the cluster's containers with their volumes, its kubeconfig,
// and the network once no cluster is left on it.
func (p *Provider) Delete(ctx context.Context, c *clusters.Cluster) error {
	if !strings.HasPrefix(c.Name, Prefix) {
		return fmt.Errorf("cluster %q is not ours to delete: its name lacks the prefix %q", c.Name, Prefix)
	}
	err := removeNodes(ctx, c.Name)
	if removing := os.Remove(c.Kubeconfig); removing != nil && !errors.Is(removing, fs.ErrNotExist) {
		err = errors.Join(err, fmt.Errorf("removing kubeconfig: %w", removing))
	}
	return errors.Join(err, dropNetwork(ctx))
}

// removeNodes removes a cluster's containers and their anonymous volumes. It
// looks again until it has found none twice in a row: a container that was
// being started when the first list was made shows up a moment later.
func removeNodes(ctx context.Context, cluster string) error {
	ticker := time.NewTicker(200 * time.Millisecond)
	defer ticker.Stop()
	for quiet := 0; quiet < 2; {
		ids, err := nodesOf(ctx, cluster, "ID")
		if err != nil {
			return fmt.Errorf("listing the nodes of %q: %w", cluster, err)
		}
		if len(ids) == 0 {
			quiet++
		} else if err := removeContainers(ctx, ids); err != nil {
			return fmt.Errorf("removing the nodes of %q: %w", cluster, err)
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return fmt.Errorf("removing the nodes of %q: %w", cluster, context.Cause(ctx))
		}
	}
	return nil
}

// removeContainers leaves it to the next look whether a container is gone that
// somebody else was removing already.
func removeContainers(ctx context.Context, ids []string) error {
	err := run(ctx, nil, nil, append([]string{"rm", "--force", "--volumes"}, ids...)...)
	if err != nil && strings.Contains(err.Error(), "is already in progress") {
		return nil
	}
	return err
}

// complete makes the folder's path absolute, for processes that run elsewhere,
// and says everything that is wrong with a config at once.
func complete(cfg clusters.Config) (clusters.Config, error) {
	var errs []error
	if !strings.HasPrefix(cfg.Name, Prefix) || len(cfg.Name) > maxName {
		errs = append(errs, fmt.Errorf("cluster name %q: want the prefix %q and at most %d letters", cfg.Name, Prefix, maxName))
	}
	if _, err := runtime.Of(cfg.Runtime); err != nil {
		errs = append(errs, err)
	}
	if cfg.DaemonJSON != "" && !runtime.IsDocker(cfg.Runtime) {
		errs = append(errs, fmt.Errorf("daemon.json %q: runtime %q does not read one", cfg.DaemonJSON, cfg.Runtime))
	}
	if cfg.RegistryCerts != "" && !runtime.IsDocker(cfg.Runtime) {
		errs = append(errs, fmt.Errorf("registry certificates %q: runtime %q does not read them", cfg.RegistryCerts, cfg.Runtime))
	}
	if cfg.RegistryHosts != "" && cfg.Runtime != clusters.Containerd {
		errs = append(errs, fmt.Errorf("registry hosts %q: runtime %q does not read them", cfg.RegistryHosts, cfg.Runtime))
	}
	if info, err := os.Stat(cfg.Dir); err != nil || !info.IsDir() {
		errs = append(errs, fmt.Errorf("folder %q for the cluster's files is not there", cfg.Dir))
	}
	dir, err := filepath.Abs(cfg.Dir)
	cfg.Dir = dir
	return cfg, errors.Join(append(errs, err)...)
}

// newCluster describes a cluster whose containers are up.
func newCluster(ctx context.Context, cfg clusters.Config) (*clusters.Cluster, error) {
	nodes, err := nodesOf(ctx, cfg.Name, "Names")
	if err != nil {
		return nil, fmt.Errorf("listing nodes: %w", err)
	}
	slices.Sort(nodes)
	return &clusters.Cluster{
		Name: cfg.Name, Side: cfg.Side, Runtime: cfg.Runtime,
		Kubeconfig: kubeconfig(cfg), Nodes: nodes,
	}, nil
}

func kubeconfig(cfg clusters.Config) string { return filepath.Join(cfg.Dir, "kubeconfig") }

func step(cfg clusters.Config) string { return "create " + string(cfg.Side) }

func (p *Provider) logger() *slog.Logger {
	if p.Log == nil {
		return slog.New(slog.DiscardHandler)
	}
	return p.Log
}
