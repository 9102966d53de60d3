package doctor

// Host is what has been seen of a host. What could not be read keeps its zero
// value and has its reason in Unread.
type Host struct {
	// Linux says that the limits and capabilities below are those of the machine
	// that Docker runs on.
	Linux  bool
	Docker Docker
	// SysResource says that processes may have CAP_SYS_RESOURCE.
	SysResource bool
	// Overlay says that the kernel knows the overlay file system.
	Overlay bool
	// MemoryAvailable and DiskFree, the latter where Docker keeps its data, are in
	// bytes.
	MemoryAvailable, DiskFree uint64
	InotifyInstances          int
	InotifyWatches            int
	// GoVersion is such as go1.26.8; empty without a Go toolchain.
	GoVersion   string
	Debootstrap bool
	// Registry says that Docker Hub answers this process.
	Registry bool
	// NodeImages are those that have been built here already.
	NodeImages []string
	// Leftovers are the clusters of Rehearse on this host.
	Leftovers []string
	// Unread holds why something could not be read, by the name of its check.
	Unread map[string]string
}

// Docker is what Docker Engine says of itself.
type Docker struct {
	// Answers is false when the engine cannot be reached.
	Answers        bool
	Version        string `json:"ServerVersion"`
	CgroupVersion  string
	StorageDriver  string `json:"Driver"`
	DefaultRuntime string
	RootDir        string `json:"DockerRootDir"`
	CPUs           int    `json:"NCPU"`
	Memory         uint64 `json:"MemTotal"` // bytes of the machine it runs on
}

// The names of the checks, in the order in which they are made.
const (
	checkDocker      = "docker"
	checkCgroups     = "cgroups"
	checkPrivileges  = "privileges"
	checkCPUs        = "cpus"
	checkMemory      = "memory"
	checkDisk        = "disk"
	checkInotify     = "inotify"
	checkOverlay     = "overlay"
	checkNodeImages  = "node images"
	checkGo          = "go"
	checkDebootstrap = "debootstrap"
	checkLeftovers   = "leftovers"
)
