package access

import (
	"path"
	"regexp"
	"slices"
	"strings"
)

// place is where on a node a process belongs.
type place struct {
	podUID, containerID string
	unit                string
}

var (
	// pods are known by their UID, or by the hash of a static pod; a slice of
	// systemd has underscores in place of dashes.
	podGroup       = regexp.MustCompile(`pod([0-9a-f]{8}(?:[-_][0-9a-f]{4}){3}[-_][0-9a-f]{12}|[0-9a-f]{32})(?:\.slice)?$`)
	containerGroup = regexp.MustCompile(`^(?:[a-z-]+-)?([0-9a-f]{64})(?:\.scope)?$`)
)

// placeOf reads a cgroup's path below its node's own. What a container makes of
// its cgroup inside does not matter.
func placeOf(group string) place {
	var at place
	for name := range strings.SplitSeq(strings.Trim(group, "/"), "/") {
		if at.podUID != "" {
			if m := containerGroup.FindStringSubmatch(name); m != nil {
				at.containerID = m[1]
			}
			break
		}
		if m := podGroup.FindStringSubmatch(name); m != nil {
			at = place{podUID: strings.ReplaceAll(m[1], "_", "-")}
			continue
		}
		if ext := path.Ext(name); ext == ".service" || ext == ".scope" {
			at.unit = name
		}
	}
	return at
}

// ownUnits are those of the runtimes, of kubelet and of the node: what they do
// with a runtime is what they are there for. The first process of a node is in
// init.scope.
var ownUnits = []string{
	"", "init.scope", "docker.service", "containerd.service", "cri-docker.service", "cri-dockerd.service", "kubelet.service",
	"rehearse-images.service",
}

// own is true for the runtime's side of a call, and for what the rehearsal itself
// runs on a node, which belongs to no unit. Runtimes set a container up from
// inside its cgroup, by processes of runc.
func (p place) own(process string) bool {
	if p.podUID == "" {
		return slices.Contains(ownUnits, p.unit)
	}
	return p.containerID == "" || strings.HasPrefix(process, "runc")
}
