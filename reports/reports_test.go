package reports_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/rehearse-dev/rehearse/harness/compare"
	"github.com/rehearse-dev/rehearse/internal/golden"
	"github.com/rehearse-dev/rehearse/reports"
)

func TestGolden(t *testing.T) {
	t.Parallel()
	files := map[string]string{"text": "report.txt"}
	for _, o := range reports.Outputs() {
		t.Run(o.Name, func(t *testing.T) {
			t.Parallel()
			name := o.File
			if name == "" {
				name = files[o.Name]
			}
			golden.Check(t, filepath.Join("testdata", "golden", name), render(t, o.Format, quickstart(t)))
		})
	}
}

// quickstart is what a rehearsal of the quickstart scenario finds.
func quickstart(t testing.TB) *compare.Comparison {
	t.Helper()
	raw, err := os.ReadFile("testdata/quickstart.json")
	if err != nil {
		t.Fatal(err)
	}
	c := &compare.Comparison{}
	if err := json.Unmarshal(raw, c); err != nil {
		t.Fatal(err)
	}
	return c
}

func render(t testing.TB, format reports.Format, c *compare.Comparison) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := format(&out, c); err != nil {
		t.Fatalf("rendering: %v", err)
	}
	return out.Bytes()
}
