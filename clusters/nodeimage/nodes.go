package nodeimage

import (
	"context"
	"fmt"
	"strings"

	"github.com/rehearse-dev/rehearse/clusters"
)

// common is what the nodes of every runtime share, laid over either base.
func (p *plan) common(base *step) *step {
	toolbox := p.toolbox(base)
	needs := []*step{toolbox}
	var front []file
	if p.host.confined {
		confine := p.compile("confine", confineProgram())
		needs = append(needs, confine)
		front = []file{{path: "usr/local/sbin/runc", mode: 0o755, source: confine.path("confine")}}
	}
	prepare := script("common.sh")
	kind := "common-" + p.spec.KubernetesVersion
	return p.layer("common layer", kind, base, needs, []string{prepare}, func(ctx context.Context, c container) error {
		if _, err := c.script(ctx, prepare, p.confined()); err != nil {
			return err
		}
		if err := c.copyIn(ctx, front); err != nil {
			return err
		}
		return c.preload(ctx, toolbox.path("images.tar"))
	})
}

// confined is the variable by which scripts learn what kind of host this is.
func (p *plan) confined() string {
	if p.host.confined {
		return "CONFINED=yes"
	}
	return "CONFINED="
}

// kind of image that the plan leads to, such as docker-v1.37.2.
func (p *plan) kind() string {
	kind := string(p.spec.Runtime) + "-" + p.spec.KubernetesVersion
	if p.spec.KubeletVersion != p.spec.KubernetesVersion {
		kind += "-kubelet-" + p.spec.KubeletVersion
	}
	return kind
}

// containerdNode is a node whose runtime is containerd.
func (p *plan) containerdNode(common *step) *step {
	adjust := script("containerd.sh")
	needs, kubelet := p.kubelet()
	inputs := []string{adjust, fingerprint(kubelet)}
	return p.layer("containerd layer", p.kind(), common, needs, inputs, func(ctx context.Context, c container) error {
		if err := c.copyIn(ctx, kubelet); err != nil {
			return err
		}
		_, err := c.script(ctx, adjust, p.confined())
		return err
	})
}

// dockerNode is a node whose runtime is Docker Engine, through cri-dockerd or
// through kubelet itself.
func (p *plan) dockerNode(common *step) *step {
	replace := script("docker.sh")
	settings := overlay("docker/root")
	needs, added := p.kubelet()
	if p.spec.Runtime == clusters.Docker {
		adapter := p.compile("cri-dockerd "+criDockerdVersion, criDockerdProgram())
		needs = append(needs, adapter)
		added = append(added, file{path: "usr/local/bin/cri-dockerd", mode: 0o755, source: adapter.path("cri-dockerd")})
	}
	inputs := []string{replace, exportImages, fingerprint(settings), fingerprint(added)}
	return p.layer("Docker layer", p.kind(), common, needs, inputs, func(ctx context.Context, c container) error {
		if err := c.copyIn(ctx, append(settings, added...)); err != nil {
			return err
		}
		err := c.withContainerd(ctx, func() error {
			_, err := c.script(ctx, exportImages)
			return err
		})
		if err != nil {
			return fmt.Errorf("exporting containerd's images: %w", err)
		}
		_, err = c.script(ctx, replace, "DEBIAN="+debian)
		return err
	})
}

// exportImages writes all images under their names; containerd also lists each
// under its digest.
const exportImages = `
ctr --namespace=k8s.io images ls --quiet | grep -v -e '^sha256:' -e '@' |
	xargs ctr --namespace=k8s.io images export /kind/rehearse/images.tar`

// kubelet lists what a node's kubelet needs beyond the base: its flags, and the
// program itself where the version is not that of the base.
func (p *plan) kubelet() (needs []*step, files []file) {
	flags := "KUBELET_EXTRA_ARGS=" + strings.Join(kubeletFlags(p.spec), " ") + "\n"
	files = []file{{path: "etc/default/kubelet", mode: 0o644, content: []byte(flags)}}
	if version := p.spec.KubeletVersion; version != p.spec.KubernetesVersion {
		kubelet := p.compile("kubelet "+version, kubeletProgram(version))
		needs = []*step{kubelet}
		files = append(files, programs(kubelet.out, "usr/bin", "kubelet")...)
	}
	return needs, files
}

// kubeletFlags says what kubeadm's configuration does not. A script puts the name
// of the pause image in the place of @pause@.
func kubeletFlags(spec Spec) []string {
	service, socket := "docker", "/run/cri-dockerd.sock"
	if spec.Runtime == clusters.Containerd {
		service, socket = "containerd", "/run/containerd/containerd.sock"
	}
	flags := []string{"--runtime-cgroups=/system.slice/" + service + ".service"}
	switch kubelet := minor(spec.KubeletVersion); {
	case spec.Runtime == clusters.Dockershim:
		flags = append(flags, "--container-runtime=docker", "--network-plugin=cni", "--cni-bin-dir=/opt/cni/bin",
			"--cni-conf-dir=/etc/cni/net.d", "--pod-infra-container-image=@pause@")
	case kubelet <= minor(lastDockershim): // dockershim is the default there
		flags = append(flags, "--container-runtime=remote", "--container-runtime-endpoint=unix://"+socket)
	case kubelet < 27: // its configuration file has no field for the socket
		flags = append(flags, "--container-runtime-endpoint=unix://"+socket)
	}
	return flags
}
