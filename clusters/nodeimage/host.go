package nodeimage

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
)

// host is what a node image has to know about the machine that its nodes run on.
type host struct {
	arch     string // as Go names it
	cgroupV1 bool
	// confined: processes lack CAP_SYS_RESOURCE, so plain runc cannot start what
	// Kubernetes asks for.
	confined bool
}

// readHost asks Docker, whose host need not be this one, and this process, whose
// Docker need not know.
func readHost(ctx context.Context) (host, error) {
	answer, err := docker(ctx, nil, "info", "--format", "{{.Architecture}} {{.CgroupVersion}} {{.DefaultRuntime}}")
	if err != nil {
		return host{}, fmt.Errorf("asking Docker about its host: %w", err)
	}
	h, err := parseHost(answer)
	if err != nil || h.confined || runtime.GOOS != "linux" {
		return h, err
	}
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return h, fmt.Errorf("reading own capabilities: %w", err)
	}
	h.confined = lacksSysResource(string(status))
	return h, nil
}

func parseHost(answer string) (host, error) {
	fields := strings.Fields(answer)
	if len(fields) != 3 {
		return host{}, fmt.Errorf("reading what Docker says about its host: %q", answer)
	}
	arch, known := map[string]string{"x86_64": "amd64", "aarch64": "arm64"}[fields[0]]
	if !known {
		return host{}, fmt.Errorf("no node images for the architecture %q", fields[0])
	}
	return host{arch: arch, cgroupV1: fields[1] == "1", confined: fields[2] == "confine"}, nil
}

// sysResource is the bit of CAP_SYS_RESOURCE in a set of capabilities.
const sysResource = 24

func lacksSysResource(status string) bool {
	for line := range strings.Lines(status) {
		if hex, found := strings.CutPrefix(line, "CapBnd:"); found {
			bounding, err := strconv.ParseUint(strings.TrimSpace(hex), 16, 64)
			return err == nil && bounding>>sysResource&1 == 0
		}
	}
	return false
}

// init is the command line of a node's first process. Since systemd 256 it takes
// a word on that very line to start on a host with version 1 of cgroups.
func (h host) init() string {
	words := []string{"/usr/local/bin/entrypoint", "/sbin/init"}
	if h.cgroupV1 {
		words = append(words, "SYSTEMD_CGROUP_ENABLE_LEGACY_FORCE=1", "systemd.unified_cgroup_hierarchy=0")
	}
	return `ENTRYPOINT ["` + strings.Join(words, `", "`) + `"]`
}

// key holds what makes the images of one host differ from those of another.
func (h host) key() string {
	return fmt.Sprintf("%s cgroupV1=%t confined=%t", h.arch, h.cgroupV1, h.confined)
}
