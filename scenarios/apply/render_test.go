package apply_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/rehearse-dev/rehearse/scenarios"
	"github.com/rehearse-dev/rehearse/scenarios/apply"
)

// scenario unpacks files in txtar form and returns a scenario over them.
func scenario(t *testing.T, files string, workloads ...scenarios.Workload) *scenarios.Scenario {
	t.Helper()
	s := &scenarios.Scenario{Metadata: scenarios.Metadata{Name: "shop"}, Dir: t.TempDir()}
	s.Spec.Workloads = workloads
	s.SetDefaults()
	for _, f := range txtar.Parse([]byte(files)).Files {
		path := filepath.Join(s.Dir, f.Name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, f.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// outline is the objects as lines: kind, namespace, name and source.
func outline(objects []apply.Object) []string {
	lines := []string{}
	for _, o := range objects {
		line := o.GetKind() + " " + strings.TrimPrefix(o.GetNamespace()+"/"+o.GetName(), "/") + " " + o.Source
		if !o.Wait {
			line += " unawaited"
		}
		lines = append(lines, line)
	}
	return lines
}

const manifests = `
-- m/a.yaml --
# A comment before the first document.
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
---
# Nothing but a comment.
---
apiVersion: example.com/v1
kind: Widget
metadata: {name: wheel}
--- # the definition comes last here and first on the cluster
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.com}
-- m/deeper/b.json --
{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}}
-- m/list.yml --
apiVersion: v1
kind: List
items:
- {apiVersion: v1, kind: Service, metadata: {name: web, namespace: shop}}
- {apiVersion: v1, kind: ConfigMap, metadata: {name: web, namespace: shop}}
-- m/notes.txt --
Not a manifest.
`

func TestRenderOrdersManifests(t *testing.T) {
	t.Parallel()
	got, err := apply.Render(scenario(t, manifests, scenarios.Workload{Manifests: "m"}))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"Namespace shop m/deeper/b.json:1",
		"CustomResourceDefinition widgets.example.com m/a.yaml:13",
		"ConfigMap shop/web m/list.yml:1 item 2",
		"Service shop/web m/list.yml:1 item 1",
		"Deployment shop/web m/a.yaml:3",
		"Widget wheel m/a.yaml:9",
	}
	if diff := cmp.Diff(want, outline(got)); diff != "" {
		t.Errorf("Render (-want +got):\n%s", diff)
	}
}

func TestRenderMarksWhatIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	const files = `
-- bad.yaml --
{apiVersion: v1, kind: Pod, metadata: {name: bad}}
-- agent.yaml --
{apiVersion: apps/v1, kind: DaemonSet, metadata: {name: agent}}
`
	s := scenario(t, files, scenarios.Workload{Manifests: "bad.yaml", Ready: scenarios.ReadyNone})
	s.Spec.Agents = []scenarios.Agent{{Name: "agent", Workload: scenarios.Workload{Manifests: "agent.yaml"}}}
	got, err := apply.Render(s)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"DaemonSet agent agent.yaml:1", "Pod bad bad.yaml:1 unawaited"}
	if diff := cmp.Diff(want, outline(got)); diff != "" {
		t.Errorf("Render (-want +got):\n%s", diff)
	}
}

func TestRenderNamesEveryBrokenDocument(t *testing.T) {
	t.Parallel()
	const files = `
-- m/a.yaml --
apiVersion: v1
kind: ConfigMap
---
apiVersion: v1
kind: ConfigMap
metadata: {name: a
---
just some text
-- m/b.yaml --
metadata: {name: b}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: c}
data:
  x: "1"
  x: "2"
---
apiVersion: v1
kind: List
items: [{kind: ConfigMap}]
---
{apiVersion: v1, kind: ConfigMap, metadata: {name: d, annotations: {a: 1}}}
`
	_, err := apply.Render(scenario(t, files, scenarios.Workload{Manifests: "m"}))
	if err == nil {
		t.Fatal("Render = nil, want an error")
	}
	for _, want := range []string{
		`rendering scenario "shop": `,
		`m/a.yaml:1 (document 1): the object has no metadata.name`,
		`m/a.yaml:4 (document 2): reading YAML: `,
		`m/a.yaml:8 (document 3): expected the fields of an object, found "just some text"`,
		`m/b.yaml:1 (document 1): the object has no apiVersion and no kind`,
		`m/b.yaml:3 (document 2): reading YAML: `,
		`line 8: key "x" already set in map`,
		`m/b.yaml:14: reading annotations: `,
		`m/b.yaml:10 (document 3): the object has no apiVersion and no metadata.name`,
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("Render = %v\nwant %q in it", err, want)
		}
	}
}

func TestRenderRefusesTheSameObjectTwice(t *testing.T) {
	t.Parallel()
	const files = `
-- a.yaml --
{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}}
-- b.yaml --
{apiVersion: apps/v1beta1, kind: Deployment, metadata: {name: web, namespace: default}}
`
	_, err := apply.Render(scenario(t, files, scenarios.Workload{Manifests: "a.yaml"}, scenarios.Workload{Manifests: "b.yaml"}))
	const want = "b.yaml:1: Deployment default/web is also in a.yaml:1"
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("Render = %v, want %q in it", err, want)
	}
}

const kustomization = `
-- overlay/kustomization.yaml --
namespace: shop
resources: [../base]
images: [{name: web, newTag: "2"}]
-- base/kustomization.yaml --
resources: [web.yaml]
-- base/web.yaml --
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec: {template: {spec: {containers: [{name: web, image: "web:1"}]}}}
-- broken/kustomization.yaml --
resources: [missing.yaml]
`

func TestRenderBuildsKustomizations(t *testing.T) {
	t.Parallel()
	got, err := apply.Render(scenario(t, kustomization, scenarios.Workload{Kustomize: "overlay"}))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"Deployment shop/web overlay"}, outline(got)); diff != "" {
		t.Errorf("Render (-want +got):\n%s", diff)
	}
	want := []string{`Deployment shop/web (overlay) needs image "web:2", which is not in spec.images: the nodes have to pull it`}
	if diff := cmp.Diff(want, apply.MissingImages(got, nil)); diff != "" {
		t.Errorf("MissingImages (-want +got):\n%s", diff)
	}
	if warnings := apply.MissingImages(got, []string{"docker.io/library/web:2"}); len(warnings) > 0 {
		t.Errorf("MissingImages = %q, want none for an image by its long name", warnings)
	}
}

func TestRenderNamesABrokenKustomization(t *testing.T) {
	t.Parallel()
	_, err := apply.Render(scenario(t, kustomization, scenarios.Workload{Kustomize: "broken"}))
	if err == nil || !strings.Contains(err.Error(), `building kustomization "broken": `) || !strings.Contains(err.Error(), "missing.yaml") {
		t.Errorf("Render = %v, want the kustomization and the missing file in it", err)
	}
}
