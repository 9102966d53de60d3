package apply_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rehearse-dev/rehearse/internal/progress"
	"github.com/rehearse-dev/rehearse/scenarios"
	"github.com/rehearse-dev/rehearse/scenarios/apply"
)

// ready makes every Deployment current at once.
func ready(object map[string]any) *refusal {
	if object["kind"] == "Deployment" {
		object["status"] = map[string]any{
			"replicas": 1, "updatedReplicas": 1, "availableReplicas": 1, "readyReplicas": 1,
			"conditions": []any{map[string]any{"type": "Available", "status": "True"}},
		}
	}
	return nil
}

// settling gives the scenario little time.
func settling(s *scenarios.Scenario, settle time.Duration) *scenarios.Scenario {
	s.Spec.Observe.Settle.Duration = settle
	return s
}

const shop = `
-- m/web.yaml --
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec: {selector: {matchLabels: {app: web}}}
---
{apiVersion: example.com/v1, kind: Widget, metadata: {name: wheel, namespace: shop}}
---
{apiVersion: v1, kind: ConfigMap, metadata: {name: plain}}
---
{apiVersion: v1, kind: Namespace, metadata: {name: shop}}
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.com}
spec: {group: example.com, names: {kind: Widget}}
`

func TestApplyAndRemove(t *testing.T) {
	t.Parallel()
	api := newFakeAPI(t)
	api.react = ready
	cluster := api.start()
	s := scenario(t, shop, scenarios.Workload{Manifests: "m"})
	var applier apply.Applier
	for range 2 { // applying what is there already is no mistake
		if err := applier.Apply(t.Context(), cluster, s); err != nil {
			t.Fatal(err)
		}
	}
	want := []string{
		"apply /api/v1/namespaces/shop",
		"apply /apis/apiextensions.k8s.io/v1/customresourcedefinitions/widgets.example.com",
		"apply /api/v1/namespaces/default/configmaps/plain",
		"apply /apis/apps/v1/namespaces/shop/deployments/web",
		"apply /apis/example.com/v1/namespaces/shop/widgets/wheel",
	}
	if diff := cmp.Diff(append(want, want...), api.log); diff != "" {
		t.Errorf("requests of two Applies (-want +got):\n%s", diff)
	}

	api.log = nil
	if err := applier.Remove(t.Context(), cluster, s); err != nil {
		t.Fatal(err)
	}
	want = []string{
		"delete /apis/example.com/v1/namespaces/shop/widgets/wheel",
		"delete /apis/apps/v1/namespaces/shop/deployments/web",
		"delete /api/v1/namespaces/default/configmaps/plain",
		"delete /apis/apiextensions.k8s.io/v1/customresourcedefinitions/widgets.example.com",
		"delete /api/v1/namespaces/shop",
	}
	if diff := cmp.Diff(want, api.log); diff != "" {
		t.Errorf("requests of Remove (-want +got):\n%s", diff)
	}
	if left := api.paths(); len(left) > 0 {
		t.Errorf("left after Remove: %q", left)
	}
	if err := applier.Remove(t.Context(), cluster, s); err != nil {
		t.Errorf("second Remove = %v", err)
	}
}

func TestApplyGivesBothSidesTheSame(t *testing.T) {
	t.Parallel()
	const dice = `
-- c/Chart.yaml --
{apiVersion: v2, name: c, version: 1.0.0}
-- c/templates/dice.yaml --
{apiVersion: v1, kind: ConfigMap, metadata: {name: dice}, data: {password: {{ randAlphaNum 20 | quote }}}}
`
	s := scenario(t, dice, scenarios.Workload{Helm: &scenarios.Helm{Chart: "c", Release: "r"}})
	var applier apply.Applier
	var data [2]any
	for side := range data {
		api := newFakeAPI(t)
		if err := applier.Apply(t.Context(), api.start(), s); err != nil {
			t.Fatal(err)
		}
		data[side] = api.objects["/api/v1/namespaces/default/configmaps/dice"]["data"]
	}
	if diff := cmp.Diff(data[0], data[1]); data[0] == nil || diff != "" {
		t.Errorf("data of the two sides (-baseline +candidate):\n%s", diff)
	}
}

