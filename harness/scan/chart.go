package scan

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"helm.sh/helm/v4/pkg/chart/common"
	chart "helm.sh/helm/v4/pkg/chart/v2"
	"helm.sh/helm/v4/pkg/chart/v2/loader"

	"github.com/rehearse-dev/rehearse/harness/scan/detect"
	"github.com/rehearse-dev/rehearse/harness/scan/finding"
	"github.com/rehearse-dev/rehearse/scenarios/apply"
)

// chart searches what a chart renders to: with its own values, and once more
// with each further file of values beside them.
func (s *Scanner) chart(ctx context.Context, dir string) outcome {
	c := &chartScan{dir: dir, version: s.kubernetesVersion(), sources: newSources(dir)}
	c.files = c.sources.count()
	base, err := readValues(s.Values)
	if err != nil {
		c.gap("", err.Error())
	}
	c.render(ctx, base)
	for _, file := range furtherValues(dir) {
		values, err := readValues([]string{file})
		if err != nil {
			c.gap(filepath.ToSlash(file), err.Error())
			continue
		}
		c.sources.prefer(file)
		c.render(ctx, loader.MergeMaps(maps.Clone(values), base))
	}
	c.suppressions = c.sources.suppressions()
	c.Known = true
	return c.outcome
}

type chartScan struct {
	outcome
	dir, version string
	sources      *sources
	// partials says that those have been looked at as they are written.
	partials bool
}

func (c *chartScan) gap(file, reason string) {
	if file == "" {
		file = filepath.ToSlash(c.dir)
	}
	c.Gaps = append(c.Gaps, finding.Gap{File: file, Reason: reason})
}

// render renders the chart. A template that cannot be rendered is left out and
// looked at as it is written.
func (c *chartScan) render(ctx context.Context, values map[string]any) {
	broken := map[string]string{}
	for {
		loaded, err := loader.Load(c.dir)
		if err != nil {
			c.gap("", fmt.Sprintf("reading the chart: %v", err))
			return
		}
		if loaded.Metadata.Type == "library" {
			return // it renders to nothing of its own
		}
		c.missing(loaded)
		dropTemplates(loaded, "", broken)
		rendering := apply.Rendering{Release: loaded.Name(), KubernetesVersion: c.version}
		rendered, err := apply.RenderTemplates(ctx, loaded, maps.Clone(values), rendering)
		if err == nil {
			c.look(loaded.Name(), rendered)
			return
		}
		name := templateIn(err)
		if _, again := broken[name]; again || name == "" || len(broken) == maxBroken {
			c.gap("", fmt.Sprintf("rendering the chart: %v", err))
			return
		}
		broken[name] = err.Error()
		c.unrendered(loaded, name, err)
	}
}

// maxBroken bounds how many templates of a chart may fail before it is given up.
const maxBroken = 200

// missing notes dependencies that are not there. What the templates make of
// them can still be seen.
func (c *chartScan) missing(loaded *chart.Chart) {
	present := map[string]bool{}
	for _, dependency := range loaded.Dependencies() {
		present[dependency.Name()] = true
	}
	var absent []*chart.Dependency
	for _, wanted := range loaded.Metadata.Dependencies {
		if !present[wanted.Name] {
			c.gap("", fmt.Sprintf("the chart's dependency %q is not in its folder charts: run `helm dependency build` first", wanted.Name))
			continue
		}
		absent = append(absent, wanted)
	}
	loaded.Metadata.Dependencies = absent
}

var failedTemplate = regexp.MustCompile(`([A-Za-z0-9_.-]+/(?:[A-Za-z0-9_.-]+/)*templates/[^\s:()"]+)`)

// templateIn is the template that an error of Helm's names first.
func templateIn(err error) string { return failedTemplate.FindString(err.Error()) }

// dropTemplates takes templates out of a chart and its dependencies.
func dropTemplates(c *chart.Chart, parent string, broken map[string]string) {
	prefix := path.Join(parent, c.Name())
	c.Templates = slices.DeleteFunc(slices.Clone(c.Templates), func(f *common.File) bool {
		_, bad := broken[path.Join(prefix, f.Name)]
		return bad
	})
	for _, dependency := range c.Dependencies() {
		dropTemplates(dependency, path.Join(prefix, "charts"), broken)
	}
}

// unrendered looks at a template as it is written. The partials that it may be
// made of are looked at once, with the first one that fails.
func (c *chartScan) unrendered(loaded *chart.Chart, name string, err error) {
	c.gap(c.sources.fileOf(loaded.Name(), name), fmt.Sprintf("a template that cannot be rendered: %v", firstLine(err)))
	eachTemplate(loaded, "", func(at string, data []byte) {
		partial := strings.HasPrefix(path.Base(at), "_")
		if at == name || partial && !c.partials {
			c.asWritten(c.sources.fileOf(loaded.Name(), at), data)
		}
	})
	c.partials = true
}

func (c *chartScan) asWritten(file string, data []byte) {
	for _, f := range detect.Template(file, data).Findings {
		f.Confidence = finding.Low
		c.Findings = append(c.Findings, f)
	}
}

// eachTemplate visits the templates of a chart and its dependencies, by the names
// that Helm gives them.
func eachTemplate(c *chart.Chart, parent string, do func(name string, data []byte)) {
	prefix := path.Join(parent, c.Name())
	for _, f := range c.Templates {
		do(path.Join(prefix, f.Name), f.Data)
	}
	for _, dependency := range c.Dependencies() {
		eachTemplate(dependency, path.Join(prefix, "charts"), do)
	}
}

func firstLine(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return line
}

// look searches what was rendered, and traces each finding back.
func (c *chartScan) look(chart string, rendered map[string]string) {
	for _, name := range slices.Sorted(maps.Keys(rendered)) {
		content := rendered[name]
		if strings.TrimSpace(content) == "" {
			continue
		}
		file := c.sources.fileOf(chart, name)
		result := detect.File(strings.TrimSuffix(name, ".tpl"), []byte(content))
		for _, f := range result.Findings {
			c.Findings = append(c.Findings, c.sources.trace(f, file, content))
		}
		for _, g := range result.Gaps {
			g.File, g.Line = file, 0
			g.Reason = "as rendered: " + g.Reason
			c.Gaps = append(c.Gaps, g)
		}
	}
}

// readValues merges files of values, of which later ones win.
func readValues(files []string) (map[string]any, error) {
	values := map[string]any{}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			return values, fmt.Errorf("reading values: %s", reasonOf(err))
		}
		more, err := loader.LoadValues(bytes.NewReader(data))
		if err != nil {
			return values, fmt.Errorf("reading values: %w", err)
		}
		values = loader.MergeMaps(values, more)
	}
	return values, nil
}

// furtherValues are the files of values in a chart's folder besides its own, and
// those that chart-testing keeps in ci.
func furtherValues(dir string) []string {
	var files []string
	for _, folder := range []string{dir, filepath.Join(dir, "ci")} {
		entries, err := os.ReadDir(folder)
		if err != nil {
			continue // an archive, or no such folder
		}
		for _, e := range entries {
			if e.Type().IsRegular() && isValues(e.Name()) && e.Name() != "values.yaml" && !strings.Contains(e.Name(), "schema") {
				files = append(files, filepath.Join(folder, e.Name()))
			}
		}
	}
	return files
}

// isChartArchive is true for an archive that holds a chart.
func isChartArchive(file string) bool {
	f, err := os.Open(file)
	if err != nil {
		return false
	}
	defer f.Close()
	loaded, err := loader.LoadArchive(f)
	return err == nil && loaded.Metadata != nil && !errors.Is(err, os.ErrNotExist)
}
