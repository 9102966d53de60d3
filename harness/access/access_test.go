package access

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/rehearse-dev/rehearse/clusters"
	"github.com/rehearse-dev/rehearse/harness/access/probe"
	"github.com/rehearse-dev/rehearse/harness/record"
)

const (
	uid  = "3c9a3ab4-8f0d-4e8e-b5c7-0f2b7b0d1a55"
	hash = "fc97f567070cdc7eed5608e44bc002be"
)

var container = strings.Repeat("ab01", 16)

func TestPlaceOf(t *testing.T) {
	t.Parallel()
	slice := "/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-burstable.slice/kubelet-kubepods-burstable-pod"
	for name, row := range map[string]struct {
		group string
		want  place
	}{
		"containerd's container":                {slice + strings.ReplaceAll(uid, "-", "_") + ".slice/cri-containerd-" + container + ".scope", place{podUID: uid, containerID: container}},
		"Docker's container":                    {slice + strings.ReplaceAll(uid, "-", "_") + ".slice/docker-" + container + ".scope", place{podUID: uid, containerID: container}},
		"a static pod":                          {slice + hash + ".slice/docker-" + container + ".scope", place{podUID: hash, containerID: container}},
		"a guaranteed pod":                      {"/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-pod" + strings.ReplaceAll(uid, "-", "_") + ".slice/cri-containerd-" + container + ".scope", place{podUID: uid, containerID: container}},
		"the driver cgroupfs":                   {"/kubelet/kubepods/besteffort/pod" + uid + "/" + container, place{podUID: uid, containerID: container}},
		"a cgroup that a container made":        {"/kubepods/pod" + uid + "/" + container + "/system.slice/docker.service", place{podUID: uid, containerID: container}},
		"a pod that has no container yet":       {slice + strings.ReplaceAll(uid, "-", "_") + ".slice", place{podUID: uid}},
		"a unit":                                {"/system.slice/disk-report.service", place{unit: "disk-report.service"}},
		"a unit in a slice of its own":          {"/system.slice/system-backup.slice/backup@home.service", place{unit: "backup@home.service"}},
		"kubelet":                               {"/kubelet.slice/kubelet.service", place{unit: "kubelet.service"}},
		"a login":                               {"/user.slice/user-0.slice/session-3.scope", place{unit: "session-3.scope"}},
		"what the rehearsal runs on a node":     {"", place{}},
		"a unit that is called after a pod":     {"/system.slice/pod-cleaner.service", place{unit: "pod-cleaner.service"}},
		"a cgroup that merely looks like a pod": {"/system.slice/podman-1234.scope", place{unit: "podman-1234.scope"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := placeOf(row.group); got != row.want {
				t.Errorf("placeOf(%q) = %+v, want %+v", row.group, got, row.want)
			}
		})
	}
}

func TestOwn(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		at      place
		process string
		want    bool
	}{
		"dockerd":                         {place{unit: "docker.service"}, "dockerd", true},
		"kubelet":                         {place{unit: "kubelet.service"}, "kubelet", true},
		"the first process":               {place{unit: "init.scope"}, "systemd", true},
		"the collector":                   {place{}, "docker", true},
		"runc, which sets a container up": {place{podUID: uid, containerID: container}, "runc:[2:INIT]", true},
		"a container":                     {place{podUID: uid, containerID: container}, "docker", false},
		"a unit":                          {place{unit: "disk-report.service"}, "curl", false},
		"a unit that is called after a runtime's": {place{unit: "docker-report.service"}, "curl", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := row.at.own(row.process); got != row.want {
				t.Errorf("own = %t, want %t", got, row.want)
			}
		})
	}
}

