package detect

import (
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/rehearse-dev/rehearse/harness/scan/text"
)

func isKustomization(name string, n *yaml.Node) bool {
	base := path.Base(name)
	return text.IsMap(n) && (base == "kustomization.yaml" || base == "kustomization.yml" || base == "Kustomization") ||
		text.String(n, "kind") == "Kustomization" && strings.HasPrefix(text.String(n, "apiVersion"), "kustomize.config.k8s.io")
}

// kustomization looks at the patches and the settings that a kustomization
// holds itself; what it refers to are files of their own.
func (d *detector) kustomization(n *yaml.Node) {
	d = d.in(Pod)
	for _, key := range []string{"patches", "patchesJson6902", "patchesStrategicMerge"} {
		for _, item := range text.Items(text.Get(n, key)) {
			patch := item
			if text.IsMap(item) {
				patch = text.Get(item, "patch")
			}
			if text.IsScalar(patch) && strings.Contains(patch.Value, "\n") {
				t := d.Scalar(patch)
				d.within(t).settings(t)
			}
		}
	}
	for _, key := range []string{"configMapGenerator", "secretGenerator"} {
		for _, generator := range text.Items(text.Get(n, key)) {
			for _, literal := range text.Items(text.Get(generator, "literals")) {
				d.value("literal", d.scalarWord(literal))
			}
		}
	}
	for _, chart := range text.Items(text.Get(n, "helmCharts")) {
		d.release(text.Get(chart, "name"), text.Get(chart, "valuesInline"))
	}
}

// isPatchList is true for a patch in the form of RFC 6902.
func isPatchList(_ string, n *yaml.Node) bool {
	return text.IsList(n) && len(n.Content) > 0 && !slices.ContainsFunc(n.Content, func(item *yaml.Node) bool {
		return text.String(item, "op") == "" || text.String(item, "path") == ""
	})
}

func (d *detector) patchList(n *yaml.Node) {
	for _, item := range n.Content {
		if op := text.String(item, "op"); op == "add" || op == "replace" {
			d.in(Pod).walk(path.Base(text.String(item, "path")), text.Get(item, "value"))
		}
	}
}
