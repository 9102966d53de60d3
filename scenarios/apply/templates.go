package apply

import (
	"cmp"
	"context"
	"maps"
	"path"
	"text/template"

	"helm.sh/helm/v4/pkg/chart/common"
	commonutil "helm.sh/helm/v4/pkg/chart/common/util"
	chart "helm.sh/helm/v4/pkg/chart/v2"
	chartutil "helm.sh/helm/v4/pkg/chart/v2/util"
	"helm.sh/helm/v4/pkg/engine"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"
)

// Rendering is what a chart is rendered for.
type Rendering struct {
	Release           string
	Namespace         string // empty means default
	KubernetesVersion string
}

// RenderTemplates renders the templates of a chart and of its enabled
// dependencies, by their names, for looking at them: what `helm install` would
// refuse for want of a value it renders all the same. It changes the chart, so
// load it again to render it another way.
func RenderTemplates(ctx context.Context, c *chart.Chart, values map[string]any, r Rendering) (map[string]string, error) {
	all, err := renderValues(c, values, r, true)
	if err != nil {
		return nil, err
	}
	e := engine.Engine{CustomTemplateFuncs: template.FuncMap{
		"required": func(_ string, value any) any { return value },
		"fail":     func(string) string { return "" },
	}}
	files, err := e.RenderWithContext(ctx, c, all)
	return withoutNotes(files), err
}

// renderTemplates renders a chart as `helm install` would, and refuses what it
// refuses.
func renderTemplates(c *chart.Chart, values map[string]any, r Rendering) (map[string]string, error) {
	all, err := renderValues(c, values, r, false)
	if err != nil {
		return nil, err
	}
	files, err := engine.Render(c, all)
	return withoutNotes(files), err
}

// renderValues is what the templates of a chart see.
func renderValues(c *chart.Chart, values map[string]any, r Rendering, skipSchema bool) (common.Values, error) {
	if err := chartutil.ProcessDependencies(c, values); err != nil {
		return nil, err
	}
	version, err := common.ParseKubeVersion(r.KubernetesVersion)
	if err != nil {
		return nil, err
	}
	capabilities := common.DefaultCapabilities.Copy()
	capabilities.KubeVersion = *version
	options := common.ReleaseOptions{Name: r.Release, Namespace: cmp.Or(r.Namespace, "default"), Revision: 1, IsInstall: true}
	return commonutil.ToRenderValuesWithSchemaValidation(c, values, options, capabilities, skipSchema)
}

// withoutNotes leaves out what a chart says to people.
func withoutNotes(files map[string]string) map[string]string {
	maps.DeleteFunc(files, func(file, _ string) bool { return path.Base(file) == "NOTES.txt" })
	return files
}

// BuildKustomization builds a folder's kustomization as kubectl does. It would
// fetch what the kustomization names on other machines.
func BuildKustomization(path string) ([]byte, error) {
	resources, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(filesys.MakeFsOnDisk(), path)
	if err != nil {
		return nil, err
	}
	return resources.AsYaml()
}
