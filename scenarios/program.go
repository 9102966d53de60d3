package scenarios

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"
)

// Program says how the Go program in an image's folder is built.
type Program struct {
	// Mod is the name of the folder's module file, go.mod or image.mod, and Sum
	// that of its checksums. Both are empty for a program that needs nothing but
	// the standard library.
	Mod, Sum string
	// Package to build: the folder's own, written as a dot, or the path of a
	// program of another module.
	Package string
}

// moduleNames are what a module file and its checksums may be called. With a
// go.mod, a folder is no part of the module around it, and cannot be embedded by
// it; under the second names, which are those of the go command's -modfile, it is.
var moduleNames = [][2]string{{"go.mod", "go.sum"}, {"image.mod", "image.sum"}}

// ReadProgram reads how the program in a folder is built. With Go files the
// folder is a main package; without any, the only tool directive of its module
// file names a program of another module.
func ReadProgram(folder string) (*Program, error) {
	p := &Program{Package: "."}
	file, err := p.readModule(folder)
	if err != nil {
		return nil, err
	}
	sources, err := fs.Glob(os.DirFS(folder), "*.go")
	switch {
	case err != nil:
		return nil, err
	case len(sources) > 0:
		return p, nil
	case file == nil:
		return nil, errors.New("it has neither a Dockerfile, nor Go files, nor a go.mod that names a tool")
	case len(file.Tool) != 1:
		return nil, fmt.Errorf("it has no Go files, and %d tool directives in %s: expected one, for the program to build", len(file.Tool), p.Mod)
	}
	p.Package = file.Tool[0].Path
	return p, nil
}

// readModule reads the module file, and looks for the checksums beside it; nil
// when there is none.
func (p *Program) readModule(folder string) (*modfile.File, error) {
	var file *modfile.File
	for _, names := range moduleNames {
		data, err := os.ReadFile(filepath.Join(folder, names[0]))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if file != nil {
			return nil, fmt.Errorf("it has both %s and %s", p.Mod, names[0])
		}
		if err != nil {
			return nil, err
		}
		if file, err = modfile.Parse(names[0], data, nil); err != nil {
			return nil, errors.New(strings.TrimSpace(err.Error()))
		}
		p.Mod, p.Sum = names[0], names[1]
	}
	if file == nil || !fetches(file) {
		return file, nil
	}
	if _, err := os.Stat(filepath.Join(folder, p.Sum)); err != nil {
		return nil, fmt.Errorf("%s requires modules, but there is no %s with their checksums", p.Mod, p.Sum)
	}
	return file, nil
}

// fetches says whether the module file requires anything that does not lie in
// the folder itself.
func fetches(file *modfile.File) bool {
	here := map[string]bool{}
	for _, r := range file.Replace {
		here[r.Old.Path] = r.New.Version == ""
	}
	return slices.ContainsFunc(file.Require, func(r *modfile.Require) bool { return !here[r.Mod.Path] })
}
