package apply

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/rehearse-dev/rehearse/scenarios"
)

// Render makes the objects of all workloads and agents of a scenario, in the
// order in which they are to be applied. It speaks to no cluster, and an error
// names everything that is wrong.
//
// Charts may render differently each time (random passwords), so render once
// and apply the result to both sides.
func Render(s *scenarios.Scenario) ([]Object, error) {
	var objects []Object
	var errs []error
	for _, w := range s.AllWorkloads() {
		found, err := renderWorkload(s, w)
		errs = append(errs, err)
		for i := range found {
			found[i].Wait = w.Ready != scenarios.ReadyNone
		}
		objects = append(objects, found...)
	}
	objects = addNamespaces(s, objects)
	errs = append(errs, duplicates(objects), mark(objects, s.Metadata.Name))
	if err := errors.Join(errs...); err != nil {
		return nil, fmt.Errorf("rendering scenario %q: %w", s.Metadata.Name, err)
	}
	order(objects)
	return objects, nil
}

func renderWorkload(s *scenarios.Scenario, w scenarios.Workload) ([]Object, error) {
	switch {
	case w.Manifests != "":
		return renderManifests(s, w.Manifests)
	case w.Kustomize != "":
		return renderKustomization(s, w.Kustomize)
	case w.Helm != nil:
		return renderChart(s, w.Helm)
	default:
		return nil, errors.New("a workload names neither manifests, kustomize nor helm")
	}
}

func renderManifests(s *scenarios.Scenario, path string) ([]Object, error) {
	files, err := scenarios.ManifestFiles(s.Path(path))
	if err != nil {
		return nil, err
	}
	var objects []Object
	var errs []error
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("reading manifest: %w", err)
		}
		found, err := parse(relative(s, file), data)
		errs = append(errs, err)
		objects = append(objects, found...)
	}
	return objects, errors.Join(errs...)
}

// relative is how the scenario would name the file.
func relative(s *scenarios.Scenario, file string) string {
	if name, err := filepath.Rel(s.Dir, file); err == nil {
		return filepath.ToSlash(name)
	}
	return file
}

func renderKustomization(s *scenarios.Scenario, path string) ([]Object, error) {
	data, err := BuildKustomization(s.Path(path))
	if err != nil {
		return nil, fmt.Errorf("building kustomization %q: %w", path, err)
	}
	objects, err := parse(path, data)
	if err != nil {
		return nil, fmt.Errorf("building kustomization %q: %w", path, err)
	}
	for i := range objects {
		// A line of the built YAML, which nobody can look at, would mislead.
		objects[i].Source = path
	}
	return objects, nil
}

// addNamespaces adds the namespaces of charts, which Helm would create, unless
// the scenario describes them itself.
func addNamespaces(s *scenarios.Scenario, objects []Object) []Object {
	described := map[string]bool{}
	for _, o := range objects {
		described[o.key()] = true
	}
	for _, w := range s.AllWorkloads() {
		if w.Helm == nil || w.Helm.Namespace == "" {
			continue
		}
		namespace := &unstructured.Unstructured{Object: map[string]any{
			"apiVersion": "v1", "kind": "Namespace", "metadata": map[string]any{"name": w.Helm.Namespace},
		}}
		o := Object{Unstructured: namespace, Source: w.Helm.Chart, Wait: true, home: "default"}
		if !described[o.key()] {
			objects = append(objects, o)
		}
		described[o.key()] = true
	}
	return objects
}

// mark notes on each object which scenario made it.
func mark(objects []Object, scenario string) error {
	var errs []error
	for _, o := range objects {
		annotations, _, err := unstructured.NestedStringMap(o.Object, "metadata", "annotations")
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: reading annotations: %w", o.Source, err))
			continue
		}
		if annotations == nil {
			annotations = map[string]string{}
		}
		annotations[Annotation] = scenario
		o.SetAnnotations(annotations)
	}
	return errors.Join(errs...)
}

// duplicates finds objects that would overwrite each other.
func duplicates(objects []Object) error {
	var errs []error
	first := map[string]Object{}
	for _, o := range objects {
		if earlier, again := first[o.key()]; again {
			errs = append(errs, fmt.Errorf("%s: %s is also in %s", o.Source, o.title(), earlier.Source))
			continue
		}
		first[o.key()] = o
	}
	return errors.Join(errs...)
}
