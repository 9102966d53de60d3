package e2e_test

import (
	"fmt"
	"maps"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-containerregistry/pkg/registry"

	"github.com/rehearse-dev/rehearse/harness/compare"
	"github.com/rehearse-dev/rehearse/harness/record"
)

// TestExisting rehearses on two clusters that are there already. The findings
// are those of the kind provider, but for what the gaps name.
func TestExisting(t *testing.T) {
	requireE2E(t)
	clean := nothingLeft(t)
	out := t.TempDir()
	rehearse(t, nil, "run", "quickstart", "--out", out)
	want := comparison(t, latest(t, out))
	if got := rehearse(t, nil, "up", "quickstart", "--out", out); got.code != 0 {
		t.Fatalf("rehearse up: exit code %d", got.code)
	}
	pair := latest(t, out)
	t.Cleanup(func() {
		rehearse(t, nil, "down", pair)
		clean()
	})
	rehearse(t, nil, "run", "quickstart", "--out", out,
		"--baseline-kubeconfig", filepath.Join(pair, "clusters/baseline/kubeconfig"),
		"--candidate-kubeconfig", filepath.Join(pair, "clusters/candidate/kubeconfig"))
	got := comparison(t, latest(t, out))
	if len(got.Gaps) == 0 {
		t.Error("no gap is named, although the nodes could not be reached")
	}
	for cause, kind := range causes(want) {
		_, found := causes(got)[cause]
		if nodeKind := kind == record.Node || kind == record.Logs || kind == record.Access; !found && !nodeKind {
			t.Errorf("%s (%s) is not found on existing clusters", cause, kind)
		}
	}
	for cause := range causes(got) {
		if _, known := causes(want)[cause]; !known {
			t.Errorf("%s is found on existing clusters only", cause)
		}
	}
	if t.Failed() {
		explain(t, got)
	}
}

// causes are the catalogue entries that a comparison names, each with the kind
// of evidence that shows it.
func causes(c *compare.Comparison) map[string]record.Kind {
	found := map[string]record.Kind{}
	for _, f := range c.Findings {
		found[f.Cause] = f.Kind
	}
	delete(found, "")
	return found
}

// TestRegistry builds the node images from a registry that holds a base under
// kindest/node's name, and takes the scenario's images from it too.
func TestRegistry(t *testing.T) {
	requireE2E(t)
	clean := nothingLeft(t)
	server := httptest.NewServer(registry.New())
	t.Cleanup(server.Close)
	host := strings.TrimPrefix(server.URL, "http://")
	push(t, sourceBase(t), host+"/kindest/node:v1.37.2")
	out := t.TempDir()
	rehearse(t, nil, "run", "quickstart", "--out", out)
	want := slices.Sorted(maps.Keys(causes(comparison(t, latest(t, out)))))

	dir := edited(t, func(scenario string) string {
		return regexp.MustCompile(`build: ./programs/(\w+)`).ReplaceAllString(scenario, "pull: "+host+"/quickstart/$1:1")
	})
	for _, name := range []string{"shop", "agents"} {
		pushProgram(t, filepath.Join(dir, "programs", name), host+"/quickstart/"+name+":1")
	}
	env := []string{"REHEARSE_BASE_IMAGE=" + host + "/kindest/node"}
	if got := rehearse(t, env, "run", dir, "--out", out); got.code != 1 {
		t.Fatalf("exit code %d, want 1", got.code)
	}
	c := comparison(t, latest(t, out))
	if diff := cmp.Diff(want, slices.Sorted(maps.Keys(causes(c)))); diff != "" {
		t.Errorf("causes (-offline +registry):\n%s", diff)
		explain(t, c)
	}
	clean()
}

// sourceBase is the reference of the base image that was built on this host.
func sourceBase(t *testing.T) string {
	t.Helper()
	for ref := range strings.FieldsSeq(docker(t, "images", "--format", "{{.Repository}}:{{.Tag}}", "rehearse/node")) {
		if strings.Contains(ref, ":base-v1.37.2-") {
			return ref
		}
	}
	t.Skip("needs a base built from source: rehearse images build")
	return ""
}