func TestInterest(t *testing.T) {
	t.Parallel()
	type said struct {
		act    record.Act
		target string
	}
	for name, row := range map[string]struct {
		event probe.Event
		pod   bool
		want  said
	}{
		"Docker's socket, from a unit":         {probe.Event{Kind: probe.Connect, Target: "/var/run/docker.sock"}, false, said{record.Connects, "/var/run/docker.sock"}},
		"another socket, from a unit":          {probe.Event{Kind: probe.Connect, Target: "/run/dbus/system_bus_socket"}, false, said{}},
		"a socket by any name, from a pod":     {probe.Event{Kind: probe.Connect, Target: "/tmp//engine.sock"}, true, said{record.Connects, "/tmp/engine.sock"}},
		"a socket by a relative path":          {probe.Event{Kind: probe.Connect, Target: "engine.sock"}, true, said{}},
		"Docker's port":                        {probe.Event{Kind: probe.Connect, Target: "172.18.0.2:2375"}, true, said{record.Connects, "172.18.0.2:2375"}},
		"docker":                               {probe.Event{Kind: probe.Exec, Target: "/usr/bin/docker"}, false, said{record.Runs, "/usr/bin/docker"}},
		"crictl":                               {probe.Event{Kind: probe.Exec, Target: "crictl"}, true, said{record.Runs, "crictl"}},
		"a command called docker-something":    {probe.Event{Kind: probe.Exec, Target: "/usr/bin/docker-report"}, true, said{}},
		"settings":                             {probe.Event{Kind: probe.OpenFile, Target: "/etc/docker/daemon.json"}, true, said{record.Opens, "/etc/docker/daemon.json"}},
		"a folder of Docker's":                 {probe.Event{Kind: probe.OpenFile, Target: "/var/lib/docker"}, true, said{record.Opens, "/var/lib/docker"}},
		"a file deep below it, mounted aside":  {probe.Event{Kind: probe.OpenFile, Target: "/host/var/lib/docker/containers/abc/abc-json.log"}, true, said{record.Opens, "/host/var/lib/docker/containers/..."}},
		"a folder whose name begins like it":   {probe.Event{Kind: probe.OpenFile, Target: "/var/lib/dockerish/x"}, true, said{}},
		"a folder whose name ends like it":     {probe.Event{Kind: probe.OpenFile, Target: "/srv/mirror-etc/docker/x"}, true, said{}},
		"a file with docker in its name alone": {probe.Event{Kind: probe.OpenFile, Target: "/usr/share/doc/docker.md"}, true, said{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			act, target := interest(row.event, row.pod)
			if got := (said{act, target}); got != row.want {
				t.Errorf("interest = %+v, want %+v", got, row.want)
			}
		})
	}
}

const (
	hybridMounts = `25 21 0:23 / /sys/fs/cgroup ro shared:9 - tmpfs tmpfs ro,mode=755
30 25 0:26 / /sys/fs/cgroup/unified rw shared:10 - cgroup2 cgroup2 rw
36 25 0:33 / /sys/fs/cgroup/pids rw shared:17 - cgroup cgroup rw,pids
`
	unifiedMounts = `30 25 0:26 / /sys/fs/cgroup rw shared:10 - cgroup2 cgroup2 rw,nsdelegate
`
	oldMounts = `36 25 0:33 / /sys/fs/cgroup/pids rw shared:17 - cgroup cgroup rw,pids
37 25 0:34 / /sys/fs/cgroup/cpu,cpuacct rw shared:18 - cgroup cgroup rw,cpu,cpuacct
`
)

func TestHierarchyOf(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		mounts, groups string
		want           hierarchy
		root           string
	}{
		"cgroup v2": {
			unifiedMounts, "0::/system.slice/docker-abc.scope/init.scope\n",
			hierarchy{"/sys/fs/cgroup", "", 0}, "/system.slice/docker-abc.scope",
		},
		"both, and nodes are in v2": {
			hybridMounts, "8:pids:/docker/abc/init.scope\n0::/docker/abc/init.scope\n",
			hierarchy{"/sys/fs/cgroup/unified", "", 0}, "/docker/abc",
		},
		"both, and nodes are not in v2": {
			hybridMounts, "9:name=systemd:/docker/abc\n8:pids:/docker/abc/init.scope\n0::/\n",
			hierarchy{"/sys/fs/cgroup/pids", "pids", 8}, "/docker/abc",
		},
		"cgroup v1 alone": {
			oldMounts, "4:cpu,cpuacct:/docker/abc\n3:pids:/docker/abc\n",
			hierarchy{"/sys/fs/cgroup/pids", "pids", 3}, "/docker/abc",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, root, err := hierarchyOf(procOf(t, row.mounts, row.groups), 7)
			if err != nil || got != row.want || root != row.root {
				t.Errorf("hierarchyOf = %+v, %q, %v; want %+v, %q", got, root, err, row.want, row.root)
			}
		})
	}
	if _, _, err := hierarchyOf(procOf(t, unifiedMounts, "0::/\n"), 7); err == nil {
		t.Error("a process without a cgroup of its own has one")
	}
}

// procOf is a /proc that holds process 7.
func procOf(t *testing.T, mounts, groups string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, fstest.MapFS{"self/mountinfo": {Data: []byte(mounts)}, "7/cgroup": {Data: []byte(groups)}}); err != nil {
		t.Fatal(err)
	}
	return dir
}

