package live

import (
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/rehearse-dev/rehearse/harness/scan/detect"
)

// builtins are the resources of Kubernetes itself that are looked at, owners
// before what they own.
func builtins() []resource {
	core := func(name string) resource {
		return resource{GroupVersionResource: schema.GroupVersionResource{Version: "v1", Resource: name}}
	}
	apps := func(name string) resource {
		return resource{GroupVersionResource: schema.GroupVersionResource{Group: "apps", Version: "v1", Resource: name}}
	}
	batch := func(name string, earlier ...string) resource {
		return resource{GroupVersionResource: schema.GroupVersionResource{Group: "batch", Version: "v1", Resource: name}, earlier: earlier}
	}
	configMaps := core("configmaps")
	configMaps.large = true
	return []resource{
		apps("deployments"), apps("daemonsets"), apps("statefulsets"), batch("cronjobs", "v1beta1"), core("replicationcontrollers"),
		apps("replicasets"), batch("jobs"), core("podtemplates"), core("pods"),
		configMaps, core("persistentvolumes"), core("nodes"),
	}
}

// definitions are the kinds that were added to the cluster. Their schemas can be
// large.
func definitions() resource {
	return resource{
		GroupVersionResource: schema.GroupVersionResource{Group: "apiextensions.k8s.io", Version: "v1", Resource: "customresourcedefinitions"},
		large:                true,
	}
}

// customResource is the resource that a definition makes; false for one whose
// objects have no room for anything that is looked for.
func customResource(definition *unstructured.Unstructured) (resource, bool) {
	group, _, _ := unstructured.NestedString(definition.Object, "spec", "group")
	plural, _, _ := unstructured.NestedString(definition.Object, "spec", "names", "plural")
	kind, _, _ := unstructured.NestedString(definition.Object, "spec", "names", "kind")
	versions, _, _ := unstructured.NestedSlice(definition.Object, "spec", "versions")
	r := resource{GroupVersionResource: schema.GroupVersionResource{Group: group, Resource: plural}}
	room := false
	for _, v := range versions {
		version, ok := v.(map[string]any)
		if !ok || version["served"] != true {
			continue
		}
		name, _ := version["name"].(string)
		if r.Version == "" || version["storage"] == true {
			r.Version = name
		}
		shape, described := version["schema"].(map[string]any)
		room = room || !described || hasRoom("", shape)
	}
	return r, room && r.Version != "" && !detect.IsPolicy(kind, group)
}

// telling are fields by whose values a detector can tell anything: those of pods,
// containers and volumes, of rules, of values for charts, and of settings.
var telling = []string{
	"containers", "initcontainers", "container", "image", "command", "args", "env", "script", "steps", "hostpath", "volumes",
	"podtemplate", "podspec", "values", "valuesobject", "valuescontent", "expr", "pipelinestages",
}

// hasRoom is true for a schema with a telling field, or one that takes anything.
func hasRoom(field string, shape map[string]any) bool {
	lower := strings.ToLower(field)
	if slices.Contains(telling, lower) || strings.Contains(lower, "runtime") || strings.Contains(lower, "socket") {
		return true
	}
	if shape["x-kubernetes-preserve-unknown-fields"] == true || shape["x-kubernetes-embedded-resource"] == true {
		return true
	}
	for key, inner := range shape {
		if below, ok := inner.(map[string]any); ok && within(key, below) {
			return true
		}
	}
	return false
}

// within looks into what a schema consists of. The status is not the user's.
func within(key string, below map[string]any) bool {
	switch key {
	case "properties":
		for name, property := range below {
			if shape, ok := property.(map[string]any); ok && name != "status" && name != "metadata" && hasRoom(name, shape) {
				return true
			}
		}
	case "items", "additionalProperties", "openAPIV3Schema":
		return hasRoom("", below)
	}
	return false
}
