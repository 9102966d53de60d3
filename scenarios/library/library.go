// Package library holds the scenarios that ship with the program, one folder
// each, named after the scenario.
package library

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"

	"github.com/rehearse-dev/rehearse/scenarios"
)

// The programs come as source: a scenario builds its own images.
//
//go:embed all:alerts all:callers all:hello all:log-rotation all:log-searches all:log-shipping all:quickstart all:registry
var shipped embed.FS

// List names the shipped scenarios, sorted.
func List() []string {
	entries, err := shipped.ReadDir(".")
	if err != nil {
		panic("reading the embedded scenarios: " + err.Error()) // the compiler put them there
	}
	names := make([]string, len(entries))
	for i, entry := range entries {
		names[i] = entry.Name()
	}
	return names
}

// Read returns the scenario file of a shipped scenario.
func Read(name string) ([]byte, error) {
	data, err := shipped.ReadFile(path.Join(name, scenarios.FileName))
	if err != nil {
		return nil, unknown(name, err)
	}
	return data, nil
}

// Extract makes a shipped scenario a folder on disk, below cache, and returns
// it for [scenarios.Load]. The folder is named for its content, so that one
// which is there already is complete and is what this program ships.
func Extract(name, cache string) (string, error) {
	files, err := open(name)
	if err != nil {
		return "", err
	}
	sum, err := fingerprint(files)
	if err != nil {
		return "", fmt.Errorf("extracting scenario %q: %w", name, err)
	}
	dir := filepath.Join(cache, "scenarios", name+"-"+sum)
	if _, err := os.Stat(dir); err == nil {
		return dir, nil
	}
	if err := extract(files, dir); err != nil {
		return "", fmt.Errorf("extracting scenario %q: %w", name, err)
	}
	return dir, nil
}

func open(name string) (fs.FS, error) {
	if _, err := Read(name); err != nil {
		return nil, err
	}
	return fs.Sub(shipped, name)
}

func unknown(name string, err error) error {
	return fmt.Errorf("no shipped scenario is called %q: %w", name, err)
}

// extract fills a folder beside dir and then gives it its name, so that nobody
// ever sees half of it.
func extract(files fs.FS, dir string) error {
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return err
	}
	draft, err := os.MkdirTemp(filepath.Dir(dir), ".draft-")
	if err != nil {
		return err
	}
	if err := os.CopyFS(draft, files); err != nil {
		return errors.Join(err, os.RemoveAll(draft))
	}
	if err := os.Rename(draft, dir); err != nil {
		if _, statErr := os.Stat(dir); statErr == nil {
			err = nil // somebody else was faster, with the same content
		}
		return errors.Join(err, os.RemoveAll(draft))
	}
	return nil
}

func fingerprint(files fs.FS) (string, error) {
	sum := sha256.New()
	err := fs.WalkDir(files, ".", func(file string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := fs.ReadFile(files, file)
		fmt.Fprintf(sum, "%s\x00%d\x00%s", file, len(data), data)
		return err
	})
	return hex.EncodeToString(sum.Sum(nil))[:12], err
}
