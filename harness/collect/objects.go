package collect

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/rehearse-dev/rehearse/harness/record"
)

// leftOut stands for values of ConfigMaps: that there is a key is evidence, what
// it holds is nobody's business.
const leftOut = "<left out>"

// page is how many objects are asked for at once.
const page = 500

// recorded are the resources of which every object is recorded.
var recorded = []schema.GroupVersionResource{
	{Version: "v1", Resource: "namespaces"},
	{Version: "v1", Resource: "nodes"},
	{Version: "v1", Resource: "pods"},
	{Version: "v1", Resource: "services"},
	{Version: "v1", Resource: "configmaps"},
	{Version: "v1", Resource: "secrets"},
	{Version: "v1", Resource: "persistentvolumeclaims"},
	{Group: "apps", Version: "v1", Resource: "deployments"},
	{Group: "apps", Version: "v1", Resource: "daemonsets"},
	{Group: "apps", Version: "v1", Resource: "statefulsets"},
	{Group: "apps", Version: "v1", Resource: "replicasets"},
	{Group: "batch", Version: "v1", Resource: "jobs"},
	{Group: "batch", Version: "v1", Resource: "cronjobs"},
	{Group: "discovery.k8s.io", Version: "v1", Resource: "endpointslices"},
	{Group: "node.k8s.io", Version: "v1", Resource: "runtimeclasses"},
}

// secretName is how variables that hold secrets are usually called.
var secretName = regexp.MustCompile(`(?i)passw|token|secret|credential|key`)

// objects records Kubernetes objects.
type objects struct{}

func (objects) Kind() record.Kind { return record.Objects }

func (objects) Collect(ctx context.Context, src Source, w *record.Writer) error {
	gone, err := readLeaving(ctx, src, w, record.Objects)
	if err != nil {
		return err
	}
	lists := make([][]record.Object, len(recorded))
	err = each(recorded, func(i int, resource schema.GroupVersionResource) error {
		list, err := listObjects(ctx, src, resource, gone)
		lists[i] = list
		return gap(w, record.Objects, resource.Resource, err)
	})
	if err != nil {
		return err
	}
	return record.Lines(w, record.ObjectsFile, slices.Concat(lists...))
}

// listObjects returns all objects of a resource that stay, sorted by name.
func listObjects(ctx context.Context, src Source, resource schema.GroupVersionResource, gone leaving) ([]record.Object, error) {
	var items []unstructured.Unstructured
	opts := metav1.ListOptions{Limit: page}
	for {
		list, err := src.Dynamic.Resource(resource).List(ctx, opts)
		if err != nil {
			return nil, err
		}
		items = append(items, list.Items...)
		if opts.Continue = list.GetContinue(); opts.Continue == "" {
			break
		}
	}
	slices.SortFunc(items, func(a, b unstructured.Unstructured) int {
		return cmp.Or(cmp.Compare(a.GetNamespace(), b.GetNamespace()), cmp.Compare(a.GetName(), b.GetName()))
	})
	var lines []record.Object
	for _, item := range items {
		if gone[item.GetNamespace()] || item.GetKind() == "Namespace" && gone[item.GetName()] {
			continue
		}
		strip(item)
		line, err := encode(item.Object)
		if err != nil {
			return nil, fmt.Errorf("encoding %s %q: %w", item.GetKind(), item.GetName(), err)
		}
		lines = append(lines, line)
	}
	return lines, nil
}

// encode leaves <, > and & as they are: people read the objects too.
func encode(object map[string]any) (record.Object, error) {
	var line bytes.Buffer
	enc := json.NewEncoder(&line)
	enc.SetEscapeHTML(false)
	err := enc.Encode(object)
	return line.Bytes(), err
}

// strip removes what is no evidence and what might be secret.
func strip(item unstructured.Unstructured) {
	item.SetManagedFields(nil)
	if notes := item.GetAnnotations(); notes != nil {
		delete(notes, "kubectl.kubernetes.io/last-applied-configuration") // says all again, secrets included
		item.SetAnnotations(notes)
	}
	switch item.GetKind() {
	case "Secret":
		blank(item.Object, record.Redacted)
	case "ConfigMap":
		blank(item.Object, leftOut)
	default:
		redactVariables(item.Object)
	}
}

// blank replaces the values of a Secret or ConfigMap and keeps its keys.
func blank(object map[string]any, with string) {
	for _, field := range []string{"data", "stringData", "binaryData"} {
		values, ok := object[field].(map[string]any)
		if !ok {
			continue
		}
		for key := range values {
			values[key] = with
		}
	}
}

// redactVariables replaces the value of every {name: ..., value: ...} below v
// whose name says that it is secret, which environment variables are, wherever
// a pod template stands.
func redactVariables(v any) {
	switch v := v.(type) {
	case map[string]any:
		name, _ := v["name"].(string)
		if _, ok := v["value"].(string); ok && secretName.MatchString(name) {
			v["value"] = record.Redacted
		}
		for _, child := range v {
			redactVariables(child)
		}
	case []any:
		for _, child := range v {
			redactVariables(child)
		}
	}
}
