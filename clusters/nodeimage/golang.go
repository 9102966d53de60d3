package nodeimage

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// modulePath is this module's own. Generated modules take the name of a package
// below it, so that sources of ours import each other there as they do here.
const modulePath = "github.com/rehearse-dev/rehearse/clusters/nodeimage"

// program is a set of binaries that the Go toolchain makes of one public module,
// or of sources of ours on top of it.
type program struct {
	module  string // path of the module that is built, or built upon; "" for none
	version string
	main    map[string]string // binary to package; a package of ours starts with "./"
	sources []file            // sources of ours
	require []string          // further modules, as path and version
	tags    string
	set     map[string]string // variables set while linking
}

// key holds all that decides what the binaries will be, the toolchain apart: a
// newer one is no reason to build for a quarter of an hour again.
func (p program) key(arch string) []string {
	parts := []string{arch, p.module, p.version, p.tags}
	for _, name := range sortedKeys(p.main) {
		parts = append(parts, name+"="+p.main[name])
	}
	for _, name := range sortedKeys(p.set) {
		parts = append(parts, name+"="+p.set[name])
	}
	parts = append(parts, p.require...)
	for _, f := range p.sources {
		parts = append(parts, f.path, string(f.content))
	}
	return parts
}

// build leaves one binary for each entry of main in dst.
func (p program) build(ctx context.Context, arch, dst string) error {
	return inTempDir("", func(dir string) error {
		if err := p.writeModule(ctx, dir); err != nil {
			return fmt.Errorf("writing the module: %w", err)
		}
		for _, name := range sortedKeys(p.main) {
			args := append(p.flags(), "-o", filepath.Join(dst, name), p.main[name])
			if _, err := goTool(ctx, dir, arch, append([]string{"build"}, args...)...); err != nil {
				return err
			}
		}
		return nil
	})
}

func (p program) flags() []string {
	ldflags := []string{"-s", "-w"}
	for _, name := range sortedKeys(p.set) {
		ldflags = append(ldflags, "-X", name+"="+p.set[name])
	}
	return []string{"-mod=mod", "-trimpath", "-buildvcs=false", "-tags=" + p.tags, "-ldflags=" + strings.Join(ldflags, " ")}
}

// writeModule generates the module in which the build runs.
func (p program) writeModule(ctx context.Context, dir string) error {
	text, sums, err := p.requirements(ctx)
	if err != nil {
		return err
	}
	files := append(p.sources, file{path: "go.mod", content: text}, file{path: "go.sum", content: sums})
	for _, f := range files {
		path := filepath.Join(dir, f.path)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, f.content, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// requirements are the go.mod and go.sum of a generated module. Replace directives
// count only in a main module, and so do checksums: those of the module that is
// built are repeated.
func (p program) requirements(ctx context.Context) (mod, sums []byte, err error) {
	var text strings.Builder
	text.WriteString("module " + modulePath + "\n\ngo 1.26.0\n")
	if p.module != "" {
		dir, err := moduleDir(ctx, p.module, p.version)
		if err != nil {
			return nil, nil, err
		}
		replaced, err := replacements(ctx, dir, p.version)
		if err != nil {
			return nil, nil, err
		}
		if sums, err = os.ReadFile(filepath.Join(dir, "go.sum")); err != nil {
			return nil, nil, err
		}
		fmt.Fprintf(&text, "\nrequire %s %s\n%s", p.module, p.version, replaced)
	}
	for _, module := range p.require {
		fmt.Fprintf(&text, "require %s\n", module)
	}
	return []byte(text.String()), sums, nil
}

// moduleFile is the part of `go mod edit -json` that is read here.
type moduleFile struct {
	Replace []struct {
		Old, New struct{ Path, Version string }
	}
}

// replacements reads the replace directives of the module in a folder as text.
func replacements(ctx context.Context, dir, version string) (string, error) {
	output, err := goTool(ctx, "", "", "mod", "edit", "-json", filepath.Join(dir, "go.mod"))
	if err != nil {
		return "", err
	}
	var parsed moduleFile
	if err := json.Unmarshal(output, &parsed); err != nil {
		return "", fmt.Errorf("reading the go.mod in %s: %w", dir, err)
	}
	var text strings.Builder
	for _, r := range parsed.Replace {
		switch {
		case strings.HasPrefix(r.New.Path, "./staging/"):
			r.New.Path, r.New.Version = r.Old.Path, stagingVersion(version)
		case strings.HasPrefix(r.New.Path, "."):
			continue // a folder of its repository: the version that is required will do
		}
		fmt.Fprintf(&text, "replace %s %s => %s %s\n", r.Old.Path, r.Old.Version, r.New.Path, r.New.Version)
	}
	return text.String(), nil
}

// stagingVersion is the version under which Kubernetes publishes the modules that
// it keeps in its own tree: v1.37.2 becomes v0.37.2.
func stagingVersion(kubernetes string) string {
	return "v0." + strings.TrimPrefix(kubernetes, "v1.")
}

// moduleDir downloads a module, unless it is in the module cache, and says where.
func moduleDir(ctx context.Context, module, version string) (string, error) {
	output, err := goTool(ctx, os.TempDir(), "", "mod", "download", "-json", module+"@"+version)
	if err != nil {
		return "", err
	}
	var downloaded struct{ Dir string }
	if err := json.Unmarshal(output, &downloaded); err != nil {
		return "", fmt.Errorf("downloading %s: %w", module, err)
	}
	return downloaded.Dir, nil
}

// goTool runs the go command for Linux on the given architecture; the host's own
// workspace and flags are kept out.
func goTool(ctx context.Context, dir, arch string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOWORK=off", "GOFLAGS=", "GO111MODULE=on")
	if arch != "" {
		cmd.Env = append(cmd.Env, "GOARCH="+arch)
	}
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return nil, commandError(ctx, cmd.Args, err, stderr.String()+stdout.String())
	}
	return stdout.Bytes(), nil
}

// commandError tells what was run, so that it can be pasted, and how it ended.
func commandError(ctx context.Context, argv []string, err error, output string) error {
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	line := strings.Join(argv, " ")
	if first, _, long := strings.Cut(strings.TrimSpace(line), "\n"); long { // a script
		line = first + " ..."
	}
	return fmt.Errorf("running %s: %w%s", line, err, lastLines(output, 12))
}

func lastLines(text string, n int) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	lines = lines[max(0, len(lines)-n):]
	return strings.TrimRight("\n  "+strings.Join(lines, "\n  "), "\n ")
}

func sortedKeys(m map[string]string) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}