func push(t *testing.T, image, ref string) {
	t.Helper()
	docker(t, "tag", image, ref)
	t.Cleanup(func() { docker(t, "rmi", ref) })
	docker(t, "push", "--quiet", ref)
	docker(t, "rmi", ref) // so that it has to come from the registry
	t.Cleanup(func() { docker(t, "tag", image, ref) })
}

// pushProgram puts a Go program's image into the registry by Docker's own means.
func pushProgram(t *testing.T, dir, ref string) {
	t.Helper()
	context := t.TempDir()
	source := t.TempDir()
	if err := os.CopyFS(source, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(source, "go.mod"), "module program\n\ngo 1.26\n")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", filepath.Join(context, "program"), ".")
	build.Dir, build.Env = source, append(os.Environ(), "CGO_ENABLED=0")
	if raw, err := build.CombinedOutput(); err != nil {
		t.Fatalf("building %s: %v\n%s", dir, err, raw)
	}
	write(t, filepath.Join(context, "Dockerfile"), "FROM scratch\nCOPY program /program\nENTRYPOINT [\"/program\"]\n")
	docker(t, "build", "--quiet", "--tag", ref, context)
	docker(t, "push", "--quiet", ref)
	docker(t, "rmi", ref)
}

// edited is a copy of the quickstart scenario with its file changed.
func edited(t *testing.T, edit func(string) string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("../../scenarios/library/quickstart")); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "scenario.yaml")
	before := string(read(t, file))
	after := edit(before)
	if after == before {
		t.Fatal("the edit changed nothing")
	}
	write(t, file, after)
	return dir
}

// TestDockershim rehearses the migration that Kubernetes 1.24 forced: what
// kubelet 1.23's own adapter showed is reported as lost, and nothing else of
// the metrics.
func TestDockershim(t *testing.T) {
	requireE2E(t)
	clean := nothingLeft(t)
	dir := edited(t, func(scenario string) string {
		return strings.Replace(scenario, "spec:\n",
			"spec:\n  pair:\n    kubeletVersion: v1.23.17\n    baseline: {runtime: dockershim}\n", 1)
	})
	out := t.TempDir()
	if got := rehearse(t, nil, "run", dir, "--out", out); got.code != 1 {
		t.Fatalf("exit code %d, want 1", got.code)
	}
	c := comparison(t, latest(t, out))
	expectDockershimMetrics(t, c)
	if t.Failed() {
		explain(t, c)
	}
	clean()
}

func expectDockershimMetrics(t *testing.T, c *compare.Comparison) {
	t.Helper()
	subjects := map[string]string{}
	for _, f := range c.Findings {
		if f.Kind != record.Metrics {
			continue
		}
		for _, s := range f.Subjects {
			subjects[s] = f.Cause
		}
	}
	for _, name := range dockershimOnly() {
		found := slices.ContainsFunc(slices.Collect(maps.Keys(subjects)), func(s string) bool { return strings.Contains(s, name) })
		if !found {
			t.Errorf("%s is not reported as lost", name)
		}
	}
	for subject, cause := range subjects {
		if cause == "" {
			t.Errorf("%s is reported without a cause: noise, or something to explain", subject)
		}
	}
}

// dockershimOnly are metrics that only kubelet 1.23 with its own adapter has at
// container level, as measured on a pair.
func dockershimOnly() []string {
	var names []string
	for name := range strings.FieldsSeq(`inodes_free inodes_total io_current io_time_seconds_total
		io_time_weighted_seconds_total limit_bytes read_seconds_total reads_merged_total
		sector_reads_total sector_writes_total usage_bytes write_seconds_total writes_merged_total`) {
		names = append(names, "container_fs_"+name)
	}
	for name := range strings.FieldsSeq("receive_bytes receive_errors receive_packets receive_packets_dropped transmit_bytes transmit_errors transmit_packets transmit_packets_dropped") {
		names = append(names, fmt.Sprintf("container_network_%s_total", name))
	}
	return append(names, "kubelet_docker_operations_", "kubelet_network_plugin_operations_")
}
