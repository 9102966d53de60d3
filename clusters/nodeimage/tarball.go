package nodeimage

import (
	"archive/tar"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// file is one file to put into an image, or into a module that is built. Its
// content is given, or read from the host, or it is a link.
type file struct {
	path    string // without a leading slash
	mode    int64
	content []byte
	source  string // path on the host
	link    string // target of a symbolic link
	folder  bool
}

// tree lists the files of a folder under a new prefix. What starts with "#!" may
// be executed; embedded files and those of the module cache carry no modes.
func tree(files fs.FS, prefix string) ([]file, error) {
	var found []file
	err := fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := fs.ReadFile(files, name)
		mode := int64(0o644)
		if strings.HasPrefix(string(content), "#!") {
			mode = 0o755
		}
		found = append(found, file{path: path.Join(prefix, name), mode: mode, content: content})
		return err
	})
	return found, err
}

// programs lists the binaries of a folder under a new prefix.
func programs(dir, prefix string, names ...string) []file {
	var found []file
	for _, name := range names {
		found = append(found, file{path: path.Join(prefix, name), mode: 0o755, source: filepath.Join(dir, name)})
	}
	return found
}

// links lists symbolic links in a folder that all lead to one target.
func links(target, dir string, names ...string) []file {
	var found []file
	for _, name := range names {
		found = append(found, file{path: path.Join(dir, name), link: target})
	}
	return found
}

// writeTar writes an archive in which everything belongs to root and nothing
// depends on when it was written. A path must not come twice: containerd would
// take the last, and Docker refuse the image.
func writeTar(w io.Writer, files []file) error {
	archive := tar.NewWriter(w)
	seen := map[string]bool{}
	for _, f := range append(parents(files), files...) {
		if seen[f.path] {
			return fmt.Errorf("%s is there twice", f.path)
		}
		seen[f.path] = true
		if err := f.write(archive); err != nil {
			return fmt.Errorf("writing %s: %w", f.path, err)
		}
	}
	return archive.Close()
}

// parents lists the folders above all files, outermost first.
func parents(files []file) []file {
	var paths []string
	for _, f := range files {
		for dir := path.Dir(f.path); dir != "."; dir = path.Dir(dir) {
			paths = append(paths, dir)
		}
	}
	slices.Sort(paths)
	var found []file
	for _, dir := range slices.Compact(paths) {
		found = append(found, file{path: dir, mode: 0o755, folder: true})
	}
	return found
}

func (f file) write(archive *tar.Writer) error {
	switch {
	case f.folder:
		return archive.WriteHeader(&tar.Header{Typeflag: tar.TypeDir, Name: f.path + "/", Mode: f.mode})
	case f.link != "":
		return archive.WriteHeader(&tar.Header{Typeflag: tar.TypeSymlink, Name: f.path, Linkname: f.link, Mode: 0o777})
	case f.source != "":
		return f.writeSource(archive)
	}
	header := tar.Header{Typeflag: tar.TypeReg, Name: f.path, Mode: f.mode, Size: int64(len(f.content))}
	if err := archive.WriteHeader(&header); err != nil {
		return err
	}
	_, err := archive.Write(f.content)
	return err
}

func (f file) writeSource(archive *tar.Writer) error {
	source, err := os.Open(f.source)
	if err != nil {
		return err
	}
	defer source.Close()
	info, err := source.Stat()
	if err != nil {
		return err
	}
	header := tar.Header{Typeflag: tar.TypeReg, Name: f.path, Mode: f.mode, Size: info.Size()}
	if err := archive.WriteHeader(&header); err != nil {
		return err
	}
	_, err = io.Copy(archive, source)
	return err
}
