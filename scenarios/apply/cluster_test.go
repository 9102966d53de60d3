package apply_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/rehearse-dev/rehearse/clusters"
	"github.com/rehearse-dev/rehearse/internal/kube"
	"github.com/rehearse-dev/rehearse/scenarios"
	"github.com/rehearse-dev/rehearse/scenarios/apply"
)

// onCluster is what only a real API server shows: definitions and objects of
// their kind in one go, a bare pod in a namespace that is new, a list, a chart.
const onCluster = `
-- m/all.yaml --
{apiVersion: example.rehearse.dev/v1, kind: Widget, metadata: {name: wheel, namespace: rehearse-apply}, spec: {size: 1}}
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.rehearse.dev}
spec:
  group: example.rehearse.dev
  scope: Namespaced
  names: {kind: Widget, plural: widgets, singular: widget}
  versions:
  - name: v1
    served: true
    storage: true
    schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
---
apiVersion: v1
kind: List
items:
- {apiVersion: v1, kind: Namespace, metadata: {name: rehearse-apply}}
- {apiVersion: v1, kind: ConfigMap, metadata: {name: plain, namespace: rehearse-apply}, data: {a: b}}
- {apiVersion: v1, kind: ServiceAccount, metadata: {name: default, namespace: rehearse-apply, labels: {mine: now}}}
-- nowhere.yaml --
apiVersion: v1
kind: Pod
metadata: {name: nowhere, namespace: rehearse-apply}
spec: {containers: [{name: c, image: "nothing.example/x:1"}], nodeSelector: {no/such: node}}
-- c/Chart.yaml --
{apiVersion: v2, name: c, version: 1.0.0}
-- c/templates/a.yaml --
{apiVersion: v1, kind: ConfigMap, metadata: {name: {{ .Release.Name }}}}
`

// TestOnACluster runs on any cluster and leaves nothing there.
func TestOnACluster(t *testing.T) {
	t.Parallel()
	kubeconfig := os.Getenv("REHEARSE_KUBECONFIG")
	if kubeconfig == "" {
		t.Skip("needs a cluster: set REHEARSE_KUBECONFIG")
	}
	cluster := &clusters.Cluster{Name: "any", Kubeconfig: kubeconfig}
	s := settling(scenario(t, onCluster,
		scenarios.Workload{Manifests: "m"},
		scenarios.Workload{Manifests: "nowhere.yaml", Ready: scenarios.ReadyNone},
		scenarios.Workload{Helm: &scenarios.Helm{Chart: "c", Release: "r", Namespace: "rehearse-apply-chart"}},
	), time.Minute)
	var applier apply.Applier
	for range 2 {
		if err := applier.Apply(t.Context(), cluster, s); err != nil {
			t.Fatal(err)
		}
	}

	waiting := settling(scenario(t, onCluster, scenarios.Workload{Manifests: "nowhere.yaml"}), 3*time.Second)
	err := applier.Apply(t.Context(), cluster, waiting)
	if err == nil || !strings.Contains(err.Error(), "1 object is not ready after 3s:\n  Pod rehearse-apply/nowhere (nowhere.yaml:1): InProgress: ") {
		t.Errorf("Apply = %v, want the pod that fits nowhere in it", err)
	}

	for range 2 {
		if err := applier.Remove(t.Context(), cluster, s); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff([]string{}, remains(t, kubeconfig)); diff != "" {
		t.Errorf("left after Remove:\n%s", diff)
	}
}

// remains are the namespaces that the test had made.
func remains(t *testing.T, kubeconfig string) []string {
	t.Helper()
	clients, err := kube.New(kubeconfig)
	if err != nil {
		t.Fatal(err)
	}
	list, err := clients.Typed.CoreV1().Namespaces().List(t.Context(), metav1.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	names := []string{}
	for _, namespace := range list.Items {
		if strings.HasPrefix(namespace.Name, "rehearse-apply") {
			names = append(names, namespace.Name)
		}
	}
	return names
}
