package scan

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/rehearse-dev/rehearse/harness/scan/finding"
)

// jobKind is what is done with a path.
type jobKind int

const (
	jobFile jobKind = iota
	jobChart
	jobKustomization
)

type job struct {
	kind jobKind
	path string
}

// walk lists what is to be done below a path, in the order of names. A file that
// is named itself is looked at whatever it is called.
func walk(root string) ([]job, []finding.Gap, error) {
	info, err := os.Stat(root)
	if err != nil {
		return nil, nil, errors.Unwrap(err)
	}
	w := &walker{root: root}
	if !info.IsDir() {
		w.file(root)
		return w.jobs, w.gaps, nil
	}
	if w.real, err = filepath.EvalSymlinks(root); err != nil {
		return nil, nil, err
	}
	w.folder(root)
	return w.jobs, w.gaps, nil
}

type walker struct {
	root, real string
	jobs       []job
	gaps       []finding.Gap
}

// skipped are folders that hold other people's sources, or a version control's
// own data.
var skipped = []string{".git", ".hg", ".svn", "node_modules", ".terraform"}

func (w *walker) folder(dir string) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		w.gap(dir, reasonOf(err))
	}
	isChart := slices.ContainsFunc(entries, isNamed("Chart.yaml"))
	if isChart {
		w.jobs = append(w.jobs, job{jobChart, dir})
	}
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		switch {
		case isChart && isPartOfChart(e.Name()):
		case e.IsDir() && slices.Contains(skipped, e.Name()):
		case e.IsDir():
			w.folder(path)
		case e.Type()&fs.ModeSymlink != 0:
			w.link(path)
		case e.Type().IsRegular():
			w.file(path)
		}
	}
	for _, name := range kustomizationNames {
		if slices.ContainsFunc(entries, isNamed(name)) {
			w.jobs = append(w.jobs, job{jobKustomization, filepath.Join(dir, name)})
		}
	}
}

// isPartOfChart is true for what means nothing, or something else, before its
// chart is rendered.
func isPartOfChart(name string) bool {
	return slices.Contains([]string{"templates", "charts", "crds", "ci", "Chart.yaml", "Chart.lock"}, name) || isValues(name)
}

func isValues(name string) bool {
	ext := filepath.Ext(name)
	return (ext == ".yaml" || ext == ".yml") && strings.Contains(strings.ToLower(name), "values")
}

var kustomizationNames = []string{"kustomization.yaml", "kustomization.yml", "Kustomization"}

func isNamed(name string) func(fs.DirEntry) bool {
	return func(e fs.DirEntry) bool { return e.Name() == name && !e.IsDir() }
}

// link follows a link to a file outside of the path. What is inside is looked at
// where it is, so links that go round in circles lead nowhere.
func (w *walker) link(path string) {
	target, err := filepath.EvalSymlinks(path)
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) && !strings.Contains(err.Error(), "too many links") {
			w.gap(path, reasonOf(err))
		}
		return
	}
	if inside, err := filepath.Rel(w.real, target); err == nil && filepath.IsLocal(inside) {
		return
	}
	info, err := os.Stat(target)
	switch {
	case err != nil:
		w.gap(path, reasonOf(err))
	case info.IsDir():
		w.gap(path, fmt.Sprintf("a link to the folder %s, which lies elsewhere: name that as well", target))
	case info.Mode().IsRegular():
		w.file(path)
	}
}

func (w *walker) file(path string) {
	if strings.HasSuffix(path, ".tgz") || strings.HasSuffix(path, ".tar.gz") {
		if isChartArchive(path) {
			w.jobs = append(w.jobs, job{jobChart, path})
		}
		return
	}
	w.jobs = append(w.jobs, job{jobFile, path})
}

func (w *walker) gap(path, reason string) {
	w.gaps = append(w.gaps, finding.Gap{File: filepath.ToSlash(path), Reason: reason})
}

// reasonOf is an error without the path, which stands beside it.
func reasonOf(err error) string {
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		return path.Err.Error()
	}
	return err.Error()
}

// foreign are the endings of files that are of no kind that is known, and mostly
// large or many.
var foreign = []string{
	".go", ".java", ".c", ".h", ".cc", ".cpp", ".rs", ".js", ".mjs", ".ts", ".tsx", ".jsx", ".css", ".scss", ".html", ".htm", ".svg",
	".md", ".rst", ".adoc", ".txt", ".log", ".csv", ".sql", ".sum", ".lock", ".map", ".proto", ".py", ".rb", ".php", ".kt", ".scala",
	".png", ".jpg", ".jpeg", ".gif", ".ico", ".pdf", ".zip", ".gz", ".xz", ".bz2", ".tar", ".jar", ".war", ".so", ".a", ".o", ".woff", ".woff2", ".ttf", ".pem", ".crt", ".key",
}

// readText reads a file unless it is foreign, binary or too large.
func readText(f io.Reader, size int64, name string) ([]byte, string) {
	if slices.Contains(foreign, strings.ToLower(filepath.Ext(name))) {
		return nil, ""
	}
	var head [4096]byte
	n, err := io.ReadFull(f, head[:])
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, reasonOf(err)
	}
	if bytes.IndexByte(head[:n], 0) >= 0 {
		return nil, ""
	}
	if size > maxSize {
		return nil, fmt.Sprintf("larger than the %d MiB that are read of a file (%d MiB): split it, one object to a file", maxSize>>20, size>>20)
	}
	rest, err := io.ReadAll(io.LimitReader(f, maxSize))
	if err != nil {
		return nil, reasonOf(err)
	}
	return append(head[:n:n], rest...), ""
}
