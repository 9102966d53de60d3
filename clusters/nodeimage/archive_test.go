package nodeimage

import (
	"archive/tar"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"testing/fstest"
)

func TestWriteTar(t *testing.T) {
	t.Parallel()
	source := filepath.Join(t.TempDir(), "program")
	if err := os.WriteFile(source, []byte("binary"), 0o600); err != nil {
		t.Fatal(err)
	}
	files := []file{
		{path: "etc/deep/passwd", mode: 0o644, content: []byte("root")},
		{path: "bin/program", mode: 0o755, source: source},
		{path: "bin/alias", link: "program"},
		{path: "tmp", mode: 0o1777, folder: true},
	}
	var archive bytes.Buffer
	if err := writeTar(&archive, files); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"bin/ 755 ", "etc/ 755 ", "etc/deep/ 755 ", "etc/deep/passwd 644 root",
		"bin/program 755 binary", "bin/alias 777 -> program", "tmp/ 1777 ",
	}
	if got := readTar(t, &archive); !slices.Equal(got, want) {
		t.Errorf("the archive holds %q, want %q", got, want)
	}
}

func TestWriteTarRefusesAPathThatComesTwice(t *testing.T) {
	t.Parallel()
	files := append(programs("/nowhere", "bin"), file{path: "a"}, file{path: "a", link: "b"})
	if err := writeTar(io.Discard, files); err == nil {
		t.Error("no error for a path that comes twice")
	}
}

// readTar lists the entries of an archive as name, mode and content.
func readTar(t *testing.T, r io.Reader) []string {
	t.Helper()
	var entries []string
	for archive := tar.NewReader(r); ; {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return entries
		}
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(archive)
		if err != nil {
			t.Fatal(err)
		}
		entry := header.Name + " " + octal(header.Mode) + " " + string(content)
		if header.Linkname != "" {
			entry += "-> " + header.Linkname
		}
		entries = append(entries, entry)
	}
}

func octal(mode int64) string {
	digits := ""
	for ; mode > 0; mode /= 8 {
		digits = string(rune('0'+mode%8)) + digits
	}
	return digits
}

func TestTreeKeepsScriptsExecutable(t *testing.T) {
	t.Parallel()
	files, err := tree(fstest.MapFS{
		"usr/bin/tool": {Data: []byte("#!/bin/sh\n")},
		"etc/settings": {Data: []byte("a=b\n")},
	}, "root")
	if err != nil || len(files) != 2 {
		t.Fatalf("tree = %v, %v", files, err)
	}
	if files[0].path != "root/etc/settings" || files[0].mode != 0o644 || files[1].mode != 0o755 {
		t.Errorf("tree = %+v", files)
	}
}

func TestArchiveStoresASharedLayerOnce(t *testing.T) {
	t.Parallel()
	layers := &layerWriter{dir: t.TempDir()}
	shared := layers.write("shared", []file{{path: "a", mode: 0o644, content: []byte("a")}})
	own := layers.write("own", []file{{path: "b", mode: 0o644, content: []byte("b")}})
	err := layers.archive("amd64", []image{
		{tags: []string{"one:1", "alias:1"}, entrypoint: []string{"/a"}, layers: []string{shared}},
		{tags: []string{"two:1"}, layers: []string{shared, own}},
	})
	if err != nil {
		t.Fatal(err)
	}
	contents, members := readArchive(t, filepath.Join(layers.dir, "images.tar"))
	if len(contents) != 2 || !slices.Equal(contents[0].RepoTags, []string{"one:1", "alias:1"}) {
		t.Fatalf("table of contents: %+v", contents)
	}
	if contents[0].Layers[0] != contents[1].Layers[0] || len(members) != 5 {
		t.Errorf("%d members for two layers, two images and the table: %+v", len(members), contents)
	}
	var config imageConfig
	if err := json.Unmarshal(members[contents[1].Config], &config); err != nil || len(config.RootFS.DiffIDs) != 2 {
		t.Errorf("configuration of the second image: %+v, %v", config, err)
	}
	if left, _ := filepath.Glob(filepath.Join(layers.dir, "*.layer.tar")); len(left) != 0 {
		t.Errorf("layers left behind: %v", left)
	}
}

func readArchive(t *testing.T, path string) (contents []manifest, members map[string][]byte) {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	members = map[string][]byte{}
	for archive := tar.NewReader(bytes.NewReader(raw)); ; {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if members[header.Name], err = io.ReadAll(archive); err != nil {
			t.Fatal(err)
		}
	}
	if err := json.Unmarshal(members["manifest.json"], &contents); err != nil {
		t.Fatal(err)
	}
	return contents, members
}

func TestLayerWriterKeepsTheFirstError(t *testing.T) {
	t.Parallel()
	layers := &layerWriter{dir: t.TempDir()}
	layers.write("bad", programs("/nowhere", "bin", "tool"))
	layers.write("good", nil)
	if err := layers.archive("amd64", nil); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("archive = %v, want the error of the first layer", err)
	}
}
