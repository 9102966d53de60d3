package scan

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/rehearse-dev/rehearse/harness/scan/detect"
	"github.com/rehearse-dev/rehearse/harness/scan/finding"
	"github.com/rehearse-dev/rehearse/scenarios/apply"
)

// kustomization searches what a kustomization builds. The files that it is made
// of are searched for themselves; what counts here is only what none of them
// says alone.
func kustomization(file string) outcome {
	name := filepath.ToSlash(file)
	gap := func(reason string) outcome {
		return outcome{Result: detect.Result{Known: true, Gaps: []finding.Gap{{File: name, Reason: reason}}}}
	}
	refs, err := references(file, 0)
	switch {
	case err != nil:
		return gap(err.Error())
	case refs.kind == "Component":
		return outcome{Result: detect.Result{Known: true}} // part of another one
	case refs.remote != "":
		return gap(fmt.Sprintf("it needs %s, and a scan fetches nothing: what is here was looked at without it", refs.remote))
	}
	built, err := apply.BuildKustomization(filepath.Dir(file))
	if err != nil {
		return gap("building the kustomization: " + firstLine(err))
	}
	data, reason := read(file)
	if reason != "" {
		return gap(reason)
	}
	lines := strings.Split(string(data), "\n")
	result := detect.File("built.yaml", built)
	out := outcome{Result: detect.Result{Known: true}}
	for _, f := range result.Findings {
		f.File, f.Line, f.Column, f.Fix = name, 0, 0, nil
		image, _, _ := strings.Cut(f.Found, ":") // which kustomizations write in two parts
		_ = place(&f, lines, contains(f.Found)) || place(&f, lines, contains(image))
		out.derived = append(out.derived, derived{f, refs.folders})
	}
	return out
}

// maxBases bounds how deep kustomizations may refer to others.
const maxBases = 20

// refs is what a kustomization is made of.
type refs struct {
	kind string
	// remote is the first thing that it would fetch from another machine.
	remote string
	// folders are its own and those that it builds upon.
	folders []string
}

// references reads what a kustomization, and each that it builds upon, refers to.
func references(file string, depth int) (refs, error) {
	found := refs{folders: []string{filepath.ToSlash(filepath.Dir(file))}}
	data, err := os.ReadFile(file)
	if err != nil {
		return found, fmt.Errorf("reading the kustomization: %s", reasonOf(err))
	}
	var k struct {
		Kind       string   `yaml:"kind"`
		Resources  []string `yaml:"resources"`
		Bases      []string `yaml:"bases"`
		Components []string `yaml:"components"`
		CRDs       []string `yaml:"crds"`
	}
	if err := yaml.Unmarshal(data, &k); err != nil {
		return found, fmt.Errorf("reading the kustomization: %s", strings.TrimPrefix(err.Error(), "yaml: "))
	}
	found.kind = k.Kind
	for _, item := range slices.Concat(k.Resources, k.Bases, k.Components, k.CRDs) {
		found.follow(filepath.Join(filepath.Dir(file), item), item, depth)
	}
	return found, nil
}

// follow looks at one thing that a kustomization refers to.
func (r *refs) follow(path, item string, depth int) {
	info, err := os.Stat(path)
	switch {
	case err != nil && isRemote(item):
		r.remote = cmp.Or(r.remote, item)
	case err == nil && !info.IsDir():
		r.folders = append(r.folders, filepath.ToSlash(filepath.Dir(path)))
	case err == nil && depth < maxBases:
		if inner, err := references(kustomizationIn(path), depth+1); err == nil {
			r.remote = cmp.Or(r.remote, inner.remote)
			r.folders = append(r.folders, inner.folders...)
		}
	}
}

func isRemote(item string) bool {
	host, _, slashed := strings.Cut(item, "/")
	return strings.Contains(item, "://") || strings.Contains(item, "?ref=") || strings.HasPrefix(item, "git@") || slashed && strings.Contains(strings.Trim(host, "."), ".")
}

func kustomizationIn(dir string) string {
	for _, name := range kustomizationNames {
		if _, err := os.Stat(filepath.Join(dir, name)); err == nil {
			return filepath.Join(dir, name)
		}
	}
	return filepath.Join(dir, kustomizationNames[0])
}
