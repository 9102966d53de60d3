package translate

import (
	"maps"
	"path"
	"slices"
	"strings"
)

// containerdFile is for an imports line in config.toml, so that nothing that is
// there is lost.
const containerdFile = "containerd/10-docker.toml"

// The plugins of containerd 2 that have counterparts of dockerd's options.
const (
	plugins  = "plugins"
	images   = "io.containerd.cri.v1.images"
	criPlug  = "io.containerd.cri.v1.runtime"
	transfer = "io.containerd.transfer.v1.local"
	nri      = "io.containerd.nri.v1.nri"
	runc     = "io.containerd.runc.v2"
)

func (t *translation) deviceSpecs(s setting) {
	t.containerd.set(texts(s.value), plugins, criPlug, "cdi_spec_dirs")
	t.add(s, Carried, "", containerdFile)
}

func (t *translation) root(s setting) {
	old, _ := s.value.(string)
	if old == "" {
		return
	}
	root := path.Join(old, "kubernetes-containerd")
	t.containerd.set(root, "root")
	t.add(s, Carried, "containerd's images and snapshots lie at "+root+" now: below the old folder, so that they are on the same volume. Images are not taken along: every node pulls them again.", containerdFile)
}

func (t *translation) debug(s setting) {
	if s.value == true {
		t.containerd.set("debug", "debug", "level")
		t.add(s, Carried, "", containerdFile)
		return
	}
	t.add(s, Unneeded, "containerd is quiet unless it is told otherwise.")
}

// levels are those of dockerd; containerd knows them all by the same names.
var levels = []string{"debug", "info", "warn", "error", "fatal"}

func (t *translation) logLevel(s setting) {
	if level, _ := s.value.(string); level != "" && !slices.Contains(levels, level) {
		t.wrong(s, "expected one of %s, found %q", strings.Join(levels, ", "), level)
		return
	}
	if t.options["debug"].value == true {
		t.add(s, Unneeded, "debug is set as well, and wins.")
		return
	}
	t.containerd.set(s.value, "debug", "level")
	t.add(s, Carried, "", containerdFile)
}

func (t *translation) logFormat(s setting) {
	t.containerd.set(s.value, "debug", "format")
	t.add(s, Carried, "containerd's messages are other ones, so searches over the runtime's log have to be written anew.", containerdFile)
}

func (t *translation) metrics(s setting) {
	t.containerd.set(s.value, "metrics", "address")
	t.add(s, Carried, "The address is the same, the path is /v1/metrics, and the metrics have other names: nothing of engine_daemon_* is there.", containerdFile)
}

func (t *translation) downloads(s setting) {
	var n int
	if !t.into(s, &n) {
		return
	}
	t.containerd.set(n, plugins, transfer, "max_concurrent_downloads")
	t.add(s, Carried, "Docker counts the layers of all pulls together, containerd those of each image. containerd 2.0 reads it from "+images+" instead.", containerdFile)
}

func (t *translation) selinux(s setting) {
	t.containerd.set(s.value, plugins, criPlug, "enable_selinux")
	t.add(s, Carried, "", containerdFile)
}

func (t *translation) resourceInterface(s setting) {
	var o struct {
		Enable           bool   `json:"enable"`
		PluginPath       string `json:"plugin-path"`
		PluginConfigPath string `json:"plugin-config-path"`
		SocketPath       string `json:"socket-path"`
	}
	if !t.into(s, &o) {
		return
	}
	t.containerd.set(!o.Enable, plugins, nri, "disable")
	for name, value := range map[string]string{
		"plugin_path": o.PluginPath, "plugin_config_path": o.PluginConfigPath, "socket_path": o.SocketPath,
	} {
		if value != "" {
			t.containerd.set(value, plugins, nri, name)
		}
	}
	t.add(s, Carried, "containerd has NRI switched on unless it is told otherwise.", containerdFile)
}

// runtimeOf is one of daemon.json's runtimes: a program in the place of runc, or
// a shim of containerd.
type runtimeOf struct {
	Path    string         `json:"path"`
	Args    []string       `json:"runtimeArgs"`
	Type    string         `json:"runtimeType"`
	Options map[string]any `json:"options"`
}

