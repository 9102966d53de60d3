package kind_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rehearse-dev/rehearse/clusters"
	"github.com/rehearse-dev/rehearse/clusters/kind"
	"github.com/rehearse-dev/rehearse/internal/progress"
)

// These tests run against testdata/docker, which stands in for the Docker
// client. The tests that raise real clusters are in e2e_test.go.

func TestCreateThatIsInterruptedLeavesNothing(t *testing.T) {
	docker := fakeDocker(t)
	ctx, cancel := context.WithCancelCause(t.Context())
	interrupted := errors.New("interrupted")
	p := &kind.Provider{Image: image, Observe: func(e progress.Event) {
		if e.Detail == "preparing nodes" { // its node will never finish booting
			cancel(interrupted)
		}
	}}
	c, err := p.Create(ctx, config(t))
	if c != nil || !errors.Is(err, interrupted) {
		t.Errorf("Create = %v, %v; want the cause of the interrupt", c, err)
	}
	if left := docker.read("containers"); left != "" {
		t.Errorf("containers left behind: %q", left)
	}
	if _, err := os.Stat(docker.path("network")); err == nil {
		t.Error("the network is left behind")
	}
}

func TestCreateRefuses(t *testing.T) {
	t.Parallel()
	good := config(t)
	for name, row := range map[string]struct {
		change func(*clusters.Config)
		want   string
	}{
		"a name that is not ours":           {func(c *clusters.Config) { c.Name = "shop" }, `want the prefix "rehearse-"`},
		"a name that is no host name":       {func(c *clusters.Config) { c.Name += strings.Repeat("x", 50) }, "at most 50 letters"},
		"an unknown runtime":                {func(c *clusters.Config) { c.Runtime = "podman" }, `unknown runtime "podman"`},
		"daemon.json for containerd":        {func(c *clusters.Config) { c.Runtime = clusters.Containerd; c.DaemonJSON = "d.json" }, "does not read one"},
		"certificates for containerd":       {func(c *clusters.Config) { c.Runtime = clusters.Containerd; c.RegistryCerts = "certs.d" }, "does not read them"},
		"registry hosts for Docker":         {func(c *clusters.Config) { c.RegistryHosts = "certs.d" }, "does not read them"},
		"a folder that is not there":        {func(c *clusters.Config) { c.Dir = "nowhere" }, `folder "nowhere"`},
		"several mistakes, and this is one": {func(c *clusters.Config) { c.Dir, c.Name = "nowhere", "shop" }, `folder "nowhere"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg := good
			row.change(&cfg)
			_, err := (&kind.Provider{Image: image}).Create(t.Context(), cfg)
			if err == nil || !strings.Contains(err.Error(), row.want) {
				t.Errorf("Create = %v, want an error that says %q", err, row.want)
			}
		})
	}
}

func TestCreateRefusesMountsThatAreNotThere(t *testing.T) {
	fakeDocker(t)
	cfg := config(t)
	cfg.Mounts = []clusters.Mount{{HostPath: "nowhere", ContainerPath: "/data"}}
	_, err := (&kind.Provider{Image: image}).Create(t.Context(), cfg)
	if err == nil || !strings.Contains(err.Error(), `mounting "/data"`) {
		t.Errorf("Create = %v, want an error about the mount", err)
	}
}

func TestCreateSaysThatThereIsNoImage(t *testing.T) {
	t.Parallel()
	p := &kind.Provider{Image: func(context.Context, clusters.Config) (string, error) {
		return "", errors.New("no space left")
	}}
	_, err := p.Create(t.Context(), config(t))
	if want := "making node image: no space left"; err == nil || err.Error() != want {
		t.Errorf("Create = %v, want %s", err, want)
	}
}

func TestDelete(t *testing.T) {
	docker := fakeDocker(t)
	docker.write("containers", "rehearse-a rehearse-a-control-plane\nrehearse-a rehearse-a-worker\nother other-control-plane\n")
	docker.write("network", "")
	kubeconfig := filepath.Join(t.TempDir(), "kubeconfig")
	if err := os.WriteFile(kubeconfig, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	c := &clusters.Cluster{Name: "rehearse-a", Kubeconfig: kubeconfig}
	p := &kind.Provider{}
	for range 2 { // the second finds nothing, which is fine
		if err := p.Delete(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
	if got := docker.read("containers"); got != "other other-control-plane\n" {
		t.Errorf("containers = %q, want those of the other cluster alone", got)
	}
	if _, err := os.Stat(kubeconfig); err == nil {
		t.Error("the kubeconfig is still there")
	}
	if calls := docker.read("calls"); !strings.Contains(calls, "rm --force --volumes rehearse-a-control-plane rehearse-a-worker\n") {
		t.Errorf("no call removes both nodes with their volumes:\n%s", calls)
	}
}

func TestDeleteLeavesForeignClustersAlone(t *testing.T) {
	t.Parallel()
	err := (&kind.Provider{}).DeleteByName(t.Context(), "shop")
	if err == nil || !strings.Contains(err.Error(), "not ours") {
		t.Errorf(`DeleteByName("shop") = %v, want a refusal`, err)
	}
}

func TestLeftovers(t *testing.T) {
	docker := fakeDocker(t)
	docker.write("containers", "rehearse-b n1\nrehearse-a n2\nmine n3\nrehearse-b n4\n")
	got, err := kind.Leftovers(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"rehearse-a", "rehearse-b"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestExecOnNode(t *testing.T) {
	docker := fakeDocker(t)
	c := &clusters.Cluster{Name: "rehearse-a", Nodes: []string{"n1"}}
	p := &kind.Provider{}
	var out bytes.Buffer
	if err := p.ExecOnNode(t.Context(), c, "n1", strings.NewReader("hello"), &out, "cat"); err != nil || out.String() != "hello" {
		t.Errorf("cat says %q, %v", out.String(), err)
	}
	if calls := docker.read("calls"); calls != "exec --privileged --interactive n1 cat\n" {
		t.Errorf("calls = %q", calls)
	}
	err := p.ExecOnNode(t.Context(), c, "n1", nil, nil, "nosuch", "-x")
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 127 {
		t.Errorf("error %v does not tell the exit code 127", err)
	}
	if err == nil || !strings.Contains(err.Error(), `"n1" "nosuch" "-x"`) || !strings.HasSuffix(err.Error(), ": nosuch: not found") {
		t.Errorf("error %v names neither the command nor its complaint", err)
	}
	if err := p.ExecOnNode(t.Context(), c, "n2", nil, nil, "cat"); err == nil || !strings.Contains(err.Error(), `no node "n2"`) {
		t.Errorf("a node of another cluster: %v", err)
	}
}

func TestLoadImages(t *testing.T) {
	docker := fakeDocker(t)
	docker.write("images.json", `{"images":[{"id":"sha256:aa","repoTags":["docker.io/shop/web:1"]}]}`)
	archive := filepath.Join(t.TempDir(), "images.tar")
	if err := os.WriteFile(archive, []byte("layers"), 0o600); err != nil {
		t.Fatal(err)
	}
	c := &clusters.Cluster{Name: "rehearse-a", Runtime: clusters.Containerd, Nodes: []string{"n1"}}
	p := &kind.Provider{}
	if err := p.LoadImages(t.Context(), c, archive, []string{"shop/web:1"}); err != nil {
		t.Fatal(err)
	}
	if got := docker.read("loaded"); got != "layers" {
		t.Errorf("the store was given %q", got)
	}
	err := p.LoadImages(t.Context(), c, filepath.Join(t.TempDir(), "nowhere.tar"), nil)
	if !errors.Is(err, os.ErrNotExist) {
		t.Errorf("an archive that is not there: %v", err)
	}
}

// config is one that can be created.
func config(t *testing.T) clusters.Config {
	t.Helper()
	return clusters.Config{Side: clusters.Baseline, Name: "rehearse-test", Runtime: clusters.Docker, Dir: t.TempDir()}
}

func image(context.Context, clusters.Config) (string, error) { return "rehearse/node:test", nil }

// fake is the folder in which testdata/docker keeps what it knows.
type fake struct {
	t   *testing.T
	dir string
}

// fakeDocker puts testdata/docker in the place of the Docker client.
func fakeDocker(t *testing.T) fake {
	t.Helper()
	f := fake{t, t.TempDir()}
	bin, err := filepath.Abs("testdata")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(bin, "docker")); err != nil {
		t.Fatal(err) // or the tests would delete what the real one knows
	}
	t.Setenv("PATH", bin+":"+os.Getenv("PATH"))
	t.Setenv("FAKE_DOCKER", f.dir)
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	f.write("containers", "")
	return f
}

func (f fake) path(name string) string { return filepath.Join(f.dir, name) }

func (f fake) read(name string) string {
	f.t.Helper()
	content, err := os.ReadFile(f.path(name))
	if err != nil {
		f.t.Fatal(err)
	}
	return string(content)
}

func (f fake) write(name, content string) {
	f.t.Helper()
	if err := os.WriteFile(f.path(name), []byte(content), 0o600); err != nil {
		f.t.Fatal(err)
	}
}
