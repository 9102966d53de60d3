package access

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// hierarchy is the tree of cgroups by which processes are told apart.
type hierarchy struct {
	mount string // where this host has it
	// controller is empty for cgroup v2, and of v1 the one whose tree it is.
	controller string
	number     uint32 // as /proc/PID/cgroup has it; 0 for v2
}

// controller of cgroup v1 that systemd puts every unit and kubelet every
// container into.
const controller = "pids"

// hierarchyOf finds the tree in which a node's processes have cgroups of their
// own, and the path of the node in it. On a host with both versions the newer
// one may be mounted and yet unused.
func hierarchyOf(proc string, pid int) (hierarchy, string, error) {
	groups, err := os.ReadFile(filepath.Join(proc, strconv.Itoa(pid), "cgroup"))
	if err != nil {
		return hierarchy{}, "", err
	}
	mounts, err := os.ReadFile(filepath.Join(proc, "self/mountinfo"))
	if err != nil {
		return hierarchy{}, "", err
	}
	for _, controller := range []string{"", controller} {
		mount := cgroupMount(string(mounts), controller)
		number, path := cgroupOf(string(groups), controller)
		path = strings.TrimSuffix(path, "/init.scope")
		if mount != "" && path != "" && path != "/" {
			return hierarchy{mount, controller, number}, path, nil
		}
	}
	return hierarchy{}, "", fmt.Errorf("process %d has no cgroup of its own", pid)
}

// cgroupMount finds where the tree of a controller, or without one that of cgroup
// v2, is mounted, in the text of mountinfo (proc(5)).
func cgroupMount(mountinfo, controller string) string {
	for line := range strings.Lines(mountinfo) {
		mount, of, found := strings.Cut(strings.TrimSpace(line), " - ")
		fields, kind := strings.Fields(mount), strings.Fields(of)
		if !found || len(fields) < 5 || len(kind) < 3 {
			continue
		}
		v2 := kind[0] == "cgroup2" && controller == ""
		v1 := kind[0] == "cgroup" && controller != "" && listed(kind[2], controller)
		if v1 || v2 {
			return fields[4]
		}
	}
	return ""
}

// cgroupOf finds the number of a tree, and a process's path in it, in the text of
// /proc/PID/cgroup (cgroups(7)).
func cgroupOf(groups, controller string) (uint32, string) {
	for line := range strings.Lines(groups) {
		fields := strings.SplitN(strings.TrimSuffix(line, "\n"), ":", 3)
		if len(fields) < 3 || controller == "" && fields[1] != "" || controller != "" && !listed(fields[1], controller) {
			continue
		}
		number, err := strconv.ParseUint(fields[0], 10, 32)
		if err != nil {
			continue
		}
		return uint32(number), fields[2]
	}
	return 0, ""
}

func listed(list, name string) bool { return strings.Contains(","+list+",", ","+name+",") }

// walk reports the ID and path of every cgroup at or below one. Those that go
// meanwhile are gone.
func (h hierarchy) walk(root string, found func(id uint64, group string)) error {
	return filepath.WalkDir(filepath.Join(h.mount, root), func(path string, entry fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil || !entry.IsDir() {
			return err
		}
		info, err := entry.Info()
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		if stat, ok := info.Sys().(*syscall.Stat_t); ok {
			found(uint64(stat.Ino), strings.TrimPrefix(path, h.mount))
		}
		return nil
	})
}

// commandLine is how a process was started, with spaces between the words; empty
// when it is gone.
func commandLine(proc string, pid int) string {
	f, err := os.Open(filepath.Join(proc, strconv.Itoa(pid), "cmdline"))
	if err != nil {
		return ""
	}
	defer f.Close() //nolint:errcheck // it was only read
	raw := make([]byte, maxLine)
	n, err := bufio.NewReaderSize(f, maxLine).Read(raw)
	if err != nil {
		return ""
	}
	return strings.TrimSpace(strings.ReplaceAll(string(raw[:n]), "\x00", " "))
}

// maxLine is how many bytes of a command line are recorded.
const maxLine = 300