func TestApplyLeavesOthersAlone(t *testing.T) {
	t.Parallel()
	api := newFakeAPI(t)
	theirs := map[string]any{"apiVersion": "v1", "kind": "ConfigMap", "metadata": map[string]any{"name": "plain"}}
	api.set("/api/v1/namespaces/default/configmaps/plain", theirs)
	api.set("/api/v1/namespaces/shop", map[string]any{"apiVersion": "v1", "kind": "Namespace", "metadata": map[string]any{"name": "shop"}})
	api.set("/api/v1/namespaces/shop/serviceaccounts/default", map[string]any{"kind": "ServiceAccount", "apiVersion": "v1"})
	cluster := api.start()
	const files = `
-- m.yaml --
{apiVersion: v1, kind: Namespace, metadata: {name: shop}}
---
{apiVersion: v1, kind: ConfigMap, metadata: {name: plain}, data: {a: b}}
---
{apiVersion: v1, kind: ConfigMap, metadata: {name: new}}
`
	s := scenario(t, files, scenarios.Workload{Manifests: "m.yaml"})
	var applier apply.Applier
	err := applier.Apply(t.Context(), cluster, s)
	const want = "m.yaml:3: applying ConfigMap plain: it is there already and was not made by this scenario"
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("Apply = %v, want %q in it", err, want)
	}
	if err := applier.Remove(t.Context(), cluster, s); err != nil {
		t.Fatal(err)
	}
	left := []string{
		"/api/v1/namespaces/default/configmaps/plain", "/api/v1/namespaces/shop", "/api/v1/namespaces/shop/serviceaccounts/default",
	}
	if diff := cmp.Diff(left, api.paths()); diff != "" {
		t.Errorf("left after Remove (-want +got):\n%s", diff)
	}
}

func TestApplySaysWhatIsNotReadyAndWhy(t *testing.T) {
	t.Parallel()
	api := newFakeAPI(t)
	api.set("/api/v1/namespaces/shop/pods/web-1", pod("web-1", map[string]any{
		"state":     map[string]any{"waiting": map[string]any{"reason": "CrashLoopBackOff", "message": "back-off 10s"}},
		"lastState": map[string]any{"terminated": map[string]any{"exitCode": 2, "reason": "Error"}},
	}))
	api.react = func(object map[string]any) *refusal {
		if object["kind"] == "Pod" {
			object["status"] = map[string]any{"phase": "Pending"}
		}
		return nil
	}
	api.set("/api/v1/namespaces/default/events/e", map[string]any{
		"metadata": map[string]any{"name": "e"}, "reason": "FailedMount", "message": "no such volume",
		"involvedObject": map[string]any{"name": "alone"}, "lastTimestamp": "2026-01-01T00:00:00Z",
	})
	const files = `
-- m.yaml --
{apiVersion: v1, kind: Namespace, metadata: {name: shop}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec: {selector: {matchLabels: {app: web}}}
---
{apiVersion: v1, kind: Pod, metadata: {name: alone}}
-- failing.yaml --
{apiVersion: v1, kind: Pod, metadata: {name: meant-to-fail}}
`
	s := settling(scenario(t, files,
		scenarios.Workload{Manifests: "m.yaml"},
		scenarios.Workload{Manifests: "failing.yaml", Ready: scenarios.ReadyNone}), 700*time.Millisecond)
	err := new(apply.Applier).Apply(t.Context(), api.start(), s)
	want := strings.Join([]string{
		`waiting for the workloads of scenario "shop": 2 objects are not ready after 700ms:`,
		`  Pod alone (m.yaml:8): InProgress: Pod is in the Pending phase`,
		`    last warning: FailedMount: no such volume`,
		`  Deployment shop/web (m.yaml:3): InProgress: Replicas: 0/1`,
		`    pod web-1, container main: CrashLoopBackOff: back-off 10s; before, it ended with exit code 2 (Error)`,
	}, "\n")
	if diff := cmp.Diff(want, err.Error()); diff != "" {
		t.Errorf("Apply (-want +got):\n%s", diff)
	}
}

// pod is one of Deployment web, with one container.
func pod(name string, container map[string]any) map[string]any {
	container["name"] = "main"
	return map[string]any{
		"apiVersion": "v1", "kind": "Pod",
		"metadata": map[string]any{"name": name, "labels": map[string]any{"app": "web"}},
		"status":   map[string]any{"containerStatuses": []any{container}},
	}
}

