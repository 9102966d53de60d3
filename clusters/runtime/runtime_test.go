package runtime_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rehearse-dev/rehearse/clusters"
	"github.com/rehearse-dev/rehearse/clusters/runtime"
)

func TestEveryRuntimeHasAWholeProfile(t *testing.T) {
	t.Parallel()
	for _, r := range clusters.Runtimes() {
		t.Run(string(r), func(t *testing.T) {
			t.Parallel()
			p, err := runtime.Of(r)
			if err != nil {
				t.Fatal(err)
			}
			if p.Runtime != r {
				t.Errorf("runtime.Of(%q).Runtime = %q", r, p.Runtime)
			}
			if !strings.HasPrefix(p.CRISocket, "unix:///") {
				t.Errorf("CRISocket = %q, want a unix:// URL", p.CRISocket)
			}
			if !slices.Contains(p.Units, p.Service) {
				t.Errorf("Units = %q lack the service %q", p.Units, p.Service)
			}
			for what, value := range map[string]string{
				"Socket": p.Socket, "Process": p.Process, "DataDir": p.DataDir, "Settings": p.Settings,
				"Log.Format": p.Log.Format, "Log.Files": p.Log.Files, "Log.RotatedBy": p.Log.RotatedBy,
				"StorageDriver": p.StorageDriver, "CgroupDriver": p.CgroupDriver,
				"Versions[runtime]": strings.Join(p.Versions["runtime"], " "),
				"Versions[runc]":    strings.Join(p.Versions["runc"], " "),
			} {
				if value == "" {
					t.Errorf("%s is empty", what)
				}
			}
		})
	}
}

func TestIsReported(t *testing.T) {
	t.Parallel()
	for version, want := range map[string][]clusters.Runtime{
		"docker://20.10.24":  {clusters.Docker, clusters.Dockershim},
		"containerd://2.4.2": {clusters.Containerd},
		"cri-o://1.30":       nil,
		"":                   nil,
	} {
		var got []clusters.Runtime
		for _, r := range clusters.Runtimes() {
			if runtime.IsReported(version, r) {
				got = append(got, r)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q: %s", version, diff)
		}
	}
}

func TestUnknownRuntime(t *testing.T) {
	t.Parallel()
	_, err := runtime.Of("podman")
	if err == nil || !strings.Contains(err.Error(), `"podman"`) || !strings.Contains(err.Error(), "containerd") {
		t.Errorf(`runtime.Of("podman") = %v, want an error that names it and the known runtimes`, err)
	}
}

func TestAllUnitsNamesEachOnce(t *testing.T) {
	t.Parallel()
	want := []string{
		"containerd.service", "cri-docker.service", "cri-docker.socket",
		"docker.service", "docker.socket", "kubelet.service",
	}
	if diff := cmp.Diff(want, runtime.AllUnits()); diff != "" {
		t.Error(diff)
	}
}

func TestParseImages(t *testing.T) {
	t.Parallel()
	const cri = `{"images":[
		{"id":"sha256:bb","repoTags":["docker.io/shop/web:1"],"repoDigests":["docker.io/shop/web@sha256:dd"],"size":"1"},
		{"id":"sha256:aa","repoTags":["registry.k8s.io/pause:3.10.2"],"repoDigests":[],"pinned":true}]}`
	const docker = `{"ID":"sha256:bb","Repository":"shop/web","Tag":"1"}
{"ID":"sha256:aa","Repository":"registry.k8s.io/pause","Tag":"3.10.2"}
{"ID":"sha256:bb","Repository":"shop/web","Tag":"2"}
`
	for name, row := range map[string]struct {
		runtime clusters.Runtime
		printed string
		want    []runtime.Image
	}{
		"what crictl prints": {clusters.Containerd, cri, []runtime.Image{
			{ID: "sha256:aa", Names: []string{"registry.k8s.io/pause:3.10.2"}},
			{ID: "sha256:bb", Names: []string{"docker.io/shop/web:1", "docker.io/shop/web@sha256:dd"}},
		}},
		"what docker prints, several tags of one image": {clusters.Dockershim, docker, []runtime.Image{
			{ID: "sha256:aa", Names: []string{"registry.k8s.io/pause:3.10.2"}},
			{ID: "sha256:bb", Names: []string{"shop/web:1", "shop/web:2"}},
		}},
		"an empty store, by crictl": {clusters.Docker, `{"images":[]}`, []runtime.Image{}},
		"an empty store, by docker": {clusters.Dockershim, "", []runtime.Image{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, err := runtime.Of(row.runtime)
			if err != nil {
				t.Fatal(err)
			}
			got, err := p.ParseImages([]byte(row.printed))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(row.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestParseImagesNamesWhoPrintedNonsense(t *testing.T) {
	t.Parallel()
	for _, r := range clusters.Runtimes() {
		p, err := runtime.Of(r)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := p.ParseImages([]byte("no such command")); err == nil || !strings.Contains(err.Error(), p.ListImages[0]) {
			t.Errorf("%s: error %v does not name %q", r, err, p.ListImages[0])
		}
	}
}

func TestMissing(t *testing.T) {
	t.Parallel()
	store := []runtime.Image{
		{ID: "sha256:aa", Names: []string{"docker.io/library/busybox:1.36"}},
		{ID: "sha256:bb", Names: []string{"shop/web:1"}},
		{ID: "sha256:cc", Names: []string{"localhost/tool:latest"}},
	}
	refs := []string{"busybox:1.36", "shop/web:1", "localhost/tool", "shop/web:2", "registry.example:5000/shop/web:1"}
	for r, want := range map[clusters.Runtime][]string{
		clusters.Docker:     {"shop/web:2", "registry.example:5000/shop/web:1"},
		clusters.Dockershim: {"shop/web:2", "registry.example:5000/shop/web:1"},
		clusters.Containerd: {"shop/web:1", "shop/web:2", "registry.example:5000/shop/web:1"},
	} {
		p, err := runtime.Of(r)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, p.Missing(store, refs)); diff != "" {
			t.Errorf("%s: %s", r, diff)
		}
	}
}

func TestFullName(t *testing.T) {
	t.Parallel()
	for ref, want := range map[string]string{
		"busybox":                            "docker.io/library/busybox:latest",
		"busybox:1":                          "docker.io/library/busybox:1",
		"shop/web:1":                         "docker.io/shop/web:1",
		"docker.io/library/busybox:1":        "docker.io/library/busybox:1",
		"localhost/web":                      "localhost/web:latest",
		"localhost:5000/web":                 "localhost:5000/web:latest",
		"registry.example/a/b/c:2":           "registry.example/a/b/c:2",
		"registry.example:5000/web":          "registry.example:5000/web:latest",
		"registry.example/web@sha256:abcdef": "registry.example/web@sha256:abcdef",
	} {
		if got := runtime.FullName(ref); got != want {
			t.Errorf("FullName(%q) = %q, want %q", ref, got, want)
		}
		if again := runtime.FullName(want); again != want {
			t.Errorf("FullName(%q) = %q, want it unchanged", want, again)
		}
	}
}
