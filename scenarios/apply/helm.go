package apply

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"os"
	"path"
	"slices"
	"strings"

	chart "helm.sh/helm/v4/pkg/chart/v2"
	"helm.sh/helm/v4/pkg/chart/v2/loader"
	chartutil "helm.sh/helm/v4/pkg/chart/v2/util"
	release "helm.sh/helm/v4/pkg/release/v1"
	releaseutil "helm.sh/helm/v4/pkg/release/v1/util"

	"github.com/rehearse-dev/rehearse/scenarios"
)

// renderChart renders a chart as `helm install` would, but for what the
// package's documentation says of hooks.
func renderChart(s *scenarios.Scenario, h *scenarios.Helm) ([]Object, error) {
	objects, err := newChart(s, h)
	if err != nil {
		return nil, fmt.Errorf("rendering chart %q: %w", h.Chart, err)
	}
	for i := range objects {
		objects[i].home = cmp.Or(h.Namespace, "default")
	}
	return objects, nil
}

func newChart(s *scenarios.Scenario, h *scenarios.Helm) ([]Object, error) {
	loaded, err := loader.Load(s.Path(h.Chart))
	if err != nil {
		return nil, err
	}
	if err := checkChart(loaded, s.Spec.Pair.KubernetesVersion); err != nil {
		return nil, err
	}
	values, err := chartValues(s, h)
	if err != nil {
		return nil, err
	}
	files, err := renderTemplates(loaded, values, Rendering{
		Release: h.Release, Namespace: h.Namespace, KubernetesVersion: s.Spec.Pair.KubernetesVersion,
	})
	if err != nil {
		return nil, err
	}
	hooks, manifests, err := releaseutil.SortManifests(files, nil, releaseutil.InstallOrder)
	if err != nil {
		return nil, err
	}
	return chartObjects(h.Chart, loaded, hooks, manifests)
}

// checkChart looks for what Helm would refuse before it renders anything.
func checkChart(c *chart.Chart, kubernetesVersion string) error {
	if wanted := c.Metadata.KubeVersion; wanted != "" && !chartutil.IsCompatibleRange(wanted, kubernetesVersion) {
		return fmt.Errorf("the chart wants Kubernetes %s, the pair has %s", wanted, kubernetesVersion)
	}
	if c.Metadata.Type == "library" {
		return errors.New("the chart is a library, which cannot be installed")
	}
	present := map[string]bool{}
	for _, dependency := range c.Dependencies() {
		present[dependency.Name()] = true
	}
	for _, wanted := range c.Metadata.Dependencies {
		if !present[wanted.Name] {
			return fmt.Errorf("the chart's dependency %q is not in its folder charts: run `helm dependency build` first", wanted.Name)
		}
	}
	return nil
}

// chartValues merges the values files in their order, then what is set.
func chartValues(s *scenarios.Scenario, h *scenarios.Helm) (map[string]any, error) {
	values := map[string]any{}
	for _, file := range h.Values {
		data, err := os.ReadFile(s.Path(file))
		if err != nil {
			return nil, fmt.Errorf("reading values: %w", err)
		}
		more, err := loader.LoadValues(bytes.NewReader(data))
		if err != nil {
			return nil, fmt.Errorf("reading values %q: %w", file, err)
		}
		values = loader.MergeMaps(values, more)
	}
	return loader.MergeMaps(values, h.Set), nil
}

// chartObjects are the definitions in the folder crds, which are no templates,
// the hooks of an installation and the rest.
func chartObjects(name string, c *chart.Chart, hooks []*release.Hook, manifests []releaseutil.Manifest) ([]Object, error) {
	var objects []Object
	var errs []error
	add := func(file, content string, when phase) {
		found, err := parse(path.Join(name, strings.TrimPrefix(file, c.Name()+"/")), []byte(content))
		errs = append(errs, err)
		for i := range found {
			found[i].phase = when
		}
		objects = append(objects, found...)
	}
	for _, crd := range c.CRDObjects() {
		add(crd.Filename, string(crd.File.Data), definitions)
	}
	for _, manifest := range manifests {
		add(manifest.Name, manifest.Content, ordinary)
	}
	slices.SortStableFunc(hooks, func(a, b *release.Hook) int { return cmp.Compare(a.Weight, b.Weight) })
	for _, hook := range hooks {
		switch {
		case slices.Contains(hook.Events, release.HookPreInstall):
			add(hook.Path, hook.Manifest, preInstall)
		case slices.Contains(hook.Events, release.HookPostInstall):
			add(hook.Path, hook.Manifest, postInstall)
		}
	}
	return objects, errors.Join(errs...)
}
