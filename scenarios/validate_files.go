package scenarios

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// find looks at a file that the scenario refers to; nil when there is none to
// go on with. An empty reference is not one.
func (v validator) find(path, file string) fs.FileInfo {
	if file == "" {
		return nil
	}
	// A scenario is one folder that can be hashed, copied and run elsewhere.
	if !filepath.IsLocal(file) {
		v.add(path, "move the scenario file to a folder above both", "%q is outside the scenario's folder", file)
		return nil
	}
	return v.stat(path, file)
}

func (v validator) stat(path, file string) fs.FileInfo {
	info, err := os.Stat(v.Path(file))
	var pathErr *fs.PathError
	switch {
	case errors.Is(err, fs.ErrNotExist):
		v.add(path, "", "%q does not exist", file)
	case errors.As(err, &pathErr):
		v.add(path, "", "%q cannot be read: %v", file, pathErr.Err)
	case err != nil:
		v.add(path, "", "%q cannot be read: %v", file, err)
	default:
		return info
	}
	return nil
}

func (v validator) regularFile(path, file string) bool {
	info := v.find(path, file)
	if info != nil && !info.Mode().IsRegular() {
		v.add(path, "", "expected a file, found %q, which is not one", file)
		return false
	}
	return info != nil
}

func (v validator) folder(path, folder string) bool {
	info := v.find(path, folder)
	if info != nil && !info.IsDir() {
		v.add(path, "", "expected a folder, found the file %q", folder)
		return false
	}
	return info != nil
}

func (v validator) executable(path, file string) {
	if !v.regularFile(path, file) {
		return
	}
	if info := v.find(path, file); info != nil && info.Mode()&0o111 == 0 {
		v.add(path, "build it with `go test -c`", "%q is not executable", file)
	}
}

func (v validator) jsonFile(path, file string) {
	if !v.regularFile(path, file) {
		return
	}
	data, err := os.ReadFile(v.Path(file))
	if err != nil {
		v.add(path, "", "%q cannot be read: %v", file, err)
		return
	}
	var object map[string]any
	if err := json.Unmarshal(data, &object); err != nil {
		v.add(path, "", "%q is not a JSON object: %v", file, err)
	}
}

// expectations are checked with the scenario, so that a rehearsal does not end
// with a mistake that was there when it began.
func (v validator) expectations(path, file string) {
	if !v.regularFile(path, file) {
		return
	}
	_, err := LoadExpectations(v.Path(file))
	if invalid, ok := errors.AsType[*InvalidError](err); ok {
		v.List = append(v.List, invalid.Problems...)
	} else if err != nil {
		v.add(path, "", "%q cannot be read: %v", file, err)
	}
}

// hostPath may lie anywhere: it is the host's, not the scenario's.
func (v validator) hostPath(path, file string) {
	if file == "" {
		v.add(path, "", "required")
		return
	}
	v.stat(path, file)
}

func (v validator) buildFolder(path, folder string) {
	if !v.folder(path, folder) || v.holds(folder, "Dockerfile") {
		return
	}
	if _, err := ReadProgram(v.Path(folder)); err != nil {
		v.add(path, "", "%q cannot be built: %v", folder, err)
	}
}

func (v validator) manifests(path, file string) {
	if v.find(path, file) == nil {
		return
	}
	if v.holds(file, kustomizationFiles()...) {
		v.add(path, "use kustomize instead of manifests", "folder %q is a kustomization", file)
		return
	}
	files, err := ManifestFiles(v.Path(file))
	switch {
	case err != nil:
		v.add(path, "", "%q cannot be read: %v", file, err)
	case len(files) == 0:
		v.add(path, "", "folder %q holds no YAML or JSON file", file)
	}
}

func (v validator) kustomization(path, folder string) {
	if v.folder(path, folder) && !v.holds(folder, kustomizationFiles()...) {
		v.add(path, "", "folder %q has no kustomization.yaml", folder)
	}
}

// kustomizationFiles are the names that kustomize looks for.
func kustomizationFiles() []string {
	return []string{"kustomization.yaml", "kustomization.yml", "Kustomization"}
}

func (v validator) chart(path, chart string) {
	if strings.Contains(chart, "://") {
		v.add(path, "fetch it first with `helm pull`", "expected a chart on disk, found the address %q", chart)
		return
	}
	info := v.find(path, chart)
	switch {
	case info == nil:
	case info.IsDir() && !v.holds(chart, "Chart.yaml"):
		v.add(path, "", "folder %q has no Chart.yaml", chart)
	case !info.IsDir() && !strings.HasSuffix(chart, ".tgz"):
		v.add(path, "", "expected a chart's folder or .tgz file, found %q", chart)
	}
}

// holds says whether any file of the folder matches any of the patterns.
func (v validator) holds(folder string, patterns ...string) bool {
	for _, pattern := range patterns {
		// The patterns above are well formed, which is all that Glob can complain of.
		if found, err := filepath.Glob(filepath.Join(v.Path(folder), pattern)); err == nil && len(found) > 0 {
			return true
		}
	}
	return false
}
