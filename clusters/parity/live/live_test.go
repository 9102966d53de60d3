package live_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rehearse-dev/rehearse/clusters"
	"github.com/rehearse-dev/rehearse/clusters/clustertest"
	"github.com/rehearse-dev/rehearse/clusters/parity"
	"github.com/rehearse-dev/rehearse/clusters/parity/live"
)

// The answers of an API server to a cluster of two nodes.
const (
	version = `{"major":"1","minor":"37","gitVersion":"v1.37.2"}`
	nodes   = `{"apiVersion":"v1","kind":"NodeList","items":[` + node1 + `,` + node2 + `]}`
	node1   = `{"metadata":{"name":"shop-n1"},"status":{"capacity":{"cpu":"2","memory":"8Gi"},"nodeInfo":` + info + `}}`
	node2   = `{"metadata":{"name":"shop-n2"},"status":{"capacity":{"cpu":"4","memory":"8Gi"},"nodeInfo":` + info + `}}`
	info    = `{"kubeletVersion":"v1.23.17","kernelVersion":"6.18","osImage":"Debian","architecture":"amd64","containerRuntimeVersion":"containerd://2.4.2"}`
	configz = `{"kubeletconfig":{"kind":"KubeletConfiguration","apiVersion":"v1beta1","maxPods":110,"providerID":"kind://docker/shop/%s","containerLogMaxSize":"10Mi","containerLogMaxFiles":5,` +
		`"evictionHard":{"nodefs.available":"0%%"},"clusterDNS":["10.96.0.10"]}}`
)

var cluster = clusters.Cluster{Name: "shop", Runtime: clusters.Containerd, Nodes: []string{"shop-n1", "shop-n2"}}

func TestCollectReadsTheAPIServerAndKubelet(t *testing.T) {
	t.Parallel()
	c := cluster
	c.Kubeconfig = serve(t)
	got, gaps, err := live.Collect(t.Context(), struct{ clusters.Provider }{&clustertest.Provider{}}, &c)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		parity.Kubernetes:                   "v1.37.2",
		parity.Kubelet:                      "v1.23.17",
		parity.Skew:                         "v1.23.17 under v1.37.2",
		parity.Nodes:                        "2",
		parity.CPUs:                         "2 | 4",
		parity.Memory:                       "8Gi",
		parity.Kernel:                       "6.18",
		parity.OSImage:                      "Debian",
		parity.Architecture:                 "amd64",
		parity.Runtime:                      "containerd",
		parity.RuntimeVersion:               "2.4.2",
		parity.KubeletConfig + "maxPods":    "110",
		parity.KubeletConfig + "providerID": "kind://docker/<cluster>/<node>",
		parity.KubeletConfig + "containerLogMaxSize":           "10Mi",
		parity.KubeletConfig + "containerLogMaxFiles":          "5",
		parity.KubeletConfig + "evictionHard.nodefs.available": "0%",
		parity.KubeletConfig + "clusterDNS":                    `["10.96.0.10"]`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	wantGaps := []live.Gap{
		{Subject: "node shop-n1 from within", Reason: "the provider cannot run commands on nodes"},
		{Subject: "node shop-n2 from within", Reason: "the provider cannot run commands on nodes"},
	}
	if diff := cmp.Diff(wantGaps, gaps); diff != "" {
		t.Error(diff)
	}
}

func TestCollectReadsTheNodesThemselves(t *testing.T) {
	t.Parallel()
	c := cluster
	c.Kubeconfig = serve(t)
	fake := &clustertest.Provider{Exec: func(node string, _ io.Reader, argv []string) (string, error) {
		if argv[0] == "crictl" {
			return `{"images":[{"id":"sha256:aa","repoTags":["docker.io/shop/web:1"],"repoDigests":["docker.io/shop/web@sha256:bb"]}]}`, nil
		}
		return answer(argv[len(argv)-1], map[string]string{
			"cgroup.controllers": "0 1",
			"CapBnd":             "0 " + parity.ConfinedYes,
			"runc --version":     "127 bash: runc: command not found",
			"vm.max_map_count":   "0 65530",
			"/etc/resolv.conf":   "0 nameserver 10.0.0.1 # of " + node,
		}), nil
	}}
	got, gaps, err := live.Collect(t.Context(), fake, &c)
	if err != nil {
		t.Fatal(err)
	}
	for property, want := range map[string]string{
		parity.CgroupVersion:                  "1",
		parity.Confined:                       parity.ConfinedYes,
		parity.ResolvConf:                     "nameserver 10.0.0.1 # of <node>",
		parity.LogRotation:                    "kubelet, at 10Mi, 5 files",
		parity.Image + "docker.io/shop/web:1": "sha256:aa",
	} {
		if got[property] != want {
			t.Errorf("%q = %q, want %q", property, got[property], want)
		}
	}
	wantGap := live.Gap{Subject: "runc version on node shop-n1", Reason: "exit status 127: bash: runc: command not found"}
	if len(gaps) != 2 || gaps[0] != wantGap {
		t.Errorf("gaps = %+v, want one per node and first %+v", gaps, wantGap)
	}
}

func TestCollectNeedsAClusterThatAnswers(t *testing.T) {
	t.Parallel()
	gone := httptest.NewServer(nil)
	gone.Close()
	c := cluster
	c.Kubeconfig = kubeconfig(t, gone.URL)
	_, _, err := live.Collect(t.Context(), &clustertest.Provider{}, &c)
	if err == nil || !strings.Contains(err.Error(), `"shop"`) {
		t.Errorf("Collect = %v, want an error that names the cluster", err)
	}
}

var question = regexp.MustCompile(`(?m)^value=\$\((.*)\); answer (\d+) `)

// answer plays the script: each of its questions gets the answer of the first
// key that it contains, and 0 otherwise.
func answer(script string, answers map[string]string) string {
	var out strings.Builder
	for _, q := range question.FindAllStringSubmatch(script, -1) {
		line := "0 "
		for key, value := range answers {
			if strings.Contains(q[1], key) {
				line = value
			}
		}
		fmt.Fprintf(&out, "%s %s\n", q[2], line)
	}
	return out.String()
}

// serve answers as the API server and returns the path of its kubeconfig.
func serve(t *testing.T) string {
	t.Helper()
	answers := map[string]string{"/version": version, "/api/v1/nodes": nodes}
	for _, n := range cluster.Nodes {
		answers["/api/v1/nodes/"+n+"/proxy/configz"] = fmt.Sprintf(configz, n)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer, known := answers[r.URL.Path]
		if !known {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		if _, err := io.WriteString(w, answer); err != nil {
			t.Error(err)
		}
	}))
	t.Cleanup(server.Close)
	return kubeconfig(t, server.URL)
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
