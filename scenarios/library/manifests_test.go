package library_test

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"k8s.io/client-go/kubernetes/scheme"

	"github.com/rehearse-dev/rehearse/scenarios"
)

// shipped lists the folders of the shipped scenarios.
func shipped(t *testing.T) []string {
	t.Helper()
	files, err := fs.Glob(os.DirFS("."), "*/scenario.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("finding scenarios: %d found, %v", len(files), err)
	}
	names := make([]string, len(files))
	for i, f := range files {
		names[i] = path.Dir(f)
	}
	return names
}

// withPlanted lists the planted scenarios, too, which do not ship with the program.
func withPlanted(t *testing.T) []string {
	t.Helper()
	files, err := fs.Glob(os.DirFS("."), "planted/*/scenario.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("finding planted scenarios: %d found, %v", len(files), err)
	}
	names := shipped(t)
	for _, f := range files {
		names = append(names, path.Dir(f))
	}
	return names
}

func TestShippedManifestsDecodeStrictly(t *testing.T) {
	t.Parallel()
	for _, name := range withPlanted(t) {
		if len(manifests(t, name)) == 0 {
			t.Errorf("scenario %q has no objects", name)
		}
	}
}

// A Service that selects nothing, an image that is not loaded: mistakes that
// only a cluster would show otherwise.
func TestShippedManifestsFitTogether(t *testing.T) {
	t.Parallel()
	for _, name := range withPlanted(t) {
		objects := manifests(t, name)
		images := declaredImages(t, name)
		pods := podTemplates(objects)
		for _, pod := range pods {
			checkPod(t, name, pod, images)
		}
		for _, object := range objects {
			if service, ok := object.(*corev1.Service); ok && !selectsAny(service, pods) {
				t.Errorf("%s: service %q selects no pod", name, service.Name)
			}
		}
	}
}

// unlisted are images that are meant not to be there: those that nobody has, and
// those that the registry scenario pulls. The toolbox is on every node.
var unlisted = []string{
	"rehearse.dev/toolbox:1", "Planted/Docker:1",
	"127.0.0.1:5999/ghost:1",
	"rehearse-registry/popular:1", "rehearse-registry/rare:1", "10.96.0.103/team/ledger:1",
	"10.96.0.104:5000/team/greeter:1", "10.96.0.105/team/signed:1", "10.96.0.201:5000/team/ranged:1",
}

func checkPod(t *testing.T, scenario string, pod corev1.PodTemplateSpec, images []string) {
	t.Helper()
	for _, c := range pod.Spec.Containers {
		if !slices.Contains(images, c.Image) && !slices.Contains(unlisted, c.Image) {
			t.Errorf("%s: image %q of %q is not in spec.images", scenario, c.Image, c.Name)
		}
		if c.ImagePullPolicy != corev1.PullIfNotPresent {
			t.Errorf("%s: %q has pull policy %q, want %q", scenario, c.Name, c.ImagePullPolicy, corev1.PullIfNotPresent)
		}
		if c.Resources.Limits.Memory().IsZero() {
			t.Errorf("%s: %q has no memory limit", scenario, c.Name)
		}
	}
	if grace := pod.Spec.TerminationGracePeriodSeconds; grace == nil || *grace > 5 {
		t.Errorf("%s: pod of %q takes long to end", scenario, pod.Labels["app.kubernetes.io/name"])
	}
}

func selectsAny(service *corev1.Service, pods []corev1.PodTemplateSpec) bool {
	selector := labels.SelectorFromSet(service.Spec.Selector)
	return slices.ContainsFunc(pods, func(p corev1.PodTemplateSpec) bool {
		return selector.Matches(labels.Set(p.Labels))
	})
}

// podTemplates returns the pods that the objects make.
func podTemplates(objects []runtime.Object) []corev1.PodTemplateSpec {
	var pods []corev1.PodTemplateSpec
	for _, object := range objects {
		switch o := object.(type) {
		case *corev1.Pod:
			pods = append(pods, corev1.PodTemplateSpec{ObjectMeta: o.ObjectMeta, Spec: o.Spec})
		case *appsv1.Deployment:
			pods = append(pods, o.Spec.Template)
		case *appsv1.StatefulSet:
			pods = append(pods, o.Spec.Template)
		case *appsv1.DaemonSet:
			pods = append(pods, o.Spec.Template)
		case *batchv1.CronJob:
			pods = append(pods, o.Spec.JobTemplate.Spec.Template)
		}
	}
	return pods
}

// withSuite is the folder of a scenario. A planted one has a suite that is not
// compiled yet: an empty file stands for it in a copy.
func withSuite(t *testing.T, name string) string {
	t.Helper()
	if !strings.HasPrefix(name, "planted/") {
		return name
	}
	dir := filepath.Join(t.TempDir(), path.Base(name))
	if err := os.CopyFS(dir, os.DirFS(name)); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "planted.test"), nil, 0o755); err != nil { //nolint:gosec // it has to be executable
		t.Fatal(err)
	}
	return dir
}

// declaredImages are the images that a scenario says it needs.
func declaredImages(t *testing.T, name string) []string {
	t.Helper()
	s, err := scenarios.Load(withSuite(t, name))
	if err != nil {
		t.Fatal(err)
	}
	var images []string
	for _, image := range s.Spec.Images {
		images = append(images, image.Name)
	}
	return images
}

// manifests decodes every object of a scenario; a field that Kubernetes does not
// know is a mistake.
func manifests(t *testing.T, name string) []runtime.Object {
	t.Helper()
	var objects []runtime.Object
	err := fs.WalkDir(os.DirFS(name), "manifests", func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(file, ".yaml") {
			return err
		}
		raw, err := os.ReadFile(path.Join(name, file))
		if err != nil {
			return err
		}
		objects = append(objects, decode(t, path.Join(name, file), raw)...)
		return nil
	})
	if err != nil {
		t.Fatalf("reading manifests of %q: %v", name, err)
	}
	return objects
}

func decode(t *testing.T, file string, raw []byte) []runtime.Object {
	t.Helper()
	decoder := serializer.NewCodecFactory(scheme.Scheme, serializer.EnableStrict).UniversalDeserializer()
	reader := utilyaml.NewYAMLReader(bufio.NewReader(bytes.NewReader(raw)))
	var objects []runtime.Object
	for {
		document, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return objects
		}
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		object, _, err := decoder.Decode(document, nil, nil)
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		objects = append(objects, object)
	}
}
