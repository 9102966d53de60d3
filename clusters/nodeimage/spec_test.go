package nodeimage

import (
	"strings"
	"testing"

	"github.com/rehearse-dev/rehearse/clusters"
)

func TestSpecComplete(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		spec    Spec
		kubelet string
		problem string
	}{
		"kubelet of the cluster's version": {Spec{clusters.Docker, "v1.37.2", ""}, "v1.37.2", ""},
		"older kubelet":                    {Spec{clusters.Containerd, "v1.37.2", "v1.23.17"}, "v1.23.17", ""},
		"dockershim brings its kubelet":    {Spec{clusters.Dockershim, "v1.37.2", ""}, "v1.23.17", ""},
		"dockershim was removed":           {Spec{clusters.Dockershim, "v1.37.2", "v1.24.0"}, "", "has no dockershim"},
		"unknown runtime":                  {Spec{"podman", "v1.37.2", ""}, "", `unknown runtime "podman"`},
		"no version":                       {Spec{clusters.Docker, "", ""}, "", "no Kubernetes version"},
		"version without a v":              {Spec{clusters.Docker, "1.37.2", ""}, "", "no Kubernetes version"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			spec, err := test.spec.complete()
			switch {
			case test.problem == "" && (err != nil || spec.KubeletVersion != test.kubelet):
				t.Errorf("complete() = %+v, %v, want kubelet %s", spec, err, test.kubelet)
			case test.problem != "" && (err == nil || !strings.Contains(err.Error(), test.problem)):
				t.Errorf("complete() = %v, want an error with %q", err, test.problem)
			}
		})
	}
}

func TestKubeletFlags(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		spec Spec
		want string
	}{
		"containerd": {
			Spec{clusters.Containerd, "v1.37.2", "v1.37.2"},
			"--runtime-cgroups=/system.slice/containerd.service",
		},
		"docker": {
			Spec{clusters.Docker, "v1.37.2", "v1.37.2"},
			"--runtime-cgroups=/system.slice/docker.service",
		},
		"dockershim": {
			Spec{clusters.Dockershim, "v1.37.2", "v1.23.17"},
			"--runtime-cgroups=/system.slice/docker.service --container-runtime=docker --network-plugin=cni " +
				"--cni-bin-dir=/opt/cni/bin --cni-conf-dir=/etc/cni/net.d --pod-infra-container-image=@pause@",
		},
		"containerd under a kubelet that prefers Docker": {
			Spec{clusters.Containerd, "v1.37.2", "v1.23.17"},
			"--runtime-cgroups=/system.slice/containerd.service --container-runtime=remote " +
				"--container-runtime-endpoint=unix:///run/containerd/containerd.sock",
		},
		"docker under a kubelet without the configuration field": {
			Spec{clusters.Docker, "v1.37.2", "v1.26.0"},
			"--runtime-cgroups=/system.slice/docker.service --container-runtime-endpoint=unix:///run/cri-dockerd.sock",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := strings.Join(kubeletFlags(test.spec), " "); got != test.want {
				t.Errorf("kubeletFlags(%+v) =\n%s, want\n%s", test.spec, got, test.want)
			}
		})
	}
}

func TestKindsReadBack(t *testing.T) {
	t.Parallel()
	for _, spec := range []Spec{
		{clusters.Docker, "v1.37.2", "v1.37.2"},
		{clusters.Containerd, "v1.37.2", "v1.23.17"},
		{clusters.Dockershim, "v1.37.2", "v1.23.17"},
	} {
		p := plan{spec: spec}
		if got, ok := parseKind(p.kind()); !ok || got != spec {
			t.Errorf("parseKind(%q) = %+v, %t, want %+v", p.kind(), got, ok, spec)
		}
	}
	for _, kind := range []string{"system", "debian", "base-v1.37.2", "common-v1.37.2", ""} {
		if spec, ok := parseKind(kind); ok {
			t.Errorf("parseKind(%q) = %+v, want none", kind, spec)
		}
	}
}
