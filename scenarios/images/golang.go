package images

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"

	"github.com/rehearse-dev/rehearse/scenarios"
)

// goBuild is how every program is built, but for where to and what: as one file
// that needs no other, the same from wherever it is built.
var goBuild = []string{"go", "build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w -buildid="}

// buildGo makes an image that holds nothing but the folder's Go program, which
// is its entry point, and an empty /tmp. The same source and the same Go give
// the same image.
func buildGo(ctx context.Context, folder, file string) (err error) {
	work, err := os.MkdirTemp(filepath.Dir(file), "go-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(work)) }()
	program := filepath.Base(folder)
	binary, err := compile(ctx, folder, work)
	if err != nil {
		return err
	}
	image, err := imageOf(program, binary)
	if err != nil {
		return err
	}
	// Whatever the scenario calls it, the archive needs some name here.
	return tarball.WriteToFile(file, name.MustParseReference("rehearse.dev/built:1"), image)
}

// compile builds the program in a copy of its folder, so that no module that
// the folder happens to lie in has a say.
func compile(ctx context.Context, folder, work string) ([]byte, error) {
	source, binary := filepath.Join(work, "source"), filepath.Join(work, "binary")
	if err := os.CopyFS(source, os.DirFS(folder)); err != nil {
		return nil, err
	}
	program, err := scenarios.ReadProgram(source)
	if err != nil {
		return nil, err
	}
	if err := ensureModule(ctx, source, program); err != nil {
		return nil, err
	}
	_, err = run(ctx, command{
		dir:  source,
		env:  append(goEnvironment(), "CGO_ENABLED=0", "GOOS=linux", "GOARCH="+runtime.GOARCH),
		argv: slices.Concat(goBuild, []string{"-o", binary, program.Package}),
	})
	if err != nil {
		return nil, err
	}
	return os.ReadFile(binary)
}

// ensureModule gives the program's module file the name that the go command
// looks for, and one to a program that has none, which may import the standard
// library only.
func ensureModule(ctx context.Context, source string, program *scenarios.Program) error {
	file := filepath.Join(source, "go.mod")
	if program.Mod != "" {
		err := os.Rename(filepath.Join(source, program.Mod), file)
		sumErr := os.Rename(filepath.Join(source, program.Sum), filepath.Join(source, "go.sum"))
		if errors.Is(sumErr, fs.ErrNotExist) {
			sumErr = nil // nothing is required
		}
		return errors.Join(err, sumErr)
	}
	version, err := goVersion(ctx)
	if err != nil {
		return err
	}
	minor := strings.Join(strings.SplitN(strings.TrimPrefix(version, "go"), ".", 3)[:2], ".")
	return os.WriteFile(file, []byte("module program\n\ngo "+minor+"\n"), 0o644)
}

func goVersion(ctx context.Context) (string, error) {
	out, err := run(ctx, command{dir: os.TempDir(), env: goEnvironment(), argv: []string{"go", "env", "GOVERSION"}})
	if err != nil {
		return "", fmt.Errorf("asking for the version of Go: %w", err)
	}
	return strings.TrimSpace(out), nil
}

// goEnvironment keeps the user's own settings from changing what is built.
func goEnvironment() []string { return []string{"GO111MODULE=on", "GOFLAGS=", "GOWORK=off"} }

func imageOf(program string, binary []byte) (v1.Image, error) {
	layer, err := layerOf(program, binary)
	if err != nil {
		return nil, err
	}
	image, err := mutate.AppendLayers(empty.Image, layer)
	if err != nil {
		return nil, err
	}
	config, err := image.ConfigFile()
	if err != nil {
		return nil, err
	}
	config = config.DeepCopy()
	config.OS, config.Architecture = "linux", runtime.GOARCH
	config.Created = v1.Time{Time: time.Unix(0, 0).UTC()}
	config.Config = v1.Config{Entrypoint: []string{"/" + program}, Env: []string{"PATH=/"}, WorkingDir: "/"}
	return mutate.ConfigFile(image, config)
}

func layerOf(program string, binary []byte) (v1.Layer, error) {
	var content bytes.Buffer
	w := tar.NewWriter(&content)
	epoch := time.Unix(0, 0)
	entries := []struct {
		header tar.Header
		data   []byte
	}{
		{tar.Header{Typeflag: tar.TypeDir, Name: "tmp/", Mode: 0o1777, ModTime: epoch}, nil},
		{tar.Header{Typeflag: tar.TypeReg, Name: program, Mode: 0o755, Size: int64(len(binary)), ModTime: epoch}, binary},
	}
	for _, e := range entries {
		if err := w.WriteHeader(&e.header); err != nil {
			return nil, err
		}
		if _, err := w.Write(e.data); err != nil {
			return nil, err
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return tarball.LayerFromOpener(func() (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(content.Bytes())), nil
	})
}
