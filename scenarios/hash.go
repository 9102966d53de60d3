package scenarios

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"go.yaml.in/yaml/v3"

	"github.com/rehearse-dev/rehearse/clusters"
)

// Hash is a fingerprint of the scenario and of every file in its folder that it
// refers to, as hexadecimal SHA-256. Two scenarios with the same hash put the
// same things on their clusters; comments and layout of the scenario file do
// not count. Mounted host paths lie outside the folder and are left out.
func (s *Scenario) Hash() (string, error) {
	sum := sha256.New()
	if err := json.NewEncoder(sum).Encode(s); err != nil {
		return "", fmt.Errorf("hashing scenario %q: %w", s.Metadata.Name, err)
	}
	references, err := s.references()
	if err != nil {
		return "", fmt.Errorf("hashing scenario %q: %w", s.Metadata.Name, err)
	}
	for _, path := range references {
		if err := s.hashTree(sum, path); err != nil {
			return "", fmt.Errorf("hashing scenario %q: %w", s.Metadata.Name, err)
		}
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// references are the files and folders that the scenario names, each once.
func (s *Scenario) references() ([]string, error) {
	var paths []string
	for _, side := range clusters.Sides() {
		config := s.Spec.Pair.Side(side).Config
		paths = append(paths, config.DaemonJSON, config.Certs, config.Hosts)
	}
	for _, image := range s.Spec.Images {
		paths = append(paths, image.Build, image.Archive)
	}
	for _, w := range s.AllWorkloads() {
		paths = append(paths, w.Manifests)
		if w.Helm != nil {
			paths = append(append(paths, w.Helm.Chart), w.Helm.Values...)
		}
		folders, err := s.kustomizations(w.Kustomize, nil)
		if err != nil {
			return nil, err
		}
		paths = append(paths, folders...)
	}
	for _, stimulus := range s.Spec.Stimuli {
		paths = append(paths, stimulus.Manifests)
	}
	for _, suite := range s.Spec.Suites {
		paths = append(paths, suite.Binary)
	}
	assets, err := s.AssetFiles()
	if err != nil {
		return nil, err
	}
	paths = append(paths, assets...)
	slices.Sort(paths)
	paths = slices.Compact(paths)
	return slices.DeleteFunc(paths, func(path string) bool { return path == "" }), nil
}

// AllWorkloads are the workloads and then the agents, which are applied alike.
func (s *Scenario) AllWorkloads() []Workload {
	all := slices.Clone(s.Spec.Workloads)
	for _, agent := range s.Spec.Agents {
		all = append(all, agent.Workload)
	}
	return all
}

// kustomizations adds to seen a kustomization folder and whatever it builds on,
// which may lie beside it rather than below.
func (s *Scenario) kustomizations(folder string, seen []string) ([]string, error) {
	if folder == "" || slices.Contains(seen, filepath.Clean(folder)) {
		return seen, nil
	}
	seen = append(seen, filepath.Clean(folder))
	for _, name := range kustomizationFiles() {
		data, err := os.ReadFile(filepath.Join(s.Path(folder), name))
		if errors.Is(err, fs.ErrNotExist) {
			continue // it has one of the other names
		}
		if err != nil {
			return nil, err
		}
		var k struct{ Resources, Components, Bases []string }
		if err := yaml.Unmarshal(data, &k); err != nil {
			return nil, fmt.Errorf("reading %q: %w", filepath.Join(folder, name), err)
		}
		for _, base := range slices.Concat(k.Resources, k.Components, k.Bases) {
			path := filepath.Join(folder, base)
			if info, err := os.Stat(s.Path(path)); err != nil || !info.IsDir() {
				continue // a file of the folder itself, hashed with it
			}
			if seen, err = s.kustomizations(path, seen); err != nil {
				return nil, err
			}
		}
	}
	return seen, nil
}

func (s *Scenario) hashTree(sum hash.Hash, path string) error {
	return filepath.WalkDir(s.Path(path), func(file string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		return s.hashFile(sum, file)
	})
}

// hashFile follows links, as whoever reads the file will.
func (s *Scenario) hashFile(sum hash.Hash, file string) error {
	name, err := filepath.Rel(s.Dir, file)
	if err != nil {
		return err
	}
	info, err := os.Stat(file)
	if errors.Is(err, fs.ErrNotExist) {
		fmt.Fprintf(sum, "%s\x00a link to nothing\x00", filepath.ToSlash(name))
		return nil
	}
	if err != nil || !info.Mode().IsRegular() {
		return err
	}
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	// The length keeps one file's end from passing for the next one's beginning.
	fmt.Fprintf(sum, "%s\x00%t\x00%d\x00", filepath.ToSlash(name), info.Mode()&0o111 != 0, info.Size())
	_, err = io.Copy(sum, f)
	return err
}
