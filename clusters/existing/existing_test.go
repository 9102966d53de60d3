package existing_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/rehearse-dev/rehearse/clusters"
	"github.com/rehearse-dev/rehearse/clusters/existing"
)

func TestCreateTakesTheClusterOfItsSide(t *testing.T) {
	t.Parallel()
	p := existing.Provider{
		Baseline:  kubeconfig(t, serve(t, "b1 docker://20.10.24", "b0 docker://20.10.24")),
		Candidate: kubeconfig(t, serve(t, "c0 containerd://2.4.2")),
	}
	pair, err := clusters.CreatePair(t.Context(), p,
		clusters.Config{Side: clusters.Baseline, Name: "b", Runtime: clusters.Dockershim},
		clusters.Config{Side: clusters.Candidate, Name: "c", Runtime: clusters.Containerd})
	if err != nil {
		t.Fatal(err)
	}
	want := &clusters.Pair{
		Baseline: &clusters.Cluster{
			Name: "b", Side: clusters.Baseline, Runtime: clusters.Dockershim,
			Kubeconfig: p.Baseline, Nodes: []string{"b0", "b1"},
		},
		Candidate: &clusters.Cluster{
			Name: "c", Side: clusters.Candidate, Runtime: clusters.Containerd,
			Kubeconfig: p.Candidate, Nodes: []string{"c0"},
		},
	}
	if diff := cmp.Diff(want, pair); diff != "" {
		t.Error(diff)
	}
	if err := clusters.DeletePair(t.Context(), p, pair); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(p.Baseline); err != nil {
		t.Errorf("the user's kubeconfig is gone: %v", err)
	}
}

func TestCreateRefuses(t *testing.T) {
	t.Parallel()
	gone := httptest.NewServer(nil)
	gone.Close()
	for name, row := range map[string]struct {
		kubeconfig string
		want       []string
	}{
		"no kubeconfig":                  {"", []string{"no kubeconfig is given for the baseline"}},
		"a kubeconfig that is not there": {"nowhere/config", []string{"nowhere/config", "no such file"}},
		"a server that is not there":     {kubeconfig(t, gone.URL), []string{"connection refused"}},
		"a cluster without nodes":        {kubeconfig(t, serve(t)), []string{"it has none"}},
		"another runtime":                {kubeconfig(t, serve(t, "n1 containerd://2.4.2")), []string{`runtime "docker" is wanted`, "n1 runs containerd://2.4.2"}},
		"mixed runtimes": {
			kubeconfig(t, serve(t, "n2 cri-o://1.30", "n1 docker://26.1.5", "n0 containerd://1.7")),
			[]string{"n0 runs containerd://1.7, n2 runs cri-o://1.30"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := existing.Provider{Baseline: row.kubeconfig}
			c, err := p.Create(t.Context(), clusters.Config{Side: clusters.Baseline, Runtime: clusters.Docker})
			if err == nil {
				t.Fatalf("Create = %v, want an error", c)
			}
			for _, want := range append(row.want, "kubeconfig") {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("Create: %q does not say %q", err, want)
				}
			}
		})
	}
}

func TestOffersNothingOfTheNodes(t *testing.T) {
	t.Parallel()
	var p clusters.Provider = existing.Provider{}
	if _, can := p.(clusters.NodeExecer); can {
		t.Error("claims to run commands on nodes")
	}
	if _, can := p.(clusters.ImageLoader); can {
		t.Error("claims to load images")
	}
}

// serve answers as an API server whose nodes are given as "name runtime".
func serve(t *testing.T, nodes ...string) (url string) {
	t.Helper()
	list := corev1.NodeList{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "NodeList"}}
	for _, n := range nodes {
		name, version, _ := strings.Cut(n, " ")
		list.Items = append(list.Items, corev1.Node{
			ObjectMeta: metav1.ObjectMeta{Name: name},
			Status:     corev1.NodeStatus{NodeInfo: corev1.NodeSystemInfo{ContainerRuntimeVersion: version}},
		})
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/api/v1/nodes" {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		if err := json.NewEncoder(w).Encode(list); err != nil {
			t.Error(err)
		}
	}))
	t.Cleanup(server.Close)
	return server.URL
}

func kubeconfig(t *testing.T, server string) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "kubeconfig")
	content := fmt.Sprintf(`{apiVersion: v1, kind: Config, current-context: it,
clusters: [{name: it, cluster: {server: %q}}],
contexts: [{name: it, context: {cluster: it}}]}`, server)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
