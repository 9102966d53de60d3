package kind

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"k8s.io/client-go/rest"
	"sigs.k8s.io/e2e-framework/klient"
	"sigs.k8s.io/e2e-framework/support"
	"sigs.k8s.io/kind/pkg/cluster"

	"github.com/rehearse-dev/rehearse/clusters"
	"github.com/rehearse-dev/rehearse/clusters/nodeimage"
	"github.com/rehearse-dev/rehearse/internal/kube"
)

// E2E offers clusters to suites that are written for e2e-framework. Its With
// methods change it and return it, as that framework's own providers do. One
// value stands for one cluster.
type E2E struct {
	// Provider makes the cluster.
	Provider *Provider
	// Config says what the cluster is to be. Its name is given by WithName, and its
	// Dir is a temporary folder when it is empty.
	Config clusters.Config

	cluster *clusters.Cluster
	rest    *rest.Config
	temp    string // to be removed with the cluster
}

var _ support.E2EClusterProviderWithImageLoader = (*E2E)(nil)

// E2EProvider makes clusters with the given runtime, on node images that are
// built if need be:
//
//	testenv.Setup(envfuncs.CreateCluster(kind.E2EProvider(clusters.Docker), "shop"))
func E2EProvider(r clusters.Runtime) *E2E {
	return &E2E{
		Provider: &Provider{Image: builtImage},
		Config:   clusters.Config{Runtime: r, KubernetesVersion: clusters.DefaultKubernetesVersion},
	}
}

func builtImage(ctx context.Context, cfg clusters.Config) (string, error) {
	return (&nodeimage.Builder{}).Ensure(ctx, nodeimage.Spec{
		Runtime: cfg.Runtime, KubernetesVersion: cfg.KubernetesVersion, KubeletVersion: cfg.KubeletVersion,
	})
}

// WithName names the cluster; [Prefix] is put before it.
func (e *E2E) WithName(name string) support.E2EClusterProvider {
	e.Config.Name = Prefix + strings.TrimPrefix(name, Prefix)
	return e
}

// WithVersion sets the version of Kubernetes, such as v1.37.2.
func (e *E2E) WithVersion(version string) support.E2EClusterProvider {
	e.Config.KubernetesVersion = version
	return e
}

// WithPath changes nothing: kind is linked in, no binary of it is run.
func (e *E2E) WithPath(string) support.E2EClusterProvider { return e }

// WithOpts applies the options in order.
func (e *E2E) WithOpts(opts ...support.ClusterOpts) support.E2EClusterProvider {
	for _, apply := range opts {
		apply(e)
	}
	return e
}

// SetDefaults changes nothing: E2EProvider has set them.
func (e *E2E) SetDefaults() support.E2EClusterProvider { return e }

// Create raises the cluster and returns the path of its kubeconfig. It knows no
// arguments.
func (e *E2E) Create(ctx context.Context, args ...string) (kubeconfig string, err error) {
	if len(args) > 0 {
		return "", fmt.Errorf("creating cluster %q: unknown arguments %q", e.Config.Name, args)
	}
	if err := e.makeDir(); err != nil {
		return "", err
	}
	e.cluster, err = e.Provider.Create(ctx, e.Config)
	if err != nil {
		return "", errors.Join(fmt.Errorf("creating cluster %q: %w", e.Config.Name, err), e.removeDir())
	}
	e.rest, err = kube.Config(e.cluster.Kubeconfig)
	return e.cluster.Kubeconfig, err
}

// CreateWithConfig is Create for an empty path. A config file of kind would
// change what Rehearse controls: set the fields of Config instead.
func (e *E2E) CreateWithConfig(ctx context.Context, configFile string) (kubeconfig string, err error) {
	if configFile != "" {
		return "", fmt.Errorf("creating cluster %q: config file %q: set the fields of E2E.Config instead", e.Config.Name, configFile)
	}
	return e.Create(ctx)
}

// GetKubeconfig returns the path of the cluster's kubeconfig, or nothing before
// Create.
func (e *E2E) GetKubeconfig() string {
	if e.cluster == nil {
		return ""
	}
	return e.cluster.Kubeconfig
}

// GenerateKubeconfig returns the same path as GetKubeconfig.
func (e *E2E) GenerateKubeconfig(...string) (path string, err error) {
	if e.cluster == nil {
		return "", errNotCreated
	}
	return e.cluster.Kubeconfig, nil
}

// GetKubectlContext names the only context of the kubeconfig.
func (e *E2E) GetKubectlContext() string { return "kind-" + e.Config.Name }

// KubernetesRestConfig is nil before Create.
func (e *E2E) KubernetesRestConfig() *rest.Config { return e.rest }

// WaitForControlPlane returns at once: Create has waited.
func (e *E2E) WaitForControlPlane(context.Context, klient.Client) error { return nil }

// ExportLogs writes what kind knows to export of each node into the folder
// dest. The journal that it holds is that of all units, of any runtime.
func (e *E2E) ExportLogs(ctx context.Context, dest string) error {
	if err := ctx.Err(); err != nil { // kind's library could not be stopped
		return err
	}
	return cluster.NewProvider(cluster.ProviderWithDocker()).CollectLogs(e.Config.Name, dest)
}

// LoadImage copies an image of the host's Docker to every node, into the store
// that kubelet reads there.
func (e *E2E) LoadImage(ctx context.Context, image string, _ ...string) (err error) {
	if e.cluster == nil {
		return errNotCreated
	}
	dir, err := os.MkdirTemp("", Prefix+"image-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	archive := filepath.Join(dir, "image.tar")
	if err := run(ctx, nil, nil, "save", "--output", archive, image); err != nil {
		return err
	}
	return e.Provider.LoadImages(ctx, e.cluster, archive, []string{image})
}

// LoadImageArchive is LoadImage for a file that `docker save` has written.
func (e *E2E) LoadImageArchive(ctx context.Context, path string, _ ...string) error {
	if e.cluster == nil {
		return errNotCreated
	}
	refs, err := archivedRefs(path)
	if err != nil {
		return fmt.Errorf("reading image archive %q: %w", path, err)
	}
	return e.Provider.LoadImages(ctx, e.cluster, path, refs)
}

// Destroy removes the cluster. It may be called again.
func (e *E2E) Destroy(ctx context.Context) error {
	if e.cluster == nil {
		return nil
	}
	if err := e.Provider.Delete(ctx, e.cluster); err != nil {
		return fmt.Errorf("deleting cluster %q: %w", e.Config.Name, err)
	}
	e.cluster, e.rest = nil, nil
	return e.removeDir()
}

var errNotCreated = errors.New("the cluster has not been created")

func (e *E2E) makeDir() (err error) {
	if e.Config.Dir == "" {
		e.temp, err = os.MkdirTemp("", Prefix+"cluster-")
		e.Config.Dir = e.temp
	}
	return err
}

func (e *E2E) removeDir() error {
	if e.temp == "" {
		return nil
	}
	err := os.RemoveAll(e.temp)
	e.temp, e.Config.Dir = "", ""
	return err
}
