// Package runtime holds, in one place, all that a node does differently because
// of its container runtime: sockets, units, the image store, log files, the
// place of a user's settings, and how each version is asked for.
//
// It is data. Whoever builds a node image, raises a node, loads an image or
// reads evidence from a node asks [Of] instead of testing for a runtime's name.
package runtime

import (
	"fmt"
	"slices"
	"strings"

	"github.com/rehearse-dev/rehearse/clusters"
)

// Profile is what a node with one runtime looks like. All paths are on the node.
type Profile struct {
	Runtime clusters.Runtime
	// CRISocket is where kubelet and crictl find the runtime, as kubeadm wants
	// it: a unix:// URL. The socket of dockershim speaks only the version of the
	// CRI that ended with Kubernetes 1.25, which today's crictl does not.
	CRISocket string
	// Socket is the runtime's own API: Docker's, or containerd's.
	Socket string
	// Service is the unit to restart when the runtime is to be restarted.
	Service string
	// Units exist because of the runtime, in the order in which they start.
	Units []string
	// Process is the name of the runtime's main process.
	Process string
	// DataDir is where images and containers lie.
	DataDir string
	// Settings is where a user's settings for the runtime belong: the file
	// daemon.json, or the folder certs.d.
	Settings string
	// Certs is where the certificates of registries belong that Settings does not
	// hold; empty where it does.
	Certs string
	Log   LogShape
	// LoadImages reads an image archive from standard input into the store that
	// kubelet sees.
	LoadImages []string
	// ListImages prints that store; ParseImages reads what it printed.
	ListImages []string
	// Versions are the commands that print the version of each component, by its
	// name in a recording.
	Versions map[string][]string
	// StorageDriver, CgroupDriver and LogLimits are bash commands that print how
	// the runtime is set up. LogLimits is empty where kubelet's own configuration
	// holds the limits.
	StorageDriver, CgroupDriver, LogLimits string
}

// LogShape is how a container's log lies on a node.
type LogShape struct {
	// Format of a line: json-file or cri.
	Format string
	// Linked says that the file under /var/log/pods is a symbolic link.
	Linked bool
	// Files is a shell pattern of the regular files that hold the lines.
	Files string
	// RotatedBy names who rotates them: dockerd or kubelet.
	RotatedBy string
}

// Of returns the profile of a runtime. An unknown runtime is an error that lists
// the known ones.
func Of(r clusters.Runtime) (Profile, error) {
	switch r {
	case clusters.Docker:
		return criDockerd(), nil
	case clusters.Dockershim:
		return dockershim(), nil
	case clusters.Containerd:
		return containerd(), nil
	}
	return Profile{}, fmt.Errorf("unknown runtime %q: known are %q", r, clusters.Runtimes())
}

// IsDocker says that Docker Engine runs the containers, through whichever
// adapter.
func IsDocker(r clusters.Runtime) bool {
	return r == clusters.Docker || r == clusters.Dockershim
}

// IsReported says whether a node with the given runtime reports the given
// version, such as docker://26.1.5. Both adapters of Docker report alike.
func IsReported(version string, r clusters.Runtime) bool {
	name, _, _ := strings.Cut(version, "://")
	if IsDocker(r) {
		r = clusters.Docker
	}
	return name == string(r)
}

// AllUnits lists the units of every runtime and kubelet's, sorted: what to look
// for on a node of any runtime, so that an absent unit shows as absent.
func AllUnits() []string {
	units := []string{"kubelet.service"}
	for _, p := range []Profile{criDockerd(), dockershim(), containerd()} {
		units = append(units, p.Units...)
	}
	slices.Sort(units)
	return slices.Compact(units)
}

func criDockerd() Profile {
	p := dockerEngine()
	p.Runtime = clusters.Docker
	p.CRISocket = "unix:///run/cri-dockerd.sock"
	p.Units = append(p.Units, "cri-docker.socket", "cri-docker.service")
	p.ListImages = crictlImages(p.CRISocket)
	p.Versions["adapter"] = []string{"cri-dockerd", "--version"}
	return p
}

// dockershim lists images by Docker itself: kubelet's built-in adapter has no
// store of its own, and no current crictl speaks its protocol.
func dockershim() Profile {
	p := dockerEngine()
	p.Runtime = clusters.Dockershim
	p.CRISocket = "unix:///var/run/dockershim.sock"
	p.ListImages = []string{"docker", "image", "ls", "--no-trunc", "--format", "{{json .}}"}
	return p
}

// dockerEngine is what both adapters have in common.
func dockerEngine() Profile {
	return Profile{
		Socket:   "/run/docker.sock",
		Service:  "docker.service",
		Units:    []string{"docker.socket", "docker.service"},
		Process:  "dockerd",
		DataDir:  "/var/lib/docker",
		Settings: "/etc/docker/daemon.json",
		Certs:    "/etc/docker/certs.d",
		Log: LogShape{
			Format:    "json-file",
			Linked:    true,
			Files:     "/var/lib/docker/containers/*/*-json.log*",
			RotatedBy: "dockerd",
		},
		StorageDriver: "docker info --format '{{.Driver}}'",
		CgroupDriver:  "docker info --format '{{.CgroupDriver}}'",
		LogLimits:     `jq --compact-output --sort-keys '{"log-driver", "log-opts"}' /etc/docker/daemon.json`,
		LoadImages:    []string{"docker", "load", "--quiet"},
		Versions: map[string][]string{
			"runtime": {"docker", "version", "--format", "{{.Server.Version}}"},
			"runc":    {"runc", "--version"},
		},
	}
}

func containerd() Profile {
	const socket = "unix:///run/containerd/containerd.sock"
	return Profile{
		Runtime:   clusters.Containerd,
		CRISocket: socket,
		Socket:    "/run/containerd/containerd.sock",
		Service:   "containerd.service",
		Units:     []string{"containerd.service"},
		Process:   "containerd",
		DataDir:   "/var/lib/containerd",
		Settings:  "/etc/containerd/certs.d",
		Log: LogShape{
			Format:    "cri",
			Files:     "/var/log/pods/*/*/*.log*",
			RotatedBy: "kubelet",
		},
		StorageDriver: `containerd config dump | sed -nE "s/^ *snapshotter = ['\"](.+)['\"]/\1/p" | sort -u`,
		CgroupDriver: "crictl --runtime-endpoint " + socket + " info | " +
			`jq --raw-output '.config.containerd.runtimes.runc.options | if .SystemdCgroup then "systemd" else "cgroupfs" end'`,
		LoadImages: []string{"ctr", "--namespace", "k8s.io", "images", "import", "--all-platforms", "-"},
		ListImages: crictlImages(socket),
		Versions: map[string][]string{
			"runtime": {"containerd", "--version"},
			"runc":    {"runc", "--version"},
		},
	}
}

func crictlImages(socket string) []string {
	return []string{"crictl", "--runtime-endpoint", socket, "--image-endpoint", socket, "images", "--output", "json"}
}
