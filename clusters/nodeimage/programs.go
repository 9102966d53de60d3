package nodeimage

import (
	"context"
	"embed"
	"io/fs"
	"path"
	"strings"
)

//go:embed confine/*.go follow/*.go localvolumes/*.go podroutes/*.go sources
var ownSources embed.FS

// sources lists the files of one of our programs as they are laid out in a
// generated module: below the same path as here, tests left out, and without the
// constraint that keeps them out of this module's own build.
func sources(folders ...string) []file {
	var found []file
	for _, folder := range folders {
		sub, err := fs.Sub(ownSources, folder)
		if err != nil { // only names of embedded folders are ever asked for
			panic(err)
		}
		files, err := tree(sub, folder)
		if err != nil {
			panic(err)
		}
		for _, f := range files {
			if !strings.HasSuffix(f.path, "_test.go") {
				f.content = []byte(strings.TrimPrefix(string(f.content), "//go:build ignore\n"))
				found = append(found, f)
			}
		}
	}
	return found
}

// own is a program of ours on top of one public module, or of none.
func own(folder, module, version string, alongside ...string) program {
	return program{
		module:  module,
		version: version,
		main:    map[string]string{path.Base(folder): "./" + folder},
		sources: sources(append(alongside, folder)...),
	}
}

// ofKubernetes completes a program made of Kubernetes. All such programs of one
// version select the same modules, so that what they share is compiled once, and
// set what Kubernetes' own build sets, so that they report the version they are.
func ofKubernetes(version string, p program) program {
	p.module, p.version = "k8s.io/kubernetes", version
	p.require = []string{"k8s.io/component-base " + stagingVersion(version)}
	number := strings.Split(version, ".")
	p.set = map[string]string{}
	for _, prefix := range []string{"k8s.io/component-base/version.", "k8s.io/client-go/pkg/version."} {
		p.set[prefix+"gitVersion"] = version
		p.set[prefix+"gitMajor"] = strings.TrimPrefix(number[0], "v")
		p.set[prefix+"gitMinor"] = number[1]
		p.set[prefix+"gitTreeState"] = "clean"
	}
	return p
}

func kubernetesProgram(version string) program {
	return ofKubernetes(version, own("sources/kube", "", "", "follow", "localvolumes", "podroutes"))
}

func kubeletProgram(version string) program {
	return ofKubernetes(version, program{main: map[string]string{"kubelet": "k8s.io/kubernetes/cmd/kubelet"}})
}

func agnhostProgram(version string) program {
	return ofKubernetes(version, program{main: map[string]string{"agnhost": "k8s.io/kubernetes/test/images/agnhost"}})
}

func containerdProgram() program {
	const module = "github.com/containerd/containerd/v2"
	return program{
		module: module, version: containerdVersion,
		main: map[string]string{
			"containerd":              module + "/cmd/containerd",
			"containerd-shim-runc-v2": module + "/cmd/containerd-shim-runc-v2",
			"ctr":                     module + "/cmd/ctr",
		},
		tags: "no_aufs,no_btrfs,no_devmapper,no_zfs", // snapshotters that no node of ours uses
		set:  map[string]string{module + "/version.Version": containerdVersion[1:]},
	}
}

func pluginsProgram() program {
	const module = "github.com/containernetworking/plugins"
	return program{
		module: module, version: pluginsVersion,
		main: map[string]string{
			"bridge":     module + "/plugins/main/bridge",
			"host-local": module + "/plugins/ipam/host-local",
			"loopback":   module + "/plugins/main/loopback",
			"portmap":    module + "/plugins/meta/portmap",
			"ptp":        module + "/plugins/main/ptp",
		},
	}
}

func crictlProgram() program {
	const module = "sigs.k8s.io/cri-tools"
	return program{
		module: module, version: crictlVersion,
		main: map[string]string{"crictl": module + "/cmd/crictl"},
		set:  map[string]string{module + "/pkg/version.Version": crictlVersion},
	}
}

func criDockerdProgram() program {
	const module = "github.com/Mirantis/cri-dockerd"
	return program{
		module: module, version: criDockerdVersion,
		main: map[string]string{"cri-dockerd": module},
		set:  map[string]string{module + "/cmd/version.Version": criDockerdVersion[1:]},
	}
}

func etcdProgram(version string) program {
	const module = "go.etcd.io/etcd/server/v3"
	return program{module: module, version: version, main: map[string]string{"etcd": module}}
}

func coreDNSProgram(version string) program {
	return own("sources/coredns", "github.com/coredns/coredns", version)
}

func pauseProgram() program   { return own("sources/pause", "", "") }
func confineProgram() program { return own("confine", "", "") }

// compile is the step that builds a program.
func (p *plan) compile(name string, prog program) *step {
	return p.folder(name, p.compiling, nil, prog.key(p.host.arch), func(ctx context.Context, dst string) error {
		return prog.build(ctx, p.host.arch, dst)
	})
}