// A process that is gone when its event is read is known by its cgroup, one that
// was made after watching began included.
func TestEventsGoToTheirSide(t *testing.T) {
	t.Parallel()
	s := &session{lines: map[int]string{}, groups: map[uint64]string{1: "/docker/b/system.slice/report.service", 2: "/docker/bc/system.slice/report.service"}}
	sides := map[string]*side{}
	for _, name := range []string{"b", "c"} {
		sides[name] = &side{nodes: []node{{name: name, root: "/docker/" + name, mounts: 5}}, ledger: ledger{ways: map[string]*record.Touch{}}}
		s.sides = append(s.sides, sides[name])
	}
	pod := "/docker/c/kubepods/pod" + uid + "/" + container
	for _, e := range []probe.Event{
		{Kind: probe.Connect, Group: 1, Name: "curl", Target: "/run/docker.sock", PID: -1},
		{Kind: probe.Connect, Group: 1, Name: "curl", Target: "/run/docker.sock", PID: -2},
		{Kind: probe.Connect, Group: 2, Name: "curl", Target: "/run/docker.sock"}, // of a container that is no node
		{Kind: probe.MakeGroup, Group: 3, Hierarchy: 8, Target: "/docker/b/kubepods/pod" + uid + "/" + container},
		{Kind: probe.MakeGroup, Group: 3, Target: pod},
		{Kind: probe.Exec, Group: 3, Name: "run", Target: "/run", PID: -3, Line: "/run it"},
		{Kind: probe.Exec, Group: 3, Name: "sh", Errno: uint32(unix.ENOENT), Target: "/usr/bin/docker", Mounts: 5, PID: -1, Parents: []probe.Process{{PID: -3, Name: "run"}, {PID: -1, Name: "containerd-shim"}, {PID: -1, Name: "systemd"}}},
		{Kind: probe.Exec, Group: 4, Name: "sh", Target: "/usr/bin/docker"},
	} {
		if err := s.take(e, time.Unix(9, 0)); err != nil {
			t.Fatal(err)
		}
	}
	at := time.Unix(9, 0)
	for name, want := range map[string][]record.Touch{
		"b": {{Node: "b", Unit: "report.service", Command: "curl", Act: record.Connects, Target: "/run/docker.sock", Count: 2, First: at, Last: at}},
		"c": {{
			Node: "c", PodUID: uid, ContainerID: container, Command: "sh", OfNode: true, Parents: []record.Caller{{Command: "run", Line: "/run it"}},
			Act: record.Runs, Target: "/usr/bin/docker", Error: "ENOENT", Count: 1, First: at, Last: at,
		}},
	} {
		if diff := cmp.Diff(want, sides[name].ledger.entries()); diff != "" {
			t.Errorf("side %s (-want +got):\n%s", name, diff)
		}
	}
}

// unreachable is a provider whose nodes cannot be found.
type unreachable struct{}

func (unreachable) NodeProcess(context.Context, *clusters.Cluster, string) (int, error) {
	return 0, os.ErrPermission
}

func TestWhatCannotBeWatchedIsAGap(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		nodes clusters.LocalNodes
		want  string
	}{
		"nodes on other hosts": {nil, "the nodes are not containers of this host"},
		"not allowed":          {unreachable{}, "needs root"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dst, err := record.Create(t.TempDir(), record.Meta{})
			if err != nil {
				t.Fatal(err)
			}
			stop, err := (&Watcher{Nodes: row.nodes}).Watch(t.Context(), &clusters.Cluster{Nodes: []string{"a"}}, dst)
			if err != nil {
				t.Fatal(err)
			}
			if err := stop(t.Context()); err != nil {
				t.Error(err)
			}
			gaps := dst.Meta().Gaps
			if len(gaps) != 1 || gaps[0].Kind != record.Access || !strings.Contains(gaps[0].Reason, row.want) {
				t.Errorf("gaps %+v, want one that says %q", gaps, row.want)
			}
			if err := dst.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestCommandLine(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.CopyFS(dir, fstest.MapFS{"7/cmdline": {Data: []byte("sh\x00-c\x00docker ps\x00")}}); err != nil {
		t.Fatal(err)
	}
	if got, want := commandLine(dir, 7), "sh -c docker ps"; got != want {
		t.Errorf("commandLine = %q, want %q", got, want)
	}
	if got := commandLine(filepath.Join(dir, "none"), 7); got != "" {
		t.Errorf("commandLine of a process that is gone = %q", got)
	}
}
