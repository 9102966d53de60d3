package scenarios_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rehearse-dev/rehearse/scenarios"
)

const (
	requires = "module program\n\ngo 1.26\n\nrequire example.com/store v1.2.3\n"
	tool     = "tool example.com/store/cmd/store\n"
	replaces = "replace example.com/store => ./store\n"
)

func TestReadProgram(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		files map[string]string
		want  scenarios.Program
		err   string
	}{
		"a program of the standard library": {
			files: map[string]string{"main.go": ""},
			want:  scenarios.Program{Package: "."},
		},
		"a program that needs modules": {
			files: map[string]string{"main.go": "", "go.mod": requires, "go.sum": ""},
			want:  scenarios.Program{Mod: "go.mod", Sum: "go.sum", Package: "."},
		},
		"a program of another module": {
			files: map[string]string{"go.mod": requires + tool, "go.sum": ""},
			want:  scenarios.Program{Mod: "go.mod", Sum: "go.sum", Package: "example.com/store/cmd/store"},
		},
		"a program of another module, inside a module": {
			files: map[string]string{"image.mod": requires + tool, "image.sum": ""},
			want:  scenarios.Program{Mod: "image.mod", Sum: "image.sum", Package: "example.com/store/cmd/store"},
		},
		"a program that has a tool to generate code with": {
			files: map[string]string{"main.go": "", "go.mod": requires + tool, "go.sum": ""},
			want:  scenarios.Program{Mod: "go.mod", Sum: "go.sum", Package: "."},
		},
		"a module that lies in the folder": {
			files: map[string]string{"go.mod": requires + tool + replaces},
			want:  scenarios.Program{Mod: "go.mod", Sum: "go.sum", Package: "example.com/store/cmd/store"},
		},
		"nothing": {
			err: "it has neither a Dockerfile, nor Go files, nor a go.mod that names a tool",
		},
		"a folder of folders": {
			files: map[string]string{"store/main.go": ""},
			err:   "it has neither",
		},
		"no tool": {
			files: map[string]string{"go.mod": requires, "go.sum": ""},
			err:   "it has no Go files, and 0 tool directives in go.mod",
		},
		"two tools": {
			files: map[string]string{"image.mod": requires + tool + "tool example.com/store/cmd/other\n", "image.sum": ""},
			err:   "it has no Go files, and 2 tool directives in image.mod",
		},
		"both names": {
			files: map[string]string{"main.go": "", "go.mod": requires, "go.sum": "", "image.mod": requires},
			err:   "it has both go.mod and image.mod",
		},
		"no checksums": {
			files: map[string]string{"main.go": "", "image.mod": requires},
			err:   "image.mod requires modules, but there is no image.sum",
		},
		"a module file that is none": {
			files: map[string]string{"main.go": "", "image.mod": "module program\n\nrequired x\n"},
			err:   "image.mod:3: unknown directive",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			for file, content := range row.files {
				write(t, filepath.Join(dir, file), content)
			}
			got, err := scenarios.ReadProgram(dir)
			if row.err != "" {
				if err == nil || !strings.Contains(err.Error(), row.err) {
					t.Errorf("ReadProgram = %v, want %q in it", err, row.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(row.want, *got); diff != "" {
				t.Errorf("ReadProgram (-want +got):\n%s", diff)
			}
		})
	}
}
