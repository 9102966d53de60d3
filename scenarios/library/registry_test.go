package library_test

import (
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/rehearse-dev/rehearse/clusters/runtime/translate"
	"github.com/rehearse-dev/rehearse/internal/golden"
)

// TestTheRegistryScenarioHasTheTranslation wants the files of the candidate to be
// what the program makes of the baseline's, and nothing else.
func TestTheRegistryScenarioHasTheTranslation(t *testing.T) {
	t.Parallel()
	plan, err := translate.Sources{
		DaemonJSON: "registry/node/docker/daemon.json",
		Certs:      "registry/node/docker/certs.d",
		Registries: []string{"10.96.0.201:5000"},
	}.Plan()
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, f := range plan.Files {
		if strings.HasPrefix(f.Path, "certs.d/") {
			want = append(want, f.Path)
			golden.Check(t, path.Join("registry/node/containerd", f.Path), f.Content)
		}
	}
	var got []string
	err = fs.WalkDir(os.DirFS("registry/node/containerd"), ".", func(file string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			got = append(got, file)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("files (-translated +shipped):\n%s", diff)
	}
}

// TestEveryPullWaitsForEveryRegistry keeps chance out of who serves what.
func TestEveryPullWaitsForEveryRegistry(t *testing.T) {
	t.Parallel()
	var registries []string
	for _, object := range manifests(t, "registry") {
		if s, ok := object.(*corev1.Service); ok {
			registries = append(registries, s.Spec.ClusterIP)
		}
	}
	pulls := 0
	for _, object := range manifests(t, "registry") {
		d, ok := object.(*appsv1.Deployment)
		if !ok || !strings.HasPrefix(d.Name, "pull-") {
			continue
		}
		pulls++
		args := strings.Join(d.Spec.Template.Spec.InitContainers[0].Args, " ")
		missed := slices.DeleteFunc(slices.Clone(registries), func(ip string) bool { return strings.Contains(args, " "+ip+":") })
		if len(missed) > 0 {
			t.Errorf("%s does not wait for %q", d.Name, missed)
		}
	}
	if len(registries) == 0 || pulls != len(registries) {
		t.Errorf("%d registries, %d pulls", len(registries), pulls)
	}
}
