package apply_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rehearse-dev/rehearse/scenarios"
	"github.com/rehearse-dev/rehearse/scenarios/apply"
)

const chart = `
-- charts/cache/Chart.yaml --
apiVersion: v2
name: fast-cache
version: 1.0.0
kubeVersion: ">=1.20.0"
-- charts/cache/values.yaml --
replicas: 1
image: cache:1
-- charts/cache/crds/widgets.yaml --
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.com}
-- charts/cache/templates/NOTES.txt --
Thank you for installing {{ .Release.Name }}.
-- charts/cache/templates/_helpers.tpl --
{{ define "name" }}{{ .Release.Name }}-cache{{ end }}
-- charts/cache/templates/cache.yaml --
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "name" . }}
  annotations: {built-for: {{ .Capabilities.KubeVersion.Version }}, in: {{ .Release.Namespace }}}
spec:
  replicas: {{ .Values.replicas }}
  template: {spec: {containers: [{name: cache, image: {{ .Values.image | quote }}}]}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: cache}
-- charts/cache/templates/hooks.yaml --
apiVersion: batch/v1
kind: Job
metadata:
  name: later
  annotations: {"helm.sh/hook": "post-install,post-upgrade"}
---
apiVersion: batch/v1
kind: Job
metadata:
  name: second
  annotations: {"helm.sh/hook": pre-install, "helm.sh/hook-weight": "5"}
---
apiVersion: v1
kind: ServiceAccount
metadata:
  name: first
  annotations: {"helm.sh/hook": pre-install, "helm.sh/hook-weight": "-5"}
---
apiVersion: v1
kind: Pod
metadata:
  name: test
  annotations: {"helm.sh/hook": test}
-- more.yaml --
replicas: 2
image: cache:2
`

func TestRenderInstallsCharts(t *testing.T) {
	t.Parallel()
	got, err := apply.Render(scenario(t, chart, scenarios.Workload{Helm: &scenarios.Helm{
		Chart: "./charts/cache", Release: "shop", Namespace: "fast",
		Values: []string{"more.yaml"}, Set: map[string]any{"image": "cache:3"},
	}}))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"Namespace fast ./charts/cache",
		"CustomResourceDefinition widgets.example.com charts/cache/crds/widgets.yaml:1",
		"ServiceAccount first charts/cache/templates/hooks.yaml:1",
		"Job second charts/cache/templates/hooks.yaml:1",
		"ConfigMap cache charts/cache/templates/cache.yaml:1",
		"Deployment shop-cache charts/cache/templates/cache.yaml:1",
		"Job later charts/cache/templates/hooks.yaml:1",
	}
	if diff := cmp.Diff(want, outline(got)); diff != "" {
		t.Errorf("Render (-want +got):\n%s", diff)
	}
	deployment := map[string]any{
		"apiVersion": "apps/v1", "kind": "Deployment",
		"metadata": map[string]any{"name": "shop-cache", "annotations": map[string]any{
			"built-for": scenarios.DefaultKubernetesVersion, "in": "fast", apply.Annotation: "shop",
		}},
		"spec": map[string]any{"replicas": int64(2), "template": map[string]any{"spec": map[string]any{
			"containers": []any{map[string]any{"name": "cache", "image": "cache:3"}},
		}}},
	}
	if diff := cmp.Diff(deployment, got[5].Object); diff != "" {
		t.Errorf("Deployment (-want +got):\n%s", diff)
	}
}

func TestRenderNamesABrokenChart(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, files, want string }{
		{
			"template that does not parse",
			"-- c/Chart.yaml --\napiVersion: v2\nname: c\nversion: 1.0.0\n-- c/templates/a.yaml --\n{{ if }}\n",
			"c/templates/a.yaml",
		},
		{
			"template that needs a value",
			"-- c/Chart.yaml --\napiVersion: v2\nname: c\nversion: 1.0.0\n-- c/templates/a.yaml --\n{{ required \"say who\" .Values.who }}\n",
			"say who",
		},
		{
			"template that makes no YAML",
			"-- c/Chart.yaml --\napiVersion: v2\nname: c\nversion: 1.0.0\n-- c/templates/a.yaml --\na: [\n",
			"YAML parse error on c/templates/a.yaml",
		},
		{
			"values that the schema refuses",
			"-- c/Chart.yaml --\napiVersion: v2\nname: c\nversion: 1.0.0\n-- c/values.schema.json --\n{\"required\": [\"who\"]}\n",
			"who",
		},
		{
			"dependency that is not there",
			"-- c/Chart.yaml --\napiVersion: v2\nname: c\nversion: 1.0.0\ndependencies: [{name: redis, version: 1.0.0, repository: \"https://charts.example\"}]\n",
			"the chart's dependency \"redis\" is not in its folder charts: run `helm dependency build` first",
		},
		{
			"other Kubernetes",
			"-- c/Chart.yaml --\napiVersion: v2\nname: c\nversion: 1.0.0\nkubeVersion: \"<1.20.0\"\n",
			"the chart wants Kubernetes <1.20.0, the pair has v1.37.2",
		},
		{
			"library",
			"-- c/Chart.yaml --\napiVersion: v2\nname: c\nversion: 1.0.0\ntype: library\n",
			"the chart is a library",
		},
		{"no chart", "-- c/other.yaml --\n", "Chart.yaml"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := apply.Render(scenario(t, tt.files, scenarios.Workload{Helm: &scenarios.Helm{Chart: "c", Release: "r"}}))
			if err == nil || !strings.Contains(err.Error(), `rendering chart "c": `) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Render = %v, want %q in it", err, tt.want)
			}
		})
	}
}
