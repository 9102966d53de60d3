package scenarios

import (
	"path"
	"regexp"
	"strconv"

	"github.com/rehearse-dev/rehearse/clusters"
)

// lastDockershim is the minor version of the last kubelet that could run Docker
// Engine without an adapter beside it.
const lastDockershim = 23

var versionForm = regexp.MustCompile(`^v1\.(\d{1,3})\.\d{1,3}$`)

func (v validator) pair() {
	pair := v.Spec.Pair
	control, controlKnown := v.minor("spec.pair.kubernetesVersion", pair.KubernetesVersion)
	kubelet, kubeletKnown := control, controlKnown
	if pair.KubeletVersion != "" {
		kubelet, kubeletKnown = v.minor("spec.pair.kubeletVersion", pair.KubeletVersion)
	}
	if controlKnown && kubeletKnown && kubelet > control {
		v.add("spec.pair.kubeletVersion", "", "%s is newer than the control plane's %s", pair.KubeletVersion, pair.KubernetesVersion)
	}
	if pair.Workers < 0 {
		v.add("spec.pair.workers", "", "expected 0 or more, found %d", pair.Workers)
	}
	for _, side := range clusters.Sides() {
		wanted := pair.Side(side)
		sidePath := "spec.pair." + string(side)
		v.side(sidePath, wanted)
		if wanted.Runtime == clusters.Dockershim && kubeletKnown && kubelet > lastDockershim {
			v.add(sidePath+".runtime", "add `kubeletVersion: v1.23.17` to spec.pair",
				"dockershim needs a kubelet of 1.%d or older, and this one is 1.%d", lastDockershim, kubelet)
		}
	}
}

// minor is the minor version; false when there is none to compare.
func (v validator) minor(path, version string) (int, bool) {
	minor, known := minorOf(version)
	if !known {
		v.add(path, "", "expected a version such as %s, found %q", DefaultKubernetesVersion, version)
	}
	return minor, known
}

func minorOf(version string) (int, bool) {
	match := versionForm.FindStringSubmatch(version)
	if match == nil {
		return 0, false
	}
	minor, err := strconv.Atoi(match[1])
	return minor, err == nil
}

func (v validator) side(path string, s *Side) {
	v.oneOf(path+".runtime", string(s.Runtime), runtimes())
	if s.Config.DaemonJSON != "" && s.Runtime == clusters.Containerd {
		v.add(path+".config.daemonJSON", "use config.hosts for its registries", "containerd does not read daemon.json")
	}
	if s.Config.Certs != "" && s.Runtime == clusters.Containerd {
		v.add(path+".config.certs", "use config.hosts, which `rehearse translate` writes", "containerd does not read Docker's certificates")
	}
	if s.Config.Hosts != "" && s.Runtime != clusters.Containerd {
		v.add(path+".config.hosts", "use config.daemonJSON", "only containerd reads registry hosts folders")
	}
	v.jsonFile(path+".config.daemonJSON", s.Config.DaemonJSON)
	v.folder(path+".config.certs", s.Config.Certs)
	v.folder(path+".config.hosts", s.Config.Hosts)
	v.mounts(path+".mounts", s.Mounts)
}

func (v validator) mounts(mountsPath string, mounts []Mount) {
	seen := map[string]string{}
	for i, m := range mounts {
		at := mountsPath + "[" + strconv.Itoa(i) + "]"
		v.hostPath(at+".hostPath", m.HostPath)
		if !path.IsAbs(m.ContainerPath) {
			v.add(at+".containerPath", "", "expected an absolute path, found %q", m.ContainerPath)
		}
		v.unique(seen, m.ContainerPath, at+".containerPath")
	}
}
