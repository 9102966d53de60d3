package doctor

import (
	"fmt"
	"strconv"
	"strings"
)

// What a pair needs. Both clusters idle at 2 GiB together; node images and what
// they are built from take 6 GiB of disk.
const (
	gib             = 1 << 30
	leastMemory     = 3 * gib
	enoughMemory    = 6 * gib
	leastDisk       = 5 * gib
	enoughDisk      = 15 * gib
	enoughCPUs      = 2
	enoughInstances = 512
	enoughWatches   = 100_000
)

// Oldest versions that have been tried.
var (
	leastDocker = []int{20, 10}
	leastGo     = []int{1, 26}
)

const (
	setupDocker  = "scripts/setup-docker"
	raiseInotify = "sysctl -w fs.inotify.max_user_instances=1024 fs.inotify.max_user_watches=524288"
)

// Evaluate judges a host. Where Docker does not answer, that alone is said:
// the rest depends on the machine that it runs on.
func Evaluate(h Host) []Check {
	docker := h.docker()
	if !h.Docker.Answers {
		return []Check{docker}
	}
	checks := []Check{docker, h.cgroups()}
	if h.Linux {
		checks = append(checks, h.privileges())
	}
	checks = append(checks, h.cpus(), h.memory())
	if h.Linux {
		checks = append(checks, h.disk(), h.inotify(), h.overlay())
	}
	checks = append(checks, h.nodeImages(), h.golang())
	if h.Linux {
		checks = append(checks, h.debootstrap())
	}
	checks = append(checks, h.leftovers())
	for i, c := range checks {
		if reason, unread := h.Unread[c.Name]; unread {
			checks[i] = Check{Name: c.Name, State: Warn, Found: "could not be read: " + reason}
		}
	}
	return checks
}

func (h Host) docker() Check {
	c := Check{Name: checkDocker, State: OK, Found: "Docker Engine " + h.Docker.Version}
	switch {
	case !h.Docker.Answers:
		return Check{checkDocker, Fail, "no answer: " + h.Unread[checkDocker], "nodes are containers of Docker", setupDocker}
	case !atLeast(h.Docker.Version, leastDocker):
		c.State, c.Means = Fail, "too old: 20.10 is the oldest that kind can use"
		c.Mend = "see https://docs.docker.com/engine/install/"
	}
	return c
}

func (h Host) cgroups() Check {
	c := Check{Name: checkCgroups, State: OK, Found: "version " + h.Docker.CgroupVersion}
	if h.Docker.CgroupVersion == "1" {
		c.State = Warn
		c.Means = "nodes have version 1 too, which few in production still have: cgroup paths and some metrics differ there"
	}
	return c
}

func (h Host) privileges() Check {
	c := Check{Name: checkPrivileges, State: OK, Found: "CAP_SYS_RESOURCE can be had"}
	if h.SysResource {
		return c
	}
	c.State, c.Found = Warn, "no CAP_SYS_RESOURCE"
	if h.Docker.DefaultRuntime == "confine" {
		c.Means = "works through the runtime `confine`; privileged pods cannot raise limits or lower their OOM score, on either side"
		return c
	}
	c.Means = "unless Docker was started with more rights than this process has, nodes will not start: `unable to apply caps`"
	c.Mend = "stop dockerd, then " + setupDocker
	return c
}

func (h Host) cpus() Check {
	c := Check{Name: checkCPUs, State: OK, Found: strconv.Itoa(h.Docker.CPUs)}
	if h.Docker.CPUs < enoughCPUs {
		c.State, c.Means = Warn, "two clusters on one core are slow enough for probes to time out"
	}
	return c
}

// memory is judged by what is free here, or by all there is where Docker runs
// elsewhere.
func (h Host) memory() Check {
	available, what := h.MemoryAvailable, "available"
	if !h.Linux {
		available, what = h.Docker.Memory, "in all"
	}
	c := Check{Name: checkMemory, State: OK, Found: size(available) + " " + what}
	switch {
	case available < leastMemory:
		c.State, c.Means = Fail, "two idle clusters take 2 GiB, and workloads come on top"
	case available < enoughMemory:
		c.State, c.Means = Warn, "enough for small workloads only"
	}
	return c
}

