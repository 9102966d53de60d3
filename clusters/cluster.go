package clusters

import (
	"context"
	"io"
)

// Side tells the two clusters of a pair apart. Wherever both appear, baseline
// comes first.
type Side string

// The two sides of a pair.
const (
	Baseline  Side = "baseline"
	Candidate Side = "candidate"
)

// Sides lists both sides in the order in which they are always shown.
func Sides() [2]Side { return [2]Side{Baseline, Candidate} }

// Runtime is the container runtime of every node of a cluster.
type Runtime string

// The runtimes that a cluster can have.
const (
	// Docker is Docker Engine behind the separate adapter cri-dockerd, as
	// Kubernetes 1.24 and later need it.
	Docker Runtime = "docker"
	// Dockershim is Docker Engine behind the adapter that was built into kubelet
	// up to 1.23.
	Dockershim Runtime = "dockershim"
	// Containerd is containerd through its own CRI plugin.
	Containerd Runtime = "containerd"
)

// Runtimes lists every known runtime.
func Runtimes() []Runtime { return []Runtime{Docker, Dockershim, Containerd} }

// DefaultKubernetesVersion is what a cluster has when nobody asks for another.
const DefaultKubernetesVersion = "v1.37.2"

// Config is what one side's cluster should be.
type Config struct {
	Side    Side
	Name    string // unique on the host; also the prefix of its node names
	Runtime Runtime
	// KubernetesVersion of the control plane, such as v1.37.2.
	KubernetesVersion string
	// KubeletVersion of every node; empty means KubernetesVersion.
	KubeletVersion string
	// Workers is the number of nodes besides the control plane, which also takes
	// pods when there are none.
	Workers int
	// DaemonJSON is a file with settings for Docker Engine on the nodes, merged
	// over those that the node needs. Only for the Docker runtimes.
	DaemonJSON string
	// RegistryCerts is a folder of registry certificates (<host>/ca.crt) as Docker
	// Engine has it. Only for the Docker runtimes.
	RegistryCerts string
	// RegistryHosts is a folder of containerd registry settings
	// (<host>/hosts.toml). Only for containerd.
	RegistryHosts string
	Mounts        []Mount
	// Dir is an existing folder for what belongs to the cluster, such as its
	// kubeconfig.
	Dir string
}

// Mount shows a file or folder of the host inside every node.
type Mount struct {
	HostPath      string
	ContainerPath string
	ReadOnly      bool
}

// Cluster is one running cluster.
type Cluster struct {
	Name    string
	Side    Side
	Runtime Runtime
	// Kubeconfig is the path of a file that gives its owner full access; nobody
	// else may read it.
	Kubeconfig string
	// Nodes are the names of its nodes, sorted.
	Nodes []string
}

// Provider makes clusters and gives them back.
type Provider interface {
	// Create returns once every node is ready. After an error nothing is left.
	Create(ctx context.Context, cfg Config) (*Cluster, error)
	// Delete may be called again for a cluster that is gone already.
	Delete(ctx context.Context, c *Cluster) error
}

// NodeExecer is a provider that can run commands on a node itself, outside any
// container that Kubernetes manages.
type NodeExecer interface {
	// ExecOnNode runs argv as root on the named node. A command that exits with
	// another code than 0 is an error that names it and carries the end of its
	// standard error. stdin may be nil.
	ExecOnNode(ctx context.Context, c *Cluster, node string, stdin io.Reader, stdout io.Writer, argv ...string) error
}

// LocalNodes is a provider whose nodes are containers of this host.
type LocalNodes interface {
	// NodeProcess returns the ID, on this host, of the named node's first process.
	NodeProcess(ctx context.Context, c *Cluster, node string) (pid int, err error)
}

// ImageLoader is a provider that can put image archives (the format of
// `docker save`) into the store that kubelet reads on every node.
type ImageLoader interface {
	// LoadImages returns once the cluster's runtime lists every given reference.
	LoadImages(ctx context.Context, c *Cluster, archive string, refs []string) error
}

// Keeper is a provider whose clusters were there before and stay: what was put
// on them has to be taken off again.
type Keeper interface{ Keeps() }
