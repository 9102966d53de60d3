package kind

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"k8s.io/apimachinery/pkg/util/version"
	"sigs.k8s.io/kind/pkg/apis/config/v1alpha4"

	"github.com/rehearse-dev/rehearse/clusters"
	"github.com/rehearse-dev/rehearse/clusters/runtime"
)

// kindConfig is the cluster in kind's words. It asks Docker about the host, and
// puts the user's settings into the cluster's folder.
func (p *Provider) kindConfig(ctx context.Context, cfg clusters.Config, image string) (*v1alpha4.Cluster, error) {
	profile, err := runtime.Of(cfg.Runtime)
	if err != nil {
		return nil, err
	}
	cgroups, err := output(ctx, "info", "--format", "{{.CgroupVersion}}")
	if err != nil {
		return nil, fmt.Errorf("asking Docker about its host: %w", err)
	}
	if err := ensureImage(ctx, image); err != nil {
		return nil, fmt.Errorf("pulling node image: %w", err)
	}
	mounts, err := userMounts(cfg.Mounts)
	if err != nil {
		return nil, err
	}
	settings, err := p.settings(ctx, cfg, profile)
	if err != nil {
		return nil, err
	}
	return &v1alpha4.Cluster{
		Nodes: nodes(cfg.Workers, v1alpha4.Node{Image: image, ExtraMounts: append(mounts, settings...)}),
		Networking: v1alpha4.Networking{
			// Docker picks the port itself, so that two clusters made at once do not
			// pick the same.
			APIServerPort: -1,
		},
		KubeadmConfigPatches: patches(cfg, profile, cgroups == "1"),
	}, nil
}

// ensureImage pulls an image that Docker does not have. kind would do so too,
// but could not be stopped.
func ensureImage(ctx context.Context, image string) error {
	found, err := output(ctx, "image", "ls", "--quiet", "--filter", "reference="+image)
	if err != nil || found != "" {
		return err
	}
	return run(ctx, nil, nil, "pull", "--quiet", image)
}

// nodes is one control plane and the given number of workers, all alike.
func nodes(workers int, like v1alpha4.Node) []v1alpha4.Node {
	list := make([]v1alpha4.Node, 1+workers)
	for i := range list {
		list[i] = like
		list[i].Role = v1alpha4.WorkerRole
	}
	list[0].Role = v1alpha4.ControlPlaneRole
	return list
}

// patches are kubeadm's settings that differ from kind's. Every node gets both
// Init and Join, of which kubeadm reads the one that applies.
func patches(cfg clusters.Config, profile runtime.Profile, cgroupV1 bool) []string {
	var list []string
	for _, kind := range []string{"InitConfiguration", "JoinConfiguration"} {
		list = append(list, fmt.Sprintf("kind: %s\nnodeRegistration:\n  criSocket: %s\n", kind, profile.CRISocket))
	}
	if cgroupV1 {
		// From 1.35 on kubelet wants to be told that this is on purpose.
		list = append(list, "kind: KubeletConfiguration\nfailCgroupV1: false\n")
	}
	if translatesStreams(cfg) {
		list = append(list, "kind: KubeletConfiguration\nfeatureGates:\n  ExtendWebSocketsToKubelet: false\n")
	}
	return list
}

// translatesStreams says whether kubelet turns WebSockets into the runtime's
// SPDY itself, as it does from 1.36 on unless told otherwise. cri-dockerd answers
// with a URL that has no scheme, which that translation takes for HTTPS: exec and
// attach would fail on Docker's side alone, and no cluster that people come from
// has that. The API server's own translation, which both sides then use, copes.
func translatesStreams(cfg clusters.Config) bool {
	kubelet := cfg.KubeletVersion
	if kubelet == "" {
		kubelet = cfg.KubernetesVersion
	}
	parsed, err := version.ParseSemantic(kubelet)
	return err == nil && parsed.AtLeast(version.MustParseSemantic("v1.36.0"))
}

// userMounts refuses what is not there: Docker would make an empty folder of it.
func userMounts(mounts []clusters.Mount) ([]v1alpha4.Mount, error) {
	var list []v1alpha4.Mount
	for _, m := range mounts {
		path, err := existing(m.HostPath)
		if err != nil {
			return nil, fmt.Errorf("mounting %q: %w", m.ContainerPath, err)
		}
		list = append(list, v1alpha4.Mount{HostPath: path, ContainerPath: m.ContainerPath, Readonly: m.ReadOnly})
	}
	return list, nil
}

// existing makes the path of something that is there absolute.
func existing(path string) (string, error) {
	if _, err := os.Stat(path); err != nil {
		return "", err
	}
	return filepath.Abs(path)
}