func (h Host) disk() Check {
	c := Check{Name: checkDisk, State: OK, Found: size(h.DiskFree) + " free in " + h.Docker.RootDir}
	switch {
	case h.DiskFree < leastDisk:
		c.State, c.Means = Fail, "node images and two clusters do not fit"
	case h.DiskFree < enoughDisk:
		c.State, c.Means = Warn, "enough for one Kubernetes version and small images"
	}
	if c.State != OK {
		c.Mend = "rehearse images prune"
	}
	return c
}

func (h Host) inotify() Check {
	c := Check{Name: checkInotify, State: OK, Found: fmt.Sprintf("%d instances, %d watches", h.InotifyInstances, h.InotifyWatches)}
	if h.InotifyInstances < enoughInstances || h.InotifyWatches < enoughWatches {
		c.State, c.Mend = Warn, raiseInotify
		c.Means = "a pair with several nodes, or other programs beside it, may use them up: `too many open files`"
	}
	return c
}

func (h Host) overlay() Check {
	c := Check{Name: checkOverlay, State: OK, Found: "known to the kernel; Docker itself uses " + h.Docker.StorageDriver}
	if !h.Overlay {
		c.State, c.Found, c.Mend = Fail, "not known to the kernel", "modprobe overlay"
		c.Means = "the runtimes inside the nodes keep their images on it"
	}
	return c
}

func (h Host) nodeImages() Check {
	c := Check{Name: checkNodeImages, State: OK, Found: fmt.Sprintf("%d built", len(h.NodeImages))}
	switch {
	case len(h.NodeImages) > 0:
	case h.Registry:
		c.Means = "the first rehearsal of a Kubernetes version pulls and builds them, which takes minutes"
	default:
		c.State, c.Means = Warn, "no registry answers: the first rehearsal builds them from source, which takes about 20 minutes"
		c.Mend = "rehearse images build"
	}
	return c
}

// golang is judged strictly only where something has to be compiled.
func (h Host) golang() Check {
	c := Check{Name: checkGo, State: OK, Found: h.GoVersion}
	if atLeast(strings.TrimPrefix(h.GoVersion, "go"), leastGo) {
		return c
	}
	c.State, c.Mend = Warn, "see https://go.dev/doc/install"
	c.Means = "node images and scenarios that are built from source need Go 1.26 or later"
	if h.GoVersion == "" {
		c.Found = "no toolchain"
	}
	if len(h.NodeImages) == 0 {
		c.State = Fail
	}
	return c
}

func (h Host) debootstrap() Check {
	switch {
	case h.Debootstrap:
		return Check{Name: checkDebootstrap, State: OK, Found: "installed"}
	case h.Registry || len(h.NodeImages) > 0:
		return Check{Name: checkDebootstrap, State: OK, Found: "not installed, and not needed"}
	}
	return Check{
		checkDebootstrap, Fail, "not installed",
		"where no registry answers, node images start from Debian's packages", "apt-get install debootstrap",
	}
}

func (h Host) leftovers() Check {
	c := Check{Name: checkLeftovers, State: OK, Found: "none"}
	if len(h.Leftovers) > 0 {
		c.State, c.Found = Warn, strings.Join(h.Leftovers, ", ")
		c.Means = "clusters of another rehearsal, in use or left over, share the machine and disturb the timing"
		c.Mend = "rehearse down --all"
	}
	return c
}

// atLeast compares the first numbers of a version such as 20.10.24+dfsg1. What
// is no version is not at least any.
func atLeast(version string, least []int) bool {
	parts := strings.Split(version, ".")
	for i, want := range least {
		if i >= len(parts) {
			return false
		}
		digits := strings.IndexFunc(parts[i]+".", func(r rune) bool { return r < '0' || r > '9' })
		got, err := strconv.Atoi(parts[i][:digits])
		if err != nil || got < want {
			return false
		}
		if got > want {
			return true
		}
	}
	return true
}

func size(bytes uint64) string { return fmt.Sprintf("%.1f GiB", float64(bytes)/gib) }
