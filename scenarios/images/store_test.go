package images_test

import (
	"archive/tar"
	"errors"
	"io"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/tarball"

	"github.com/rehearse-dev/rehearse/internal/progress"
	"github.com/rehearse-dev/rehearse/scenarios"
	"github.com/rehearse-dev/rehearse/scenarios/images"
)

// write puts files under a folder.
func write(t *testing.T, dir string, files map[string]string) string {
	t.Helper()
	for file, content := range files {
		path := filepath.Join(dir, file)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// load reads one image back from an archive.
func load(t *testing.T, archive, ref string) (v1.Image, *v1.ConfigFile) {
	t.Helper()
	tag, err := name.NewTag(ref)
	if err != nil {
		t.Fatal(err)
	}
	image, err := tarball.ImageFromPath(archive, &tag)
	if err != nil {
		t.Fatalf("archive has no %q: %v", ref, err)
	}
	config, err := image.ConfigFile()
	if err != nil {
		t.Fatal(err)
	}
	return image, config
}

const program = "package main\n\nfunc main() { println(\"it runs\") }\n"

func TestArchiveOfAGoProgram(t *testing.T) {
	t.Parallel()
	root := write(t, t.TempDir(), map[string]string{
		// The module around it is not the program's business.
		"go.mod":           "module other\n\ngo 1.1\n\nrequire example.com/nowhere v1.0.0\n",
		"web/main.go":      program,
		"web/main_test.go": "package main\n\nimport _ \"example.com/nowhere\"\n",
	})
	steps := map[progress.State]int{}
	store := &images.Store{Dir: filepath.Join(t.TempDir(), "new"), Root: root, Observe: func(e progress.Event) { steps[e.State]++ }}
	list := []scenarios.Image{{Name: "shop/web:1", Build: "./web"}}
	archive, refs, err := store.Archive(t.Context(), list)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"shop/web:1"}, refs); diff != "" {
		t.Errorf("refs (-want +got):\n%s", diff)
	}
	image, config := load(t, archive, "shop/web:1")
	if diff := cmp.Diff([]string{"/web"}, config.Config.Entrypoint); diff != "" {
		t.Errorf("entry point (-want +got):\n%s", diff)
	}
	if got := runFrom(t, image, "web"); got != "it runs\n" {
		t.Errorf("the program printed %q", got)
	}

	again, _, err := store.Archive(t.Context(), list)
	if err != nil || again != archive {
		t.Errorf("second Archive = %q, %v, want %q", again, err, archive)
	}
	if diff := cmp.Diff(map[progress.State]int{progress.Started: 1, progress.Done: 1, progress.Cached: 1}, steps); diff != "" {
		t.Errorf("steps of two Archives (-want +got):\n%s", diff)
	}
	if entries, err := filepath.Glob(filepath.Join(store.Dir, "draft-*")); err != nil || len(entries) > 0 {
		t.Errorf("left behind: %q, %v", entries, err)
	}
}

// runFrom runs a file of the image on this host.
func runFrom(t *testing.T, image v1.Image, file string) string {
	t.Helper()
	content := mutate.Extract(image)
	t.Cleanup(func() {
		if err := content.Close(); err != nil {
			t.Errorf("closing the image: %v", err)
		}
	})
	binary := filepath.Join(t.TempDir(), file)
	for r := tar.NewReader(content); ; {
		header, err := r.Next()
		if err != nil {
			t.Fatalf("looking for %q in the image: %v", file, err)
		}
		if header.Name == file {
			data, err := io.ReadAll(r)
			if err := errors.Join(err, os.WriteFile(binary, data, 0o755)); err != nil {
				t.Fatal(err)
			}
			break
		}
	}
	out, err := exec.CommandContext(t.Context(), binary).CombinedOutput()
	if err != nil {
		t.Fatalf("running %q: %v", binary, err)
	}
	return string(out)
}

// A program of a module that lies in the folder, so that no proxy is needed.
func TestArchiveOfAProgramOfAnotherModule(t *testing.T) {
	t.Parallel()
	const module = "module image\n\ngo 1.26\n\ntool example.com/store/cmd/server\n\n" +
		"require example.com/store v0.0.0\n\nreplace example.com/store => ./store\n"
	for _, file := range []string{"go.mod", "image.mod"} {
		root := write(t, t.TempDir(), map[string]string{
			"store/" + file:                       module,
			"store/store/go.mod":                  "module example.com/store\n\ngo 1.26\n",
			"store/store/cmd/server/main.go":      "package main\n\nimport \"example.com/store\"\n\nfunc main() { println(store.Says) }\n",
			"store/store/store.go":                "package store\n\nconst Says = \"it runs\"\n",
			"store/store/cmd/another/unneeded.go": "package main\n\nfunc main() { nonsense }\n",
		})
		archive, _, err := (&images.Store{Dir: t.TempDir(), Root: root}).Archive(t.Context(), []scenarios.Image{{Name: "a/store:1", Build: "store"}})
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		image, config := load(t, archive, "a/store:1")
		if diff := cmp.Diff([]string{"/store"}, config.Config.Entrypoint); diff != "" {
			t.Errorf("%s: entry point (-want +got):\n%s", file, diff)
		}
		if got := runFrom(t, image, "store"); got != "it runs\n" {
			t.Errorf("%s: the program printed %q", file, got)
		}
	}
}

