package main

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestContainersStandTwice(t *testing.T) {
	t.Parallel()
	var p pods
	err := json.Unmarshal([]byte(`{"items": [{"metadata": {"namespace": "shop", "name": "web-1"}, "status": {"containerStatuses": [
		{"name": "web", "image": "docker.io/shop/web:1", "imageID": "sha256:aa", "containerID": "containerd://bb"},
		{"name": "waiting", "image": "shop/late:1", "containerID": ""}]}}]}`), &p)
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]bool{
		`kube_pod_container_info{namespace="shop",pod="web-1",container="web",image="docker.io/shop/web:1",image_id="sha256:aa",container_id="containerd://bb"} 1`: true,
		`census_container_info{namespace="shop",pod="web-1",container="web",image="web:1",id="bb"} 1`:                                                              true,
		"waiting": false,
	} {
		if got := strings.Contains(p.String(), text); got != want {
			t.Errorf("exposition contains %q: got %v, want %v:\n%s", text, got, want, p)
		}
	}
}

func TestNodesNameTheirRuntime(t *testing.T) {
	t.Parallel()
	var n nodes
	err := json.Unmarshal([]byte(`{"items": [{"metadata": {"name": "a"}, "status": {"nodeInfo": {"containerRuntimeVersion": "docker://26.1.5", "kubeletVersion": "v1.37.2"}}}]}`), &n)
	if err != nil {
		t.Fatal(err)
	}
	if want := `kube_node_info{node="a",container_runtime_version="docker://26.1.5",kubelet_version="v1.37.2"} 1`; !strings.Contains(n.String(), want) {
		t.Errorf("exposition lacks %q:\n%s", want, n)
	}
}
