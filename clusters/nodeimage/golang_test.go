package nodeimage

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

func TestReplacements(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	mod := `module example.com/m

require k8s.io/api v0.0.0

replace (
	k8s.io/api => ./staging/src/k8s.io/api
	example.com/m/part => ../part
	example.com/old v1.0.0 => example.com/new v1.2.0
)
`
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte(mod), 0o600); err != nil {
		t.Fatal(err)
	}
	text, err := replacements(t.Context(), dir, "v1.37.2")
	if err != nil {
		t.Fatal(err)
	}
	want := "replace k8s.io/api  => k8s.io/api v0.37.2\nreplace example.com/old v1.0.0 => example.com/new v1.2.0\n"
	if text != want {
		t.Errorf("replacements =\n%swant\n%s", text, want)
	}
}

func TestProgramWithoutModulesIsBuilt(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles a program")
	}
	t.Parallel()
	dst := t.TempDir()
	if err := pauseProgram().build(t.Context(), runtime.GOARCH, dst); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(filepath.Join(dst, "pause"))
	if err != nil || info.Mode().Perm()&0o111 == 0 {
		t.Errorf("no program: %v", err)
	}
}

func TestProgramKeyHoldsWhatDecides(t *testing.T) {
	t.Parallel()
	key := func(p program, arch string) string { return strings.Join(p.key(arch), "|") }
	base := key(kubernetesProgram("v1.37.2"), "amd64")
	changed := kubernetesProgram("v1.37.2")
	changed.sources[0].content = []byte("other")
	for name, other := range map[string]string{
		"another version":      key(kubernetesProgram("v1.37.1"), "amd64"),
		"another architecture": key(kubernetesProgram("v1.37.2"), "arm64"),
		"another source":       key(changed, "amd64"),
	} {
		if other == base {
			t.Errorf("%s: the key stays the same", name)
		}
	}
}

func TestSourcesStandForThemselves(t *testing.T) {
	t.Parallel()
	var paths []string
	for _, f := range sources("podroutes", "sources/kube") {
		paths = append(paths, f.path)
		if strings.Contains(string(f.content), "go:build ignore") {
			t.Errorf("%s is kept out of its own build", f.path)
		}
	}
	if !slices.Contains(paths, "sources/kube/main.go") || slices.Contains(paths, "podroutes/podroutes_test.go") {
		t.Errorf("sources are %q", paths)
	}
}

func TestCommandErrorKeepsTheEndOfTheOutput(t *testing.T) {
	t.Parallel()
	err := commandError(t.Context(), []string{"tool", "first\nsecond"}, fs.ErrExist, strings.Repeat("line\n", 50)+"last\n")
	if !errors.Is(err, fs.ErrExist) || !strings.HasPrefix(err.Error(), "running tool first ...: ") {
		t.Errorf("commandError = %v", err)
	}
	if got := strings.Count(err.Error(), "\n"); got != 12 || !strings.HasSuffix(err.Error(), "last") {
		t.Errorf("%d lines in %v", got, err)
	}
}

func TestKindVersionIsTheLibrarys(t *testing.T) {
	t.Parallel()
	mod, err := os.ReadFile("../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(mod), "sigs.k8s.io/kind "+kindVersion+"\n") {
		t.Errorf("go.mod requires another kind than %s, whose files the nodes are made of", kindVersion)
	}
}