func TestBuildsAreReproducible(t *testing.T) {
	t.Parallel()
	var digests [2]v1.Hash
	for i := range digests {
		root := write(t, t.TempDir(), map[string]string{"web/main.go": program})
		archive, _, err := (&images.Store{Dir: t.TempDir(), Root: root}).Archive(t.Context(), []scenarios.Image{{Name: "a/b:1", Build: "web"}})
		if err != nil {
			t.Fatal(err)
		}
		image, _ := load(t, archive, "a/b:1")
		if digests[i], err = image.ConfigName(); err != nil {
			t.Fatal(err)
		}
	}
	if digests[0] != digests[1] {
		t.Errorf("two builds of one source have the IDs %s and %s", digests[0], digests[1])
	}
}

func TestArchiveFollowsContent(t *testing.T) {
	t.Parallel()
	root := write(t, t.TempDir(), map[string]string{"web/main.go": program, "shop/main.go": program})
	store := &images.Store{Dir: t.TempDir(), Root: root}
	archive := func(list ...scenarios.Image) string {
		path, _, err := store.Archive(t.Context(), list)
		if err != nil {
			t.Fatal(err)
		}
		return path
	}
	web := scenarios.Image{Name: "shop/web:1", Build: "web"}
	first := archive(web)
	seen := map[string]string{
		first: "the first",
		archive(scenarios.Image{Name: "shop/web:2", Build: "web"}):       "another name",
		archive(scenarios.Image{Name: "shop/web:1", Build: "shop"}):      "another entry point",
		archive(web, scenarios.Image{Name: "shop/shop:1", Build: "web"}): "two names",
	}
	write(t, root, map[string]string{"web/more.go": "package main\n"})
	seen[archive(web)] = "another source"
	if len(seen) != 5 {
		t.Errorf("different archives = %v, want 5", seen)
	}
}

func TestArchiveOfAnArchive(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	one, two := randomImage(t), randomImage(t)
	save(t, filepath.Join(root, "one.tar"), map[string]v1.Image{"any/name:1": one})
	save(t, filepath.Join(root, "two.tar"), map[string]v1.Image{"a/one:1": one, "a/two:1": two})
	store := &images.Store{Dir: t.TempDir(), Root: root}
	archive, _, err := store.Archive(t.Context(), []scenarios.Image{
		{Name: "b/one:1", Archive: "one.tar"},
		{Name: "a/two:1", Archive: filepath.Join(root, "two.tar")},
	})
	if err != nil {
		t.Fatal(err)
	}
	for ref, want := range map[string]v1.Image{"b/one:1": one, "a/two:1": two} {
		got, _ := load(t, archive, ref)
		if id(t, got) != id(t, want) {
			t.Errorf("image %q has ID %s, want %s", ref, id(t, got), id(t, want))
		}
	}
}

func TestArchiveOfAPulledImage(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(registry.New())
	defer server.Close()
	ref, err := name.ParseReference(strings.TrimPrefix(server.URL, "http://") + "/cache:7")
	if err != nil {
		t.Fatal(err)
	}
	served := randomImage(t)
	if err := remote.Write(ref, served, remote.WithContext(t.Context())); err != nil {
		t.Fatal(err)
	}
	store := &images.Store{Dir: t.TempDir()}
	archive, _, err := store.Archive(t.Context(), []scenarios.Image{{Name: "shop/cache:1", Pull: ref.String()}})
	if err != nil {
		t.Fatal(err)
	}
	if got, _ := load(t, archive, "shop/cache:1"); id(t, got) != id(t, served) {
		t.Errorf("image has ID %s, want %s", id(t, got), id(t, served))
	}
}

func TestArchiveSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	root := write(t, t.TempDir(), map[string]string{
		"broken/main.go": "package main\n\nfunc main() { nonsense }\n",
		"needy/main.go":  "package main\n\nimport _ \"example.com/nowhere\"\n\nfunc main() {}\n",
		"no.tar":         "not a tar file",
		"behind/go.mod":  "module image\n\ngo 1.26\n\ntool example.com/store\n\nrequire example.com/store v0.0.0\n",
		"behind/go.sum":  "",
		"two/go.mod":     "module image\n\ntool example.com/a\n\ntool example.com/b\n",
	})
	save(t, filepath.Join(root, "two.tar"), map[string]v1.Image{"a/one:1": randomImage(t), "a/two:1": randomImage(t)})
	tests := []struct {
		name  string
		image scenarios.Image
		want  []string
	}{
		{"program that does not compile", scenarios.Image{Build: "broken"}, []string{`building "broken"`, "undefined: nonsense", "go build"}},
		{"program that needs a module", scenarios.Image{Build: "needy"}, []string{`building "needy"`, "example.com/nowhere"}},
		{"tool without a checksum", scenarios.Image{Build: "behind"}, []string{`building "behind"`, "go build", "missing go.sum entry"}},
		{"tool that is not the only one", scenarios.Image{Build: "two"}, []string{`building "two"`, "2 tool directives in go.mod"}},
		{"folder that is not there", scenarios.Image{Build: "missing"}, []string{`reading "missing"`}},
		{"file that is no archive", scenarios.Image{Archive: "no.tar"}, []string{`reading archive "no.tar"`}},
		{"archive without the image", scenarios.Image{Archive: "two.tar"}, []string{`reading archive "two.tar", which holds a/one:1, a/two:1`}},
		{"registry that is not there", scenarios.Image{Pull: "localhost:1/a:1"}, []string{`pulling "localhost:1/a:1"`, "connection refused"}},
		{"no source", scenarios.Image{}, []string{"it has no source"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			store := &images.Store{Dir: t.TempDir(), Root: root}
			tt.image.Name = "shop/web:1"
			_, _, err := store.Archive(t.Context(), []scenarios.Image{tt.image})
			for _, want := range append(tt.want, `making image "shop/web:1"`) {
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("Archive = %v, want %q in it", err, want)
				}
			}
		})
	}
}

func TestStoreForgetsWhatNobodyUses(t *testing.T) {
	t.Parallel()
	store := &images.Store{Dir: t.TempDir(), Root: t.TempDir()}
	save(t, filepath.Join(store.Root, "one.tar"), map[string]v1.Image{"a/one:1": randomImage(t)})
	write(t, store.Dir, map[string]string{"set-old.tar": "", "set-young.tar": ""})
	old := time.Now().AddDate(0, -1, 0)
	if err := os.Chtimes(filepath.Join(store.Dir, "set-old.tar"), old, old); err != nil {
		t.Fatal(err)
	}
	if _, _, err := store.Archive(t.Context(), []scenarios.Image{{Name: "a/one:1", Archive: "one.tar"}}); err != nil {
		t.Fatal(err)
	}
	left := map[string]bool{}
	for _, file := range []string{"set-old.tar", "set-young.tar"} {
		_, err := os.Stat(filepath.Join(store.Dir, file))
		left[file] = err == nil
	}
	if diff := cmp.Diff(map[string]bool{"set-old.tar": false, "set-young.tar": true}, left); diff != "" {
		t.Errorf("archives left (-want +got):\n%s", diff)
	}
}

func TestArchiveOfADockerfile(t *testing.T) {
	t.Parallel()
	if os.Getenv("REHEARSE_E2E") != "1" {
		t.Skip("needs Docker: set REHEARSE_E2E=1")
	}
	root := write(t, t.TempDir(), map[string]string{
		"web/Dockerfile": "FROM scratch\nCOPY hello /hello\nENTRYPOINT [\"/hello\"]\n",
		"web/hello":      "hello",
		"bad/Dockerfile": "FROM scratch\nCOPY missing /\n",
	})
	store := &images.Store{Dir: t.TempDir(), Root: root}
	archive, _, err := store.Archive(t.Context(), []scenarios.Image{{Name: "shop/web:1", Build: "web"}})
	if err != nil {
		t.Fatal(err)
	}
	if _, config := load(t, archive, "shop/web:1"); !cmp.Equal(config.Config.Entrypoint, []string{"/hello"}) {
		t.Errorf("entry point = %q, want /hello", config.Config.Entrypoint)
	}
	_, _, err = store.Archive(t.Context(), []scenarios.Image{{Name: "shop/bad:1", Build: "bad"}})
	if err == nil || !strings.Contains(err.Error(), "missing") {
		t.Errorf("Archive of a broken Dockerfile = %v, want the missing file in it", err)
	}
}

func randomImage(t *testing.T) v1.Image {
	t.Helper()
	image, err := random.Image(100, 1)
	if err != nil {
		t.Fatal(err)
	}
	return image
}

func save(t *testing.T, file string, tagged map[string]v1.Image) {
	t.Helper()
	refs := map[name.Reference]v1.Image{}
	for text, image := range tagged {
		tag, err := name.NewTag(text)
		if err != nil {
			t.Fatal(err)
		}
		refs[tag] = image
	}
	if err := tarball.MultiRefWriteToFile(file, refs); err != nil {
		t.Fatal(err)
	}
}

func id(t *testing.T, image v1.Image) v1.Hash {
	t.Helper()
	hash, err := image.ConfigName()
	if err != nil {
		t.Fatal(err)
	}
	return hash
}
