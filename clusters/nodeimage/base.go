package nodeimage

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
)

// repository is the name of every image of ours in Docker.
const repository = "rehearse/node"

// debianImage is where a base starts if a registry can be reached.
const debianImage = "debian:" + debian + "-slim"

// base is the image that nodes of every runtime start from: a ready-made one if
// it can be had, and else one in the same layout built from source. A base that
// is there already is preferred to asking a registry again.
func (p *plan) base(ctx context.Context) (*step, error) {
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
	if ready, err := source.ready(ctx); err != nil || ready {
		return source, err
	}
	if !p.builder.pull(ctx, ref) {
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
	b.observe(Event{Step: name, State: Started})
	_, err := docker(ctx, nil, "pull", "--quiet", ref)
	if err != nil {
		b.logger().Info("no such image to be had", "image", ref, "error", err)
		b.observe(Event{Step: name, State: Absent})
		return false
	}
	b.observe(Event{Step: name, State: Finished})
	return true
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
	dir, err := os.MkdirTemp("", "rehearse-debian-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	root := filepath.Join(dir, "root")
	bootstrap := exec.CommandContext(ctx, "debootstrap", "--variant=minbase", debian, root)
	if output, err := bootstrap.CombinedOutput(); err != nil {
		return commandError(ctx, bootstrap.Args, err, string(output))
	}
	return importFolder(ctx, root, ref)
}

// importFolder makes an image of a folder.
func importFolder(ctx context.Context, root, ref string) error {
	return piped(
		func(w io.Writer) error {
			tar := exec.CommandContext(ctx, "tar", "--create", "--numeric-owner", "--directory", root, ".")
			tar.Stdout = w
			return tar.Run()
		},
		func(r io.Reader) error {
			_, err := docker(ctx, r, "import", "--change", "LABEL "+label+"=debian", "-", ref)
			return err
		})
}

// system is Debian with the packages of a node.
func (p *plan) system() *step {
	from := p.rootFS()
	install := script("source/packages.sh")
	return p.layer("Debian packages", "system", from, nil, []string{install}, func(ctx context.Context, c container) error {
		_, err := c.script(ctx, install)
		return err
	})
}

// sourceBase builds what kind's own node images hold, in the same places.
func (p *plan) sourceBase() *step {
	version := p.spec.KubernetesVersion
	system := p.system()
	kube := p.compile("Kubernetes "+version, kubernetesProgram(version))
	containerd := p.compile("containerd "+containerdVersion, containerdProgram())
	plugins := p.compile("CNI plugins "+pluginsVersion, pluginsProgram())
	crictl := p.compile("crictl "+crictlVersion, crictlProgram())
	required := p.requirements(system, kube)
	images := p.clusterImages(required, kube)

	needs := []*step{kube, containerd, plugins, crictl, required, images}
	settings := overlay("source/root")
	inputs := []string{kindVersion, version, script("source/base.sh"), fingerprint(settings)}
	kind := "base-" + version
	return p.layer("node base "+version, kind, system, needs, inputs, func(ctx context.Context, c container) error {
		files, err := kindFiles(ctx)
		if err != nil {
			return fmt.Errorf("reading kind's node files: %w", err)
		}
		files = append(files, settings...)
		files = append(files, programs(containerd.out, "usr/local/bin", sortedKeys(containerdProgram().main)...)...)
		files = append(files, programs(crictl.out, "usr/local/bin", "crictl")...)
		files = append(files, programs(plugins.out, "opt/cni/bin", sortedKeys(pluginsProgram().main)...)...)
		files = append(files, programs(kube.out, "usr/bin", "kube")...)
		files = append(files, links("kube", "usr/bin", "kubeadm", "kubelet", "kubectl")...)
		files = append(files, file{path: "kind/version", mode: 0o644, content: []byte(version)})
		if err := c.copyIn(ctx, files); err != nil {
			return err
		}
		names, err := readImageNames(required)
		if err != nil {
			return err
		}
		if _, err := c.script(ctx, script("source/base.sh"), "PAUSE="+names.find("pause")); err != nil {
			return err
		}
		return c.preload(ctx, images.path("images.tar"))
	})
}

// kindFiles are the units, scripts and settings that kind's own node images are
// made of; the module of the library carries them.
func kindFiles(ctx context.Context) ([]file, error) {
	dir, err := moduleDir(ctx, "sigs.k8s.io/kind", kindVersion)
	if err != nil {
		return nil, err
	}
	return tree(os.DirFS(filepath.Join(dir, "images", "base", "files")), "")
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
	if _, err := c.script(ctx, "timeout 30 bash -c 'until ctr version; do sleep 0.2; done'"); err != nil {
		return fmt.Errorf("waiting for containerd: %w", err)
	}
	if err := work(); err != nil {
		return err
	}
	_, err := c.script(ctx, "pkill -x containerd; while pgrep -x containerd; do sleep 0.1; done")
	return err
}
