package nodeimage

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// imageNames are the images that kubeadm starts a cluster from, such as
// registry.k8s.io/etcd:3.7.0-0.
type imageNames []string

// find returns the image whose last path element is name.
func (names imageNames) find(name string) string {
	for _, image := range names {
		repository, _, _ := strings.Cut(image, ":")
		if repository == name || strings.HasSuffix(repository, "/"+name) {
			return image
		}
	}
	return ""
}

// tag returns the tag of the image whose last path element is name.
func (names imageNames) tag(name string) (string, error) {
	_, tag, found := strings.Cut(names.find(name), ":")
	if !found {
		return "", fmt.Errorf("kubeadm names no image of %s", name)
	}
	return tag, nil
}

// readImageNames reads what the step has asked kubeadm.
func readImageNames(requirements *step) (imageNames, error) {
	list, err := os.ReadFile(requirements.path("images.txt"))
	return strings.Fields(string(list)), err
}

// requirements asks kubeadm for the images it wants, and takes from a node's
// system what has to be inside them: the iptables programs with their libraries.
func (p *plan) requirements(system, kube *step) *step {
	collect := script("source/requirements.sh")
	needs := []*step{system, kube}
	return p.folder("image requirements", p.installing, needs, []string{collect}, func(ctx context.Context, dst string) error {
		return inContainer(ctx, system.out, "requirements", func(c container) error {
			kubeadm := file{path: "tmp/kubeadm", mode: 0o755, source: kube.path("kube")}
			if err := c.copyIn(ctx, []file{kubeadm}); err != nil {
				return err
			}
			if _, err := c.script(ctx, collect, "VERSION="+p.spec.KubernetesVersion); err != nil {
				return err
			}
			if err := c.copyOut(ctx, "/out/images.txt", dst); err != nil {
				return err
			}
			return c.copyOut(ctx, "/out/iptables.tar", dst)
		})
	})
}

// versioned is a step that compiles the version of a program whose image kubeadm
// asks for. Its version is not known before kubeadm is built.
func (p *plan) versioned(name string, requirements *step, of func(version string) program) *step {
	inputs := of("").key(p.host.arch)
	return p.folder(name, p.compiling, []*step{requirements}, inputs, func(ctx context.Context, dst string) error {
		names, err := readImageNames(requirements)
		if err != nil {
			return err
		}
		tag, err := names.tag(name)
		if err != nil {
			return err
		}
		return of(moduleVersion(tag)).build(ctx, p.host.arch, dst)
	})
}

// moduleVersion turns the tag of an image into the version of the module that it
// is built from: 3.7.0-0, where the last number counts rebuilds, into v3.7.0.
func moduleVersion(tag string) string {
	version, _, _ := strings.Cut(strings.TrimPrefix(tag, "v"), "-")
	return "v" + version
}

// clusterImages is an archive of all images that a cluster starts from. The
// programs of Kubernetes share one image that carries all of their names.
func (p *plan) clusterImages(requirements, kube *step) *step {
	etcd := p.versioned("etcd", requirements, etcdProgram)
	dns := p.versioned("coredns", requirements, coreDNSProgram)
	pause := p.compile("pause", pauseProgram())
	needs := []*step{requirements, kube, etcd, dns, pause}
	return p.folder("cluster images", p.installing, needs, []string{kubeImage}, func(_ context.Context, dst string) error {
		names, err := readImageNames(requirements)
		if err != nil {
			return err
		}
		bin := "usr/local/bin"
		kubeFiles := append(programs(kube.out, bin, "kube"), links("kube", bin, kubePrograms...)...)
		layers := &layerWriter{dir: dst}
		images := []image{
			{tags: kubeTags(names), layers: []string{requirements.path("iptables.tar"), layers.write("kube", kubeFiles)}},
			{tags: []string{names.find("etcd")}, layers: []string{layers.write("etcd", programs(etcd.out, bin, "etcd"))}},
			{tags: []string{names.find("coredns")}, entrypoint: []string{"/coredns"}, layers: []string{layers.write("coredns", programs(dns.out, "", "coredns"))}},
			{tags: []string{names.find("pause")}, entrypoint: []string{"/pause"}, layers: []string{layers.write("pause", programs(pause.out, "", "pause"))}},
		}
		return layers.archive(p.host.arch, images)
	})
}

// kubePrograms are the names under which the one binary runs in a container.
var kubePrograms = []string{"kube-apiserver", "kube-controller-manager", "kube-proxy", "kube-scheduler", "localvolumes", "podroutes"}

func kubeTags(names imageNames) []string {
	tags := []string{kubeImage}
	for _, name := range names {
		if strings.Contains(name, "/kube-") {
			tags = append(tags, name)
		}
	}
	return tags
}

// toolbox is an archive of the image that scenarios and suites run their commands
// in: busybox and agnhost and nothing else.
func (p *plan) toolbox(base *step) *step {
	agnhost := p.compile("agnhost", agnhostProgram(p.spec.KubernetesVersion))
	collect := script("toolbox.sh")
	needs := []*step{base, agnhost}
	return p.folder("toolbox", p.installing, needs, []string{collect, Toolbox}, func(ctx context.Context, dst string) error {
		return inContainer(ctx, base.out, "toolbox", func(c container) error {
			applets, err := c.script(ctx, collect)
			if err != nil {
				return err
			}
			busybox := filepath.Join(dst, "busybox")
			if err := c.copyOut(ctx, "/busybox", busybox); err != nil {
				return err
			}
			layers := &layerWriter{dir: dst}
			layer := layers.write("toolbox", toolboxFiles(busybox, agnhost.path("agnhost"), strings.Fields(applets)))
			toolbox := image{tags: []string{Toolbox}, command: []string{"/agnhost", "pause"}, layers: []string{layer}}
			return layers.archive(p.host.arch, []image{toolbox})
		})
	})
}

func toolboxFiles(busybox, agnhost string, applets []string) []file {
	files := []file{
		{path: "bin/busybox", mode: 0o755, source: busybox},
		{path: "agnhost", mode: 0o755, source: agnhost},
		{path: "etc/passwd", mode: 0o644, content: []byte("root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/sh\n")},
		{path: "etc/group", mode: 0o644, content: []byte("root:x:0:\nnogroup:x:65534:\n")},
		{path: "root", mode: 0o700, folder: true},
		{path: "tmp", mode: 0o1777, folder: true},
	}
	return append(files, links("busybox", "bin", applets...)...)
}
