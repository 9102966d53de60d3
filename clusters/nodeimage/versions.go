package nodeimage

// Versions of what Kubernetes does not choose by itself. All of it is built from
// public Go modules; a newer version is a change of one line here.
const (
	kindVersion       = "v0.33.0" // the library's, whose files make a node
	containerdVersion = "v2.4.2"
	pluginsVersion    = "v1.9.1"
	crictlVersion     = "v1.36.0"
	criDockerdVersion = "v0.4.0" // the newest that the module proxy has
)

// debian is the release that nodes run: kind's own choice, and the newest whose
// Docker Engine every supported cri-dockerd can talk to.
const debian = "trixie"

// Toolbox is an image that every node of ours has: a shell with the usual small
// programs, and /agnhost, Kubernetes' own test program.
const Toolbox = "rehearse.dev/toolbox:1"

// kubeImage is a further name of the image that all programs of Kubernetes share,
// for the network and the volumes of nodes that are built from source.
const kubeImage = "rehearse.dev/kube:1"
