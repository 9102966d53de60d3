package kind_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/rehearse-dev/rehearse/clusters"
	"github.com/rehearse-dev/rehearse/clusters/kind"
	"github.com/rehearse-dev/rehearse/clusters/nodeimage"
	"github.com/rehearse-dev/rehearse/clusters/parity"
	"github.com/rehearse-dev/rehearse/clusters/parity/live"
	"github.com/rehearse-dev/rehearse/clusters/runtime"
	"github.com/rehearse-dev/rehearse/internal/kube"
	"github.com/rehearse-dev/rehearse/internal/progress"
)

// These tests raise real clusters, one pair at a time. They do not run side by
// side, and each checks that it leaves the host as it found it.

func TestPair(t *testing.T) {
	ledger := checkPair(t, realConfig(t, clusters.Baseline), realConfig(t, clusters.Candidate))
	for _, entry := range ledger {
		if entry.Property == parity.Skew {
			t.Errorf("kubelet is not as old as its control plane: %q", entry.Baseline)
		}
	}
}

// TestPairOfTheLastDockershim is the migration that Kubernetes 1.24 forced.
func TestPairOfTheLastDockershim(t *testing.T) {
	baseline, candidate := realConfig(t, clusters.Baseline), realConfig(t, clusters.Candidate)
	baseline.Runtime = clusters.Dockershim
	baseline.KubeletVersion, candidate.KubeletVersion = "v1.23.17", "v1.23.17"
	ledger := checkPair(t, baseline, candidate)
	if !slices.ContainsFunc(ledger, func(p clusters.Parity) bool {
		return p.Property == parity.Skew && p.Class == clusters.ParityEqual && p.Note != ""
	}) {
		t.Error("the ledger does not say how old kubelet is")
	}
}

// checkPair raises a pair, tries all that a provider can do with it, and returns
// its ledger, in which there must be no confounder.
func checkPair(t *testing.T, baseline, candidate clusters.Config) []clusters.Parity {
	t.Helper()
	p := realProvider(t)
	pair, err := clusters.CreatePair(t.Context(), p, baseline, candidate)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := clusters.DeletePair(t.Context(), p, pair); err != nil {
			t.Error(err)
		}
	})
	archive, ref := savedImage(t)
	var properties [2]map[string]string
	for i, c := range pair.Sides() {
		checkKubeconfig(t, c)
		checkRuntime(t, c)
		if err := p.LoadImages(t.Context(), c, archive, []string{ref}); err != nil {
			t.Error(err)
		}
		if err := p.LoadImages(t.Context(), c, archive, []string{"rehearse.dev/absent:1"}); err == nil {
			t.Errorf("%s: an image that the archive lacks is taken for loaded", c.Side)
		}
		checkExec(t, p, c)
		var gaps []live.Gap
		properties[i], gaps, err = live.Collect(t.Context(), p, c)
		if err != nil || len(gaps) > 0 {
			t.Errorf("%s: parity: %v, gaps %+v", c.Side, err, gaps)
		}
	}
	ledger := parity.Ledger(properties[0], properties[1])
	for _, entry := range ledger {
		if entry.Class == clusters.ParityConfounder {
			t.Errorf("the sides differ in %q: %q and %q", entry.Property, entry.Baseline, entry.Candidate)
		}
		if entry.Class != clusters.ParityEqual {
			t.Logf("%-10s %-45s %s | %s", entry.Class, entry.Property, entry.Baseline, entry.Candidate)
		}
	}
	return ledger
}