func (t *translation) runtimes(s setting) {
	var all map[string]runtimeOf
	if !t.into(s, &all) {
		return
	}
	if len(all) == 0 {
		t.add(s, Unneeded, "There is none.")
		return
	}
	var withArgs []string
	for _, name := range slices.Sorted(maps.Keys(all)) {
		r := all[name]
		if r.Type != "" {
			t.handler(name, r.Type, tree(r.Options))
			continue
		}
		t.handler(name, runc, tree{"BinaryName": r.Path})
		if len(r.Args) > 0 {
			withArgs = append(withArgs, name)
		}
	}
	meaning := "Each is a handler now. A pod asks for one by a RuntimeClass with that handler, which the cluster has to have."
	if len(withArgs) > 0 {
		meaning += " The arguments of " + strings.Join(withArgs, ", ") + " cannot be given any more: put a script that adds them in its place."
	}
	t.add(s, Carried, meaning, containerdFile)
}

// handler adds a runtime to the CRI plugin. What is started through runc's shim
// shares the node's cgroup driver.
func (t *translation) handler(name, shim string, options tree) {
	if driver, known := t.cgroupDriver(); known && shim == runc {
		options["SystemdCgroup"] = driver == "systemd"
	}
	t.containerd.set(shim, plugins, criPlug, "containerd", "runtimes", name, "runtime_type")
	if len(options) > 0 {
		t.containerd.set(options, plugins, criPlug, "containerd", "runtimes", name, "options")
	}
}

func (t *translation) defaultRuntime(s setting) {
	name, _ := s.value.(string)
	defined, _ := t.options["runtimes"].value.(map[string]any)
	switch {
	case name == "runc" || name == runc:
		t.add(s, Unneeded, "runc is containerd's default, too.")
		return
	case defined[name] == nil: // the name of a shim
		t.handler(name, name, tree{})
	}
	t.containerd.set(name, plugins, criPlug, "containerd", "default_runtime_name")
	t.add(s, Carried, "Pods without a RuntimeClass get it, as before. Better give it to those that need it, by a RuntimeClass.", containerdFile)
}

// cgroupDriver is what exec-opts says of it.
func (t *translation) cgroupDriver() (driver string, known bool) {
	for _, option := range texts(t.options["exec-opts"].value) {
		if value, ok := strings.CutPrefix(option, "native.cgroupdriver="); ok {
			driver, known = value, true
		}
	}
	return driver, known
}

func (t *translation) execOptions(s setting) {
	driver, known := t.cgroupDriver()
	if known && driver != "systemd" && driver != "cgroupfs" {
		t.wrong(s, "expected native.cgroupdriver to be systemd or cgroupfs, found %q", driver)
	}
	if !known {
		t.add(s, Unneeded, "None of these is for Linux.")
		return
	}
	t.handler("runc", runc, tree{})
	t.kubelet.set(driver, "cgroupDriver")
	t.add(s, Carried, "kubelet and every runtime that goes through runc's shim have to agree on it.", containerdFile, kubeletFile)
}

// snapshotters are containerd's names for Docker's storage drivers that need
// nothing but the name.
var snapshotters = map[string]string{
	"overlay2": "overlayfs", "overlay": "overlayfs", "overlayfs": "overlayfs",
	"btrfs": "btrfs", "zfs": "zfs", "vfs": "native", "native": "native",
}

func (t *translation) storageDriver(s setting) {
	driver, _ := s.value.(string)
	name, known := snapshotters[driver]
	switch {
	case driver == "":
	case name == "overlayfs":
		t.add(s, Unneeded, "overlayfs is containerd's default.")
	case known:
		t.containerd.set(name, plugins, images, "snapshotter")
		t.containerd.set([]tree{{"platform": "linux", "snapshotter": name}}, plugins, transfer, "unpack_config")
		t.add(s, Carried, "The snapshotter "+name+" needs the same file system below containerd's root as Docker's driver needed below its own.", containerdFile)
	default:
		t.add(s, Lost, "There is no snapshotter that only a name would choose: devmapper needs a pool of its own, fuse-overlayfs a plugin; aufs has no successor but overlayfs, which is containerd's default.")
	}
}
