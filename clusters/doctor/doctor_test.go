package doctor_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rehearse-dev/rehearse/clusters/doctor"
)

// good is a host with all that a rehearsal wants.
func good() doctor.Host {
	return doctor.Host{
		Linux: true,
		Docker: doctor.Docker{
			Answers: true, Version: "28.2.2", CgroupVersion: "2", StorageDriver: "overlay2",
			DefaultRuntime: "runc", RootDir: "/var/lib/docker", CPUs: 8, Memory: 32 << 30,
		},
		SysResource: true, Overlay: true, MemoryAvailable: 16 << 30, DiskFree: 100 << 30,
		InotifyInstances: 1024, InotifyWatches: 524288,
		GoVersion: "go1.26.8", Debootstrap: true, Registry: true,
		NodeImages: []string{"rehearse/node:docker-v1.37.2-aa"},
		Unread:     map[string]string{},
	}
}

func TestEvaluate(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		change func(*doctor.Host)
		// want holds the checks that are not ok.
		want map[string]doctor.State
	}{
		"a good host": {func(*doctor.Host) {}, nil},
		"docker does not answer": {
			func(h *doctor.Host) { h.Docker = doctor.Docker{}; h.Unread["docker"] = "no such file" },
			map[string]doctor.State{"docker": doctor.Fail},
		},
		"docker is too old":              {func(h *doctor.Host) { h.Docker.Version = "19.03.15" }, map[string]doctor.State{"docker": doctor.Fail}},
		"debian's docker is old enough":  {func(h *doctor.Host) { h.Docker.Version = "20.10.24+dfsg1" }, nil},
		"docker of a later year":         {func(h *doctor.Host) { h.Docker.Version = "29.0" }, nil},
		"docker says no version":         {func(h *doctor.Host) { h.Docker.Version = "dev" }, map[string]doctor.State{"docker": doctor.Fail}},
		"cgroup v1":                      {func(h *doctor.Host) { h.Docker.CgroupVersion = "1" }, map[string]doctor.State{"cgroups": doctor.Warn}},
		"confined, and set up for it":    {func(h *doctor.Host) { h.SysResource = false; h.Docker.DefaultRuntime = "confine" }, map[string]doctor.State{"privileges": doctor.Warn}},
		"confined, and not set up":       {func(h *doctor.Host) { h.SysResource = false }, map[string]doctor.State{"privileges": doctor.Warn}},
		"one core":                       {func(h *doctor.Host) { h.Docker.CPUs = 1 }, map[string]doctor.State{"cpus": doctor.Warn}},
		"little memory":                  {func(h *doctor.Host) { h.MemoryAvailable = 4 << 30 }, map[string]doctor.State{"memory": doctor.Warn}},
		"too little memory":              {func(h *doctor.Host) { h.MemoryAvailable = 2 << 30 }, map[string]doctor.State{"memory": doctor.Fail}},
		"little disk":                    {func(h *doctor.Host) { h.DiskFree = 10 << 30 }, map[string]doctor.State{"disk": doctor.Warn}},
		"too little disk":                {func(h *doctor.Host) { h.DiskFree = 1 << 30 }, map[string]doctor.State{"disk": doctor.Fail}},
		"few inotify instances":          {func(h *doctor.Host) { h.InotifyInstances = 128 }, map[string]doctor.State{"inotify": doctor.Warn}},
		"few inotify watches":            {func(h *doctor.Host) { h.InotifyWatches = 8192 }, map[string]doctor.State{"inotify": doctor.Warn}},
		"no overlay":                     {func(h *doctor.Host) { h.Overlay = false }, map[string]doctor.State{"overlay": doctor.Fail}},
		"no go, with node images":        {func(h *doctor.Host) { h.GoVersion = "" }, map[string]doctor.State{"go": doctor.Warn}},
		"no go, without node images":     {func(h *doctor.Host) { h.GoVersion = ""; h.NodeImages = nil }, map[string]doctor.State{"go": doctor.Fail}},
		"an old go":                      {func(h *doctor.Host) { h.GoVersion = "go1.22.1" }, map[string]doctor.State{"go": doctor.Warn}},
		"a go that is not out yet":       {func(h *doctor.Host) { h.GoVersion = "go1.27rc1" }, nil},
		"no registry, images are there":  {func(h *doctor.Host) { h.Registry = false; h.Debootstrap = false }, nil},
		"no registry, nothing there yet": {func(h *doctor.Host) { h.Registry = false; h.NodeImages = nil }, map[string]doctor.State{"node images": doctor.Warn}},
		"no registry, nothing to start from": {
			func(h *doctor.Host) { h.Registry, h.Debootstrap, h.NodeImages = false, false, nil },
			map[string]doctor.State{"node images": doctor.Warn, "debootstrap": doctor.Fail},
		},
		"clusters are left over": {func(h *doctor.Host) { h.Leftovers = []string{"rehearse-a"} }, map[string]doctor.State{"leftovers": doctor.Warn}},
		"something cannot be read": {
			func(h *doctor.Host) { h.DiskFree = 0; h.Unread["disk"] = "no such folder" },
			map[string]doctor.State{"disk": doctor.Warn},
		},
		"docker in a machine of its own": {
			func(h *doctor.Host) {
				h.Linux, h.SysResource, h.Overlay, h.MemoryAvailable, h.DiskFree, h.InotifyWatches = false, false, false, 0, 0, 0
			}, nil,
		},
		"docker in a small machine of its own": {
			func(h *doctor.Host) { h.Linux, h.Docker.Memory = false, 2<<30 },
			map[string]doctor.State{"memory": doctor.Fail},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			host := good()
			row.change(&host)
			var got map[string]doctor.State
			for _, c := range doctor.Evaluate(host) {
				if c.Found == "" {
					t.Errorf("check %q does not say what was found", c.Name)
				}
				if c.State == doctor.OK {
					continue
				}
				if got == nil {
					got = map[string]doctor.State{}
				}
				got[c.Name] = c.State
				if c.Means == "" && host.Unread[c.Name] == "" {
					t.Errorf("check %q is %q and does not say what follows", c.Name, c.State)
				}
			}
			if diff := cmp.Diff(row.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestWorst(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		states []doctor.State
		want   doctor.State
	}{
		{nil, doctor.OK},
		{[]doctor.State{doctor.OK, doctor.OK}, doctor.OK},
		{[]doctor.State{doctor.Warn, doctor.OK}, doctor.Warn},
		{[]doctor.State{doctor.Warn, doctor.Fail, doctor.Warn}, doctor.Fail},
	} {
		var checks []doctor.Check
		for _, s := range row.states {
			checks = append(checks, doctor.Check{State: s})
		}
		if got := doctor.Worst(checks); got != row.want {
			t.Errorf("Worst(%q) = %q, want %q", row.states, got, row.want)
		}
	}
}

func TestReadNeverFails(t *testing.T) {
	t.Setenv("PATH", t.TempDir()) // no Docker here
	checks := doctor.Evaluate(doctor.Read(t.Context()))
	if len(checks) != 1 || checks[0].State != doctor.Fail || checks[0].Mend == "" {
		t.Errorf("checks without Docker = %+v, want one that fails and says how to mend it", checks)
	}
}
