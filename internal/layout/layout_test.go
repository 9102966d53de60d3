package layout_test

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/rehearse-dev/rehearse/"

// order is the flow of the program: a folder may import itself and what stands
// before it.
var order = []string{"clusters", "scenarios", "suites", "harness", "reports", "cmd", "scripts"}

type pkg struct {
	ImportPath                         string
	Imports, TestImports, XTestImports []string
}

func TestImportsPointOneWay(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		rank := rankOf(p.ImportPath)
		for _, imported := range p.Imports {
			if r := rankOf(imported); r > rank {
				t.Errorf("%s imports %s: imports point only to the left of %s",
					short(p.ImportPath), short(imported), strings.Join(order, ", "))
			}
		}
	}
}

func TestJudgingAndRenderingArePure(t *testing.T) {
	t.Parallel()
	denied := []string{"os", "net", "net/http", "os/exec", "k8s.io/client-go/kubernetes", module + "harness/collect"}
	for _, p := range packages(t) {
		name := short(p.ImportPath)
		if !strings.HasPrefix(name, "harness/compare") && name != "reports" {
			continue
		}
		for _, imported := range p.Imports {
			if slices.Contains(denied, imported) {
				t.Errorf("%s imports %s: it works on recordings and on nothing live", name, imported)
			}
		}
	}
}

func packages(t *testing.T) []pkg {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Imports,TestImports,XTestImports", module+"...")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("listing packages: %v", err)
	}
	var list []pkg
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p pkg
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return list
		} else if err != nil {
			t.Fatalf("reading the list of packages: %v", err)
		}
		list = append(list, p)
	}
}

// rankOf is the place of a package's first folder in the order; internal ones
// come before all others, foreign ones nowhere.
func rankOf(path string) int {
	if !strings.HasPrefix(path, module) {
		return -1
	}
	first, _, _ := strings.Cut(short(path), "/")
	return slices.Index(order, first)
}

func short(path string) string { return strings.TrimPrefix(path, module) }
