package probe_test

import (
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/rehearse-dev/rehearse/harness/access/probe"
)

// hierarchies are the ways in which processes can be told apart.
var hierarchies = map[string]string{"cgroup v2": "", "cgroup v1": "pids"}

// TestProbeSeesWhatThisProcessDoes needs a kernel that lets it load programs.
func TestProbeSeesWhatThisProcessDoes(t *testing.T) {
	for name, controller := range hierarchies {
		t.Run(name, func(t *testing.T) {
			p, err := probe.Open(controller)
			if err != nil {
				t.Skipf("this host does not let us watch: %v", err)
			}
			defer func() {
				if err := p.Close(); err != nil {
					t.Errorf("closing the probe: %v", err)
				}
			}()
			dir := t.TempDir()
			reach(t, dir)
			if err := p.Flush(); err != nil {
				t.Fatal(err)
			}
			got := events(t, p)
			for _, want := range []probe.Event{
				{Kind: probe.Connect, Target: filepath.Join(dir, "missing.sock"), Errno: uint32(unix.ENOENT)},
				{Kind: probe.Connect, Target: "127.0.0.1:2375", Errno: uint32(unix.ECONNREFUSED)},
				{Kind: probe.OpenFile, Target: filepath.Join(dir, "docker/daemon.json"), Errno: uint32(unix.ENOENT)},
				{Kind: probe.OpenFile, Target: filepath.Join(dir, "docker")},
				{Kind: probe.Exec, Target: filepath.Join(dir, "docker/docker"), Errno: uint32(unix.ENOENT)},
				{Kind: probe.Exec, Target: "/bin/true"},
			} {
				expectEvent(t, got, want)
			}
			if slices.ContainsFunc(got, func(e probe.Event) bool { return strings.HasSuffix(e.Target, "dockyard") }) {
				t.Error("a path is told that does not name docker")
			}
		})
	}
}

// reach does everything that the test wants to see, and something that it does not.
func reach(t *testing.T, dir string) {
	t.Helper()
	docker := filepath.Join(dir, "docker")
	_ = os.Mkdir(docker, 0o755)
	for _, name := range []string{filepath.Join(docker, "daemon.json"), docker, filepath.Join(dir, "dockyard")} {
		if f, err := os.Open(name); err == nil {
			_ = f.Close()
		}
	}
	var dialer net.Dialer
	for network, address := range map[string]string{"unix": filepath.Join(dir, "missing.sock"), "tcp": "127.0.0.1:2375"} {
		if c, err := dialer.DialContext(t.Context(), network, address); err == nil {
			t.Fatalf("something answers at %s: %v", address, c.Close())
		}
	}
	if err := exec.CommandContext(t.Context(), "/bin/true", "--quickly").Run(); err != nil {
		t.Fatal(err)
	}
	if err := unix.Exec(filepath.Join(docker, "docker"), []string{"docker"}, nil); !errors.Is(err, unix.ENOENT) {
		t.Fatal(err)
	}
}

// events are those of this process and its children.
func events(t *testing.T, p *probe.Probe) []probe.Event {
	t.Helper()
	var mine []probe.Event
	for {
		e, err := p.Read()
		if probe.Flushed(err) {
			return mine
		}
		if err != nil {
			t.Fatalf("reading an event: %v", err)
		}
		if e.PID == os.Getpid() || len(e.Parents) > 0 && e.Parents[0].PID == os.Getpid() {
			mine = append(mine, e)
		}
	}
}

func expectEvent(t *testing.T, got []probe.Event, want probe.Event) {
	t.Helper()
	i := slices.IndexFunc(got, func(e probe.Event) bool {
		return e.Kind == want.Kind && e.Target == want.Target && e.Errno == want.Errno
	})
	if i < 0 {
		t.Errorf("no event is %+v:\n%+v", want, got)
		return
	}
	e := got[i]
	if want.Kind == probe.Exec && want.Errno == 0 && e.Line != "/bin/true --quickly" {
		t.Errorf("a program was started as %q", e.Line)
	}
	if e.Group == 0 || e.Mounts == 0 || e.Name == "" || len(e.Parents) == 0 {
		t.Errorf("the event does not say who it was: %+v", e)
	}
}
