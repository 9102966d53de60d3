package access

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/rehearse-dev/rehearse/harness/access/probe"
	"github.com/rehearse-dev/rehearse/harness/record"
)

// commands are the programs of runtimes that people and scripts call.
var commands = []string{"docker", "dockerd", "ctr", "crictl", "nerdctl"}

var (
	// folder is what Docker keeps on a node, wherever its root is mounted.
	folder = regexp.MustCompile(`^(?:/.*)?/(?:var/lib/docker|etc/docker|run/docker|var/lib/dockershim|var/lib/cri-dockerd)(?:/|$)`)
	// socket is the name of a runtime's socket.
	socket = regexp.MustCompile(`/(?:docker|dockershim|cri-dockerd|containerd)\.sock$`)
)

// beneath stands for what lies deeper below a folder than is told apart.
const beneath = "/..."

// interest says what was done to a runtime, and to what of it; no act for what is
// of no interest. A pod may mount a socket under any name, so all of its unix
// sockets count.
func interest(e probe.Event, ofPod bool) (act record.Act, target string) {
	switch e.Kind {
	case probe.Exec:
		if slices.Contains(commands, path.Base(e.Target)) {
			return record.Runs, e.Target
		}
	case probe.Connect:
		if !strings.HasPrefix(e.Target, "/") {
			return tcp(e.Target)
		}
		if target := path.Clean(e.Target); ofPod || socket.MatchString(target) {
			return record.Connects, target
		}
	case probe.OpenFile:
		target := path.Clean(e.Target)
		if at := folder.FindStringIndex(target); at != nil {
			return record.Opens, shallow(target, at[1])
		}
	case probe.MakeGroup:
	}
	return "", ""
}

// tcp takes an address that has a port; the probe tells of Docker's only. A unix
// socket by a relative path cannot be told from others.
func tcp(address string) (record.Act, string) {
	if !strings.Contains(address, ":") {
		return "", ""
	}
	return record.Connects, address
}

// shallow cuts a path behind the first name below a folder that ends at a place.
func shallow(target string, end int) string {
	if first := strings.IndexByte(target[end:], '/'); first >= 0 {
		return target[:end+first] + beneath
	}
	return target
}
