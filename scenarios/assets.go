package scenarios

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
)

// AssetFiles are the files that the scenario's assets name, as slash-separated
// paths below its folder, sorted, each once. Validated scenarios have no pattern
// without a file.
func (s *Scenario) AssetFiles() ([]string, error) {
	a := s.Spec.Assets
	patterns := slices.Concat(a.AlertRules, a.Dashboards, a.LogSearches)
	if a.Alertmanager != "" {
		patterns = append(patterns, a.Alertmanager)
	}
	return MatchAssets(os.DirFS(s.Dir), patterns)
}

// MatchAssets are the files below dir that any of the patterns names, sorted,
// each once. dir is a scenario's folder, or the copy of its assets in a run
// folder.
func MatchAssets(dir fs.FS, patterns []string) ([]string, error) {
	var files []string
	for _, pattern := range patterns {
		found, err := fs.Glob(dir, path.Clean(filepath.ToSlash(pattern)))
		if err != nil {
			return nil, fmt.Errorf("listing assets: pattern %q: %w", pattern, err)
		}
		files = append(files, found...)
	}
	slices.Sort(files)
	return slices.Compact(files), nil
}

func (v validator) assets() {
	for name, patterns := range map[string][]string{
		"alertRules": v.Spec.Assets.AlertRules, "dashboards": v.Spec.Assets.Dashboards,
		"logSearches": v.Spec.Assets.LogSearches,
	} {
		for i, pattern := range patterns {
			v.pattern(fmt.Sprintf("spec.assets.%s[%d]", name, i), pattern)
		}
	}
	if file := v.Spec.Assets.Alertmanager; file != "" {
		v.pattern("spec.assets.alertmanager", file)
		if len(v.Spec.Assets.AlertRules) == 0 {
			v.addMissing("spec.assets.alertRules", "name the rules whose alerts it routes", "an Alertmanager configuration without alert rules")
		}
	}
}

// pattern checks a file of the scenario, or a pattern for some.
func (v validator) pattern(field, pattern string) {
	if !filepath.IsLocal(pattern) {
		v.add(field, "move the scenario file to a folder above both", "%q is outside the scenario's folder", pattern)
		return
	}
	files, err := MatchAssets(os.DirFS(v.Dir), []string{pattern})
	if err != nil {
		v.add(field, "", "not a pattern: %v", err)
		return
	}
	if len(files) == 0 {
		v.add(field, "", "%q matches no file", pattern)
	}
	for _, file := range files {
		v.regularFile(field, filepath.FromSlash(file))
	}
}