func TestWorkersAndSettings(t *testing.T) {
	p := realProvider(t)
	cfg := realConfig(t, clusters.Baseline)
	cfg.Workers = 1
	cfg.DaemonJSON = filepath.Join(t.TempDir(), "daemon.json")
	if err := os.WriteFile(cfg.DaemonJSON, []byte(`{"log-opts":{"max-file":"7"},"data-root":"/nowhere"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := p.Create(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Delete(context.WithoutCancel(t.Context()), c); err != nil {
			t.Error(err)
		}
	})
	if len(c.Nodes) != 2 {
		t.Errorf("nodes = %q, want two", c.Nodes)
	}
	for _, node := range c.Nodes {
		var settings bytes.Buffer
		if err := p.ExecOnNode(t.Context(), c, node, nil, &settings, "cat", "/etc/docker/daemon.json"); err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{`"max-file": "7"`, `"max-size": "100m"`} {
			if !strings.Contains(settings.String(), want) {
				t.Errorf("node %q: daemon.json lacks %s:\n%s", node, want, settings.String())
			}
		}
		if strings.Contains(settings.String(), "nowhere") {
			t.Errorf("node %q: daemon.json has what a node cannot have:\n%s", node, settings.String())
		}
	}
}

func TestInterrupt(t *testing.T) {
	for _, phase := range []string{"preparing nodes", "starting control-plane", "waiting for nodes, dns and network"} {
		t.Run(phase, func(t *testing.T) {
			p := realProvider(t)
			ctx, cancel := context.WithCancelCause(t.Context())
			interrupted := errors.New("interrupted")
			p.Observe = func(e progress.Event) {
				if e.Detail == phase {
					cancel(interrupted)
				}
			}
			_, err := clusters.CreatePair(ctx, p, realConfig(t, clusters.Baseline), realConfig(t, clusters.Candidate))
			if !errors.Is(err, interrupted) {
				t.Errorf("CreatePair = %v, want the cause of the interrupt", err)
			}
		})
	}
}

func TestLeftoversOfAProcessThatDied(t *testing.T) {
	p := realProvider(t)
	cfg := realConfig(t, clusters.Candidate)
	if _, err := p.Create(t.Context(), cfg); err != nil {
		t.Fatal(err)
	}
	names, err := kind.Leftovers(t.Context())
	if err != nil || !slices.Contains(names, cfg.Name) {
		t.Errorf("Leftovers() = %q, %v; want %q among them", names, err, cfg.Name)
	}
	if err := p.DeleteByName(t.Context(), cfg.Name); err != nil {
		t.Error(err)
	}
}

// realProvider makes real clusters, and checks at the end of the test that the
// host is as it was.
func realProvider(t *testing.T) *kind.Provider {
	t.Helper()
	needsClusters(t)
	before := hostState(t)
	userKubeconfig := filepath.Join(t.TempDir(), "user")
	t.Setenv("KUBECONFIG", userKubeconfig)
	t.Cleanup(func() {
		if _, err := os.Stat(userKubeconfig); err == nil {
			t.Error("the user's kubeconfig has been written")
		}
		if after := hostState(t); after != before {
			t.Errorf("left on the host:\nbefore:\n%s\nafter:\n%s", before, after)
		}
	})
	builder := &nodeimage.Builder{}
	return &kind.Provider{Image: func(ctx context.Context, cfg clusters.Config) (string, error) {
		return builder.Ensure(ctx, nodeimage.Spec{
			Runtime: cfg.Runtime, KubernetesVersion: cfg.KubernetesVersion, KubeletVersion: cfg.KubeletVersion,
		})
	}}
}

// needsClusters skips tests that raise real clusters.
func needsClusters(t *testing.T) {
	t.Helper()
	if os.Getenv("REHEARSE_E2E") != "1" {
		t.Skip("raises clusters on this host's Docker: set REHEARSE_E2E=1")
	}
}

func realConfig(t *testing.T, side clusters.Side) clusters.Config {
	t.Helper()
	r := clusters.Docker
	if side == clusters.Candidate {
		r = clusters.Containerd
	}
	return clusters.Config{
		Side: side, Name: fmt.Sprintf("rehearse-kindtest-%d-%s", os.Getpid(), side), Runtime: r,
		KubernetesVersion: clusters.DefaultKubernetesVersion, Dir: t.TempDir(),
	}
}

// hostState is what a cluster could leave behind. Containers of these tests and
// volumes that no container has are all that counts: others may come and go.
func hostState(t *testing.T) string {
	t.Helper()
	var state strings.Builder
	for _, args := range [][]string{
		{"ps", "--all", "--filter", "name=rehearse-kindtest", "--format", "container {{.Names}}"},
		{"volume", "ls", "--filter", "dangling=true", "--format", "volume {{.Name}}"},
		{"network", "ls", "--format", "network {{.Name}}"},
	} {
		out, err := exec.CommandContext(context.WithoutCancel(t.Context()), "docker", args...).Output()
		if err != nil {
			t.Fatal(err)
		}
		state.Write(out)
	}
	return state.String()
}

func checkKubeconfig(t *testing.T, c *clusters.Cluster) {
	t.Helper()
	info, err := os.Stat(c.Kubeconfig)
	if err != nil {
		t.Fatal(err)
	}
	if mode := info.Mode().Perm(); mode != 0o600 {
		t.Errorf("%s: kubeconfig has mode %o, want 600", c.Side, mode)
	}
}

func checkRuntime(t *testing.T, c *clusters.Cluster) {
	t.Helper()
	clients, err := kube.New(c.Kubeconfig)
	if err != nil {
		t.Fatal(err)
	}
	nodes, err := clients.Typed.CoreV1().Nodes().List(t.Context(), metav1.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range nodes.Items {
		if got := n.Status.NodeInfo.ContainerRuntimeVersion; !runtime.IsReported(got, c.Runtime) {
			t.Errorf("%s: node %q runs %q, want %q", c.Side, n.Name, got, c.Runtime)
		}
	}
}

func checkExec(t *testing.T, p *kind.Provider, c *clusters.Cluster) {
	t.Helper()
	var name bytes.Buffer
	if err := p.ExecOnNode(t.Context(), c, c.Nodes[0], nil, &name, "hostname"); err != nil {
		t.Fatal(err)
	}
	if got := strings.TrimSpace(name.String()); got != c.Nodes[0] {
		t.Errorf("%s: hostname on node %q is %q", c.Side, c.Nodes[0], got)
	}
}

// savedImage is an archive of a small image with one file.
func savedImage(t *testing.T) (archive, ref string) {
	t.Helper()
	ref = "rehearse.dev/kindtest:1"
	dir := t.TempDir()
	layer, archive := filepath.Join(dir, "layer.tar"), filepath.Join(dir, "image.tar")
	if err := os.WriteFile(filepath.Join(dir, "hello"), []byte("hello\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, argv := range [][]string{
		{"tar", "--create", "--file", layer, "--directory", dir, "hello"},
		{"docker", "import", layer, ref},
		{"docker", "save", "--output", archive, ref},
		{"docker", "image", "rm", ref},
	} {
		if out, err := exec.CommandContext(t.Context(), argv[0], argv[1:]...).CombinedOutput(); err != nil {
			t.Fatalf("%q: %v: %s", argv, err, out)
		}
	}
	return archive, ref
}
