package detect

import (
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/rehearse-dev/rehearse/harness/scan/finding"
)

// pathRule is the rule that covers a path of a node, wherever it is seen from;
// empty for one that has nothing to do with Docker.
func pathRule(p string) string {
	parts := segments(p)
	if len(parts) == 0 {
		return ""
	}
	last := parts[len(parts)-1]
	switch {
	case last == "docker.sock":
		return finding.DockerSocket
	case slices.Contains(criSockets, last):
		return finding.CRISocket
	case strings.HasSuffix(last, "-json.log"), strings.HasSuffix(last, "-json.log*"):
		return finding.DockerData // only Docker gives logs such names
	}
	if begins(parts, "run") {
		parts = append([]string{"var"}, parts...) // which is the same folder
	}
	for _, known := range dockerFolders {
		if begins(parts, strings.Split(known.path, "/")...) && !begins(parts, "etc", "docker", "registry") {
			return known.rule
		}
	}
	if isBinary(parts) {
		return finding.DockerBinary
	}
	return ""
}

var criSockets = []string{"dockershim.sock", "cri-dockerd.sock", "cri-docker.sock"}

// dockerFolders are what Docker has on a node, without the first slash. The
// configuration of the image that serves a registry looks alike and lies in
// /etc/docker/registry.
var dockerFolders = []struct{ path, rule string }{
	{"var/lib/docker", finding.DockerData},
	{"var/lib/dockershim", finding.DockerData},
	{"var/lib/cri-dockerd", finding.DockerData},
	{"var/run/docker", finding.DockerData},
	{"var/run/docker.pid", finding.DockerData},
	{"var/log/docker.log", finding.DockerJournal},
	{"var/log/upstart/docker.log", finding.DockerJournal},
	{"etc/docker", finding.DockerConfig},
	{"etc/default/docker", finding.DockerConfig},
	{"etc/sysconfig/docker", finding.DockerConfig},
	{"etc/sysconfig/docker-storage", finding.DockerConfig},
	{"etc/sysconfig/docker-network", finding.DockerConfig},
	{"etc/init.d/docker", finding.DockerConfig},
	{"etc/init/docker.conf", finding.DockerConfig},
	{"etc/systemd/system/docker.service", finding.DockerConfig},
	{"etc/systemd/system/docker.service.d", finding.DockerConfig},
	{"etc/systemd/system/docker.socket", finding.DockerConfig},
	{"etc/systemd/system/cri-docker.service", finding.DockerConfig},
	{"etc/systemd/system/cri-docker.service.d", finding.DockerConfig},
	{"lib/systemd/system/docker.service", finding.DockerConfig},
	{"lib/systemd/system/docker.socket", finding.DockerConfig},
	{"usr/lib/systemd/system/docker.service", finding.DockerConfig},
	{"usr/lib/systemd/system/docker.socket", finding.DockerConfig},
	{"usr/libexec/docker", finding.DockerBinary},
	{"usr/lib/docker", finding.DockerBinary},
}

// isBinary is true for one of Docker's programs in a folder of programs.
func isBinary(parts []string) bool {
	if len(parts) < 2 || !dockerPrograms[parts[len(parts)-1]] {
		return false
	}
	folder := strings.Join(parts[:len(parts)-1], "/")
	return slices.Contains([]string{"bin", "usr/bin", "usr/local/bin", "usr/sbin", "sbin", "opt/bin"}, folder)
}

// dockerPrograms are the programs that Docker consists of.
var dockerPrograms = map[string]bool{
	"docker": true, "dockerd": true, "docker-compose": true, "docker-proxy": true, "docker-init": true,
	"cri-dockerd": true, "docker-containerd": true, "dockerd-entrypoint.sh": true, "dockerd-ce": true,
}

// hostRoots are names under which containers commonly see the root of their
// node.
var hostRoots = []string{"host", "hostfs", "rootfs", "hostroot", "host-root", "host_root", "noderoot", "sysroot", "custom"}

// segments are the parts of an absolute path as the node has it: without what a
// container calls the node's root. A variable in front counts as such a name.
func segments(p string) []string {
	if strings.HasPrefix(p, "$") {
		_, rest, ok := strings.Cut(p, "/")
		if !ok {
			return nil
		}
		p = "/" + rest
	}
	if !strings.HasPrefix(p, "/") || strings.ContainsAny(p, " \t\n") {
		return nil
	}
	p = strings.TrimPrefix(path.Clean(p), "/proc/1/root")
	parts := strings.Split(strings.Trim(p, "/"), "/")
	for len(parts) > 1 && slices.Contains(hostRoots, parts[0]) {
		parts = parts[1:]
	}
	if len(parts) > 2 && parts[0] == "mnt" && slices.Contains(append(hostRoots, "root"), parts[1]) {
		parts = parts[2:]
	}
	return parts
}

func begins(parts []string, prefix ...string) bool {
	return len(parts) >= len(prefix) && slices.Equal(parts[:len(prefix)], prefix)
}

// parentOf says how near a folder of the node is above Docker's socket: 1 for
// /run and /var/run, 2 for /var and /, 0 for any other.
func parentOf(p string) int {
	switch path.Clean(p) {
	case "/run", "/var/run":
		return 1
	case "/", "/var":
		return 2
	}
	return 0
}

// valueRule is the rule for a whole value: a path, a path with a scheme, a bind
// such as /a:/b, or the address of a daemon.
func valueRule(value string) string {
	value = strings.Trim(strings.TrimSpace(value), `"'`)
	if m := withDefault.FindStringSubmatch(value); m != nil {
		value = m[1]
	}
	for _, scheme := range []string{"http+unix://", "unix://", "unix:", "UNIX-CONNECT:", "UNIX-CLIENT:", "file://", "npipe://"} {
		value = strings.TrimPrefix(value, scheme)
	}
	value = strings.ReplaceAll(value, "%2F", "/")
	if strings.Contains(value, "://") {
		if isDaemonAddress(value) {
			return finding.DockerHost
		}
		return ""
	}
	if source, _, bound := strings.Cut(value, ":"); bound && strings.HasPrefix(value, "/") {
		value = source
	}
	return pathRule(value)
}

// withDefault is a variable with what it comes to when it is not set.
var withDefault = regexp.MustCompile(`^\$\{\w+:?-([^}]*)\}$`)

// isDaemonAddress is true for a URL with one of Docker's ports.
func isDaemonAddress(address string) bool {
	scheme, rest, ok := strings.Cut(address, "://")
	if !ok || !slices.Contains([]string{"tcp", "http", "https"}, scheme) {
		return false
	}
	u, err := url.Parse("tcp://" + rest)
	if err != nil { // such as a variable for the host
		host, _, _ := strings.Cut(rest, "/")
		return strings.HasSuffix(host, ":2375") || strings.HasSuffix(host, ":2376")
	}
	return u.Port() == "2375" || u.Port() == "2376"
}

// wordRule looks for a value in an argument: behind an equals sign, between
// commas. It returns what it found as well.
func wordRule(word string) (rule, found string) {
	if rule := valueRule(word); rule != "" {
		return rule, word
	}
	for piece := range strings.FieldsFuncSeq(word, func(r rune) bool { return r == '=' || r == ',' }) {
		if rule := valueRule(piece); rule != "" {
			return rule, piece
		}
	}
	return "", ""
}
