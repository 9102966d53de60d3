package nodeimage

import (
	"slices"
	"strings"
	"testing"
)

var names = imageNames(strings.Fields(`
	registry.k8s.io/kube-apiserver:v1.37.2
	registry.k8s.io/kube-proxy:v1.37.2
	registry.k8s.io/coredns/coredns:v1.14.6
	registry.k8s.io/pause:3.10.2
	registry.k8s.io/etcd:3.7.0-0`))

func TestImageNames(t *testing.T) {
	t.Parallel()
	if got := names.find("pause"); got != "registry.k8s.io/pause:3.10.2" {
		t.Errorf("find(pause) = %q", got)
	}
	if tag, err := names.tag("coredns"); err != nil || tag != "v1.14.6" {
		t.Errorf("tag(coredns) = %q, %v", tag, err)
	}
	if tag, err := names.tag("dns"); err == nil {
		t.Errorf("tag(dns) = %q: the end of a name is not a name", tag)
	}
}

func TestModuleVersion(t *testing.T) {
	t.Parallel()
	for tag, want := range map[string]string{"3.7.0-0": "v3.7.0", "v1.14.6": "v1.14.6"} {
		if got := moduleVersion(tag); got != want {
			t.Errorf("moduleVersion(%q) = %q, want %q", tag, got, want)
		}
	}
}

func TestKubeTags(t *testing.T) {
	t.Parallel()
	want := []string{kubeImage, "registry.k8s.io/kube-apiserver:v1.37.2", "registry.k8s.io/kube-proxy:v1.37.2"}
	if got := kubeTags(names); !slices.Equal(got, want) {
		t.Errorf("kubeTags = %q, want %q", got, want)
	}
}

func TestToolboxFilesComeOnce(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, f := range toolboxFiles("busybox", "agnhost", []string{"sh", "wget"}) {
		if seen[f.path] {
			t.Errorf("%s is there twice", f.path)
		}
		seen[f.path] = true
	}
	for _, path := range []string{"bin/sh", "bin/busybox", "agnhost", "etc/passwd", "tmp"} {
		if !seen[path] {
			t.Errorf("no %s", path)
		}
	}
}

func TestParseImages(t *testing.T) {
	t.Parallel()
	images, err := parseImages([]byte(`[
		{"Id": "sha256:1", "RepoTags": ["rehearse/node:docker-v1.37.2-0123456789abcdef", "other:1"],
		 "Created": "2026-01-01T00:00:00Z", "Size": 7},
		{"Id": "sha256:2", "RepoTags": ["rehearse/node:system-0123456789abcdef"], "Created": "2026-01-02T00:00:00Z"},
		{"Id": "sha256:3", "RepoTags": [], "Created": "2026-01-03T00:00:00Z"}]`))
	if err != nil || len(images) != 2 {
		t.Fatalf("parseImages = %+v, %v, want two", images, err)
	}
	if images[0].Kind != "system" || images[1].Kind != "docker-v1.37.2" || images[1].Size != 7 {
		t.Errorf("parseImages = %+v, want the newer first", images)
	}
}
