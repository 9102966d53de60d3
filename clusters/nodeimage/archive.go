package nodeimage

import (
	"archive/tar"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// image is a container image on its way into an archive that both `docker load`
// and `ctr images import` read.
type image struct {
	tags       []string
	entrypoint []string
	command    []string
	layers     []string // uncompressed tar files on the host, lowest first
}

// imageConfig is the part of an image's configuration that matters here.
type imageConfig struct {
	Architecture string        `json:"architecture"`
	OS           string        `json:"os"`
	Created      string        `json:"created"`
	Config       processConfig `json:"config"`
	RootFS       rootFS        `json:"rootfs"`
}

type processConfig struct {
	Env        []string
	Entrypoint []string `json:",omitempty"`
	Cmd        []string `json:",omitempty"`
	WorkingDir string
}

type rootFS struct {
	Type    string   `json:"type"`
	DiffIDs []string `json:"diff_ids"`
}

// manifest is one entry of the archive's table of contents.
type manifest struct {
	Config   string
	RepoTags []string
	Layers   []string
}

// writeArchive puts images into one archive. A layer that several of them share
// is stored once. Layers stay uncompressed: they are unpacked at every boot of a
// node and never sent anywhere.
func writeArchive(dst, arch string, images []image) error {
	out, err := os.Create(dst)
	if err != nil {
		return err
	}
	defer out.Close()
	archive := archiveWriter{tar: tar.NewWriter(out), arch: arch, stored: map[string]bool{}}
	var contents []manifest
	for _, img := range images {
		entry, err := archive.add(img)
		if err != nil {
			return fmt.Errorf("archiving %s: %w", img.tags[0], err)
		}
		contents = append(contents, entry)
	}
	if _, err := archive.addJSON("manifest.json", contents); err != nil {
		return err
	}
	if err := archive.tar.Close(); err != nil {
		return err
	}
	return out.Close()
}

type archiveWriter struct {
	tar    *tar.Writer
	arch   string
	stored map[string]bool // layers by name
}

// add writes the layers and the configuration of an image.
func (a *archiveWriter) add(img image) (manifest, error) {
	config := imageConfig{
		Architecture: a.arch,
		OS:           "linux",
		Created:      "2000-01-01T00:00:00Z", // the same bytes from the same inputs
		Config: processConfig{
			Env:        []string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"},
			Entrypoint: img.entrypoint,
			Cmd:        img.command,
			WorkingDir: "/",
		},
		RootFS: rootFS{Type: "layers"},
	}
	entry := manifest{RepoTags: img.tags}
	for _, layer := range img.layers {
		digest, err := a.addLayer(layer)
		if err != nil {
			return entry, err
		}
		config.RootFS.DiffIDs = append(config.RootFS.DiffIDs, "sha256:"+digest)
		entry.Layers = append(entry.Layers, digest+".tar")
	}
	var err error
	entry.Config, err = a.addJSON("", config)
	return entry, err
}

// addLayer stores a tar file under its content hash, which it returns.
func (a *archiveWriter) addLayer(path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer file.Close()
	hash := sha256.New()
	size, err := io.Copy(hash, file)
	if err != nil {
		return "", err
	}
	digest := hex.EncodeToString(hash.Sum(nil))
	if a.stored[digest] {
		return digest, nil
	}
	a.stored[digest] = true
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return "", err
	}
	if err := a.tar.WriteHeader(&tar.Header{Name: digest + ".tar", Mode: 0o644, Size: size}); err != nil {
		return "", err
	}
	_, err = io.Copy(a.tar, file)
	return digest, err
}

// addJSON stores a value under a name, or under its content hash if it has none.
func (a *archiveWriter) addJSON(name string, value any) (string, error) {
	content, err := json.Marshal(value)
	if err != nil {
		return "", err
	}
	if name == "" {
		name = fmt.Sprintf("%x.json", sha256.Sum256(content))
	}
	header := tar.Header{Name: name, Mode: 0o644, Size: int64(len(content))}
	if err := a.tar.WriteHeader(&header); err != nil {
		return "", err
	}
	_, err = a.tar.Write(content)
	return name, err
}

// layerWriter writes the layers of some images, and then the images, into one
// folder. It remembers the first error and does nothing from then on.
type layerWriter struct {
	dir string
	err error
}

// write writes files as one layer and returns its path.
func (l *layerWriter) write(name string, files []file) string {
	path := filepath.Join(l.dir, name+".layer.tar")
	if l.err == nil {
		l.err = writeTarFile(path, files)
	}
	return path
}

// archive writes images.tar and drops the layers, which are in there now.
func (l *layerWriter) archive(arch string, images []image) error {
	if l.err != nil {
		return l.err
	}
	if err := writeArchive(filepath.Join(l.dir, "images.tar"), arch, images); err != nil {
		return err
	}
	layers, err := filepath.Glob(filepath.Join(l.dir, "*.layer.tar"))
	for _, layer := range layers {
		err = errors.Join(err, os.Remove(layer))
	}
	return err
}

func writeTarFile(path string, files []file) error {
	out, err := os.Create(path)
	if err != nil {
		return err
	}
	defer out.Close()
	if err := writeTar(out, files); err != nil {
		return err
	}
	return out.Close()
}
