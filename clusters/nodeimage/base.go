package nodeimage

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/rehearse-dev/rehearse/internal/progress"
)

// base is the image that nodes of every runtime start from: a ready-made one if
// it can be had, and else one in the same layout built from source. A base that
// is there already is preferred to asking a registry again.
func (p *plan) base(ctx context.Context, mayPull bool) (*step, error) {
	source := p.sourceBase()
	repo := p.builder.BaseImage
	switch repo {
	case NoBaseImage:
		return source, nil
	case "":
		repo = "kindest/node"
	}
	ref := repo + ":" + p.spec.KubernetesVersion
	if id, err := imageID(ctx, ref); err != nil || id != "" {
		return given(ref, id), err
	}
	asked := p.builder.BaseImage != ""
	if ready, err := source.ready(ctx); !asked && (err != nil || ready) {
		return source, err
	}
	if !mayPull {
		return source, nil
	}
	if !p.builder.pull(ctx, ref) {
		if asked {
			return nil, fmt.Errorf("pulling base image %q, which was asked for: no registry gives it", ref)
		}
		return source, nil
	}
	id, err := imageID(ctx, ref)
	return given(ref, id), err
}

// given is an image that somebody else has made.
func given(ref, id string) *step {
	return &step{
		name: ref, key: id, out: ref,
		ready: func(context.Context) (bool, error) { return true, nil },
	}
}

// pull asks a registry for an image. That it cannot be had is no error: many
// hosts reach no registry, and few Kubernetes versions have a ready-made node.
func (b *Builder) pull(ctx context.Context, ref string) bool {
	name := "pull of " + ref
	b.observe(progress.Event{Step: name, State: progress.Started})
	_, err := docker(ctx, nil, "pull", "--quiet", ref)
	if err != nil {
		b.logger().Info("no such image to be had", "image", ref, "error", err)
		b.observe(progress.Event{Step: name, State: progress.Done, Detail: "not to be had, going on without"})
		return false
	}
	b.observe(progress.Event{Step: name, State: progress.Done})
	return true
}

// sourceParts are the steps that a base built from source is put together from.
type sourceParts struct {
	version                           string
	kube, containerd, plugins, crictl *step
	required, images                  *step
}

// sourceBase builds what kind's own node images hold, in the same places.
func (p *plan) sourceBase() *step {
	version := p.spec.KubernetesVersion
	system := p.system()
	kube := p.compile("Kubernetes "+version, kubernetesProgram(version))
	required := p.requirements(system, kube)
	parts := sourceParts{
		version:    version,
		kube:       kube,
		containerd: p.compile("containerd "+containerdVersion, containerdProgram()),
		plugins:    p.compile("CNI plugins "+pluginsVersion, pluginsProgram()),
		crictl:     p.compile("crictl "+crictlVersion, crictlProgram()),
		required:   required,
		images:     p.clusterImages(required, kube),
	}
	needs := []*step{kube, parts.containerd, parts.plugins, parts.crictl, required, parts.images}
	inputs := []string{kindVersion, script("source/base.sh"), fingerprint(overlay("source/root"))}
	return p.layer("node base "+version, "base-"+version, system, needs, inputs, parts.install)
}

// install turns a bare system into a node.
func (s sourceParts) install(ctx context.Context, c container) error {
	files, err := s.files(ctx)
	if err != nil {
		return fmt.Errorf("reading kind's node files: %w", err)
	}
	if err := c.copyIn(ctx, files); err != nil {
		return err
	}
	names, err := readImageNames(s.required)
	if err != nil {
		return err
	}
	if _, err := c.script(ctx, script("source/base.sh"), "PAUSE="+names.find("pause")); err != nil {
		return err
	}
	return c.preload(ctx, s.images.path("images.tar"))
}

// files are kind's units, scripts and settings, which the module of its library
// carries, our manifests in the place of kind's, and all programs.
func (s sourceParts) files(ctx context.Context) ([]file, error) {
	dir, err := moduleDir(ctx, "sigs.k8s.io/kind", kindVersion)
	if err != nil {
		return nil, err
	}
	files, err := tree(os.DirFS(filepath.Join(dir, "images", "base", "files")), "")
	if err != nil {
		return nil, err
	}
	files = append(files, overlay("source/root")...)
	files = append(files, programs(s.containerd.out, "usr/local/bin", sortedKeys(containerdProgram().main)...)...)
	files = append(files, programs(s.crictl.out, "usr/local/bin", "crictl")...)
	files = append(files, programs(s.plugins.out, "opt/cni/bin", sortedKeys(pluginsProgram().main)...)...)
	files = append(files, programs(s.kube.out, "usr/bin", "kube")...)
	files = append(files, links("kube", "usr/bin", "kubeadm", "kubelet", "kubectl")...)
	return append(files, file{path: "kind/version", mode: 0o644, content: []byte(s.version)}), nil
}

// preload puts the images of an archive into containerd's store, unpacked nowhere:
// a node unpacks what it starts.
func (c container) preload(ctx context.Context, archive string) error {
	tar, err := os.Open(archive)
	if err != nil {
		return err
	}
	defer tar.Close()
	return c.withContainerd(ctx, func() error {
		_, err := docker(ctx, tar, "exec", "--interactive", c.id, "ctr", "--namespace=k8s.io", "images", "import",
			"--label=io.cri-containerd.pinned=pinned", "--no-unpack", "-")
		return err
	})
}

// withContainerd runs containerd in the container while some work is done.
func (c container) withContainerd(ctx context.Context, work func() error) error {
	if _, err := docker(ctx, nil, "exec", "--detach", c.id, "containerd"); err != nil {
		return err
	}
	if _, err := c.script(ctx, "timeout 60 bash -c 'until ctr version; do sleep 0.2; done'"); err != nil {
		return fmt.Errorf("waiting for containerd: %w", err)
	}
	if err := work(); err != nil {
		return err
	}
	_, err := c.script(ctx, "pkill -x containerd; while pgrep -x containerd; do sleep 0.1; done")
	return err
}