func TestApplyShowsEveryObjectThatIsRefused(t *testing.T) {
	t.Parallel()
	api := newFakeAPI(t)
	api.react = func(object map[string]any) *refusal {
		if object["kind"] == "ConfigMap" {
			return &refusal{http.StatusUnprocessableEntity, "Invalid", "field not declared in schema"}
		}
		return nil
	}
	const files = `
-- m.yaml --
{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}
---
{apiVersion: example.com/v1, kind: Gadget, metadata: {name: b}}
`
	err := new(apply.Applier).Apply(t.Context(), api.start(), scenario(t, files, scenarios.Workload{Manifests: "m.yaml"}))
	for _, want := range []string{
		"m.yaml:1: applying ConfigMap a: field not declared in schema",
		`m.yaml:3: applying Gadget b: the cluster knows no kind "Gadget" in example.com/v1`,
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Apply = %v, want %q in it", err, want)
		}
	}
}

func TestApplyWaitsForWebhooks(t *testing.T) {
	t.Parallel()
	api := newFakeAPI(t)
	refused := 0
	api.react = func(map[string]any) *refusal {
		if refused++; refused < 3 {
			return &refusal{http.StatusInternalServerError, "InternalError", `failed calling webhook "w": connection refused`}
		}
		return nil
	}
	const files = "-- m.yaml --\n{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}\n"
	s := scenario(t, files, scenarios.Workload{Manifests: "m.yaml"})
	if err := new(apply.Applier).Apply(t.Context(), api.start(), s); err != nil {
		t.Errorf("Apply = %v", err)
	}
}

func TestApplyStopsWhenToldTo(t *testing.T) {
	t.Parallel()
	api := newFakeAPI(t)
	ctx, cancel := context.WithCancelCause(t.Context())
	interrupted := errors.New("interrupted")
	api.react = func(map[string]any) *refusal {
		cancel(interrupted)
		return nil
	}
	const files = "-- m.yaml --\n{apiVersion: v1, kind: Pod, metadata: {name: a}}\n"
	err := new(apply.Applier).Apply(ctx, api.start(), scenario(t, files, scenarios.Workload{Manifests: "m.yaml"}))
	if !errors.Is(err, interrupted) {
		t.Errorf("Apply = %v, want the interruption in it", err)
	}
}

func TestApplyWarnsOfImagesNobodyLoads(t *testing.T) {
	t.Parallel()
	const files = `
-- m.yaml --
apiVersion: batch/v1
kind: Job
metadata: {name: a}
spec: {template: {spec: {initContainers: [{name: i, image: "shop/init:1"}], containers: [{name: c, image: "shop/web:1"}]}}}
`
	var notes []string
	applier := apply.Applier{Observe: func(e progress.Event) { notes = append(notes, e.Detail) }}
	s := scenario(t, files, scenarios.Workload{Manifests: "m.yaml"})
	s.Spec.Images = []scenarios.Image{{Name: "shop/web:1", Build: "web"}}
	if err := applier.Remove(t.Context(), newFakeAPI(t).start(), s); err != nil {
		t.Fatal(err)
	}
	want := []string{`Job a (m.yaml:1) needs image "shop/init:1", which is not in spec.images: the nodes have to pull it`}
	if diff := cmp.Diff(want, notes); diff != "" {
		t.Errorf("notes (-want +got):\n%s", diff)
	}
}

// A pod whose hook never returns would keep its namespace for ever.
func TestRemoveDeletesByForceWhatDoesNotEnd(t *testing.T) {
	t.Parallel()
	api := newFakeAPI(t)
	api.react = ready
	api.clings = "/api/v1/namespaces/shop/pods/web-0"
	cluster := api.start()
	s := scenario(t, shop, scenarios.Workload{Manifests: "m"})
	var notes []string
	applier := apply.Applier{Patience: time.Millisecond, Observe: func(e progress.Event) { notes = append(notes, e.Detail) }}
	if err := applier.Apply(t.Context(), cluster, s); err != nil {
		t.Fatal(err)
	}
	notes = nil
	api.set(api.clings, map[string]any{
		"kind": "Pod", "apiVersion": "v1", "metadata": map[string]any{"namespace": "shop", "name": "web-0", "uid": "u"},
	})
	if err := applier.Remove(t.Context(), cluster, s); err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(api.log, "delete "+api.clings) {
		t.Errorf("requests %q, want that the pod is deleted by force", api.log)
	}
	want := []string{"Pod shop/web-0 did not end and was deleted by force: its containers may run on"}
	if diff := cmp.Diff(want, notes); diff != "" {
		t.Errorf("notes (-want +got):\n%s", diff)
	}
	if left := api.paths(); len(left) > 0 {
		t.Errorf("left after Remove: %q", left)
	}
}
