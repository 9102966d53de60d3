package collect_test

import (
	"encoding/base64"
	"io"
	"strings"
	"testing"

	"github.com/rehearse-dev/rehearse/clusters/clustertest"
	"github.com/rehearse-dev/rehearse/harness/collect"
	"github.com/rehearse-dev/rehearse/harness/record"
)

// facts joins what a node prints, with | for its tabs.
func facts(lines ...string) string {
	return strings.ReplaceAll(strings.Join(lines, "\n")+"\n", "|", "\t")
}

// nodeSource is a cluster of one node that prints the given facts and images.
func nodeSource(facts, images string) collect.Source {
	src := source()
	src.Cluster.Nodes = []string{"n1"}
	src.Exec = &clustertest.Provider{Exec: func(_ string, stdin io.Reader, _ []string) (string, error) {
		if stdin == nil {
			return images, nil
		}
		return facts, nil
	}}
	return src
}

func TestNode(t *testing.T) {
	t.Parallel()
	id := strings.Repeat("0f", 32)
	config := base64.StdEncoding.EncodeToString([]byte("  auth = \"c2VjcmV0\"\n  \"password\": \"x\",\nbindPassword: \"y\"\nauthentication: {}\ntokenTTL = 5\n"))
	r, _ := collected(t, nodeSource(facts(
		"unit|kubelet.service|loaded|active|running", "unit|docker.service|not-found|inactive|dead", "unit|x.service|||",
		"socket|unix:/run/b.sock", "socket|tcp:127.0.0.1:10248", "socket|unix:/run/b.sock",
		"process|1|0|no|systemd|/sbin/init ", "process|7|1|no|shim|shim -id "+id, "process|8|1|no|shim|shim -id "+strings.Repeat("1e", 32),
		"process|9|8|yes|web|web", "process|20|0|no|bash|bash -c", "process|21|20|no|awk|awk",
		"mount|overlay|/", "mount|tmpfs|/run",
		"file|/run/docker.sock|directory|0", "file|/etc/crictl.yaml|file|",
		"sysctl|vm.panic_on_oom|0", "limit|Max open files|1024|4096",
		"chain|nat/DOCKER", "chain|filter/INPUT", "link|lo", "binary|docker|/usr/bin/docker", "config|config.toml|"+config,
	), `{"images":[{"id":"sha256:b","repoTags":["z:1","a:1"]},{"id":"sha256:a"}]}`), record.Node)
	got, err := r.Nodes()
	if err != nil {
		t.Fatal(err)
	}
	diff(t, "facts", []record.NodeFacts{{
		Node: "n1",
		Units: []record.Unit{
			{Name: "docker.service", State: "not-found"}, {Name: "kubelet.service", State: "active/running"}, {Name: "x.service", State: "unknown"},
		},
		Sockets: []string{"tcp:127.0.0.1:10248", "unix:/run/b.sock"},
		Procs:   []record.Process{{Name: "shim", Args: "shim -id <id>", Count: 2}, {Name: "systemd", Args: "/sbin/init", Count: 1}},
		Mounts:  []record.NodeMount{{Path: "/", Type: "overlay"}, {Path: "/run", Type: "tmpfs"}},
		Files:   []record.File{{Path: "/etc/crictl.yaml", Type: "file"}, {Path: "/run/docker.sock", Type: "directory", Detail: "0"}},
		Sysctls: map[string]string{"vm.panic_on_oom": "0"}, Limits: map[string]string{"Max open files": "1024/4096"},
		Chains: []string{"filter/INPUT", "nat/DOCKER"}, Links: []string{"lo"}, Binaries: map[string]string{"docker": "/usr/bin/docker"},
		Config: map[string]string{"config.toml": "  auth = \"<redacted>\"\n  \"password\": \"<redacted>\",\nbindPassword: \"<redacted>\"\nauthentication: {}\ntokenTTL = 5\n"},
		Images: []record.NodeImage{{ID: "sha256:a"}, {Names: []string{"a:1", "z:1"}, ID: "sha256:b"}},
	}}, got)
}

func TestNodeGaps(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ facts, images, gap string }{
		"an unknown fact":        {facts("moon|full"), `{}`, "node n1"},
		"too few fields":         {facts("unit|kubelet.service"), `{}`, "node n1"},
		"a config not in base64": {facts("config|daemon.json|?"), `{}`, "node n1"},
		"images that are none":   {facts("link|lo"), `?`, "images of node n1"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, _ := collected(t, nodeSource(tt.facts, tt.images), record.Node)
			diff(t, "gaps", []string{tt.gap}, subjects(r.Gap(record.Node)))
			nodes, err := r.Nodes()
			if err != nil {
				t.Fatal(err)
			}
			if known := tt.gap != "node n1"; (len(nodes) == 1) != known {
				t.Errorf("recorded %d nodes, want the one that could be read", len(nodes))
			}
		})
	}
}
