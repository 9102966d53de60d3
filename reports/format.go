package reports

import (
	"fmt"
	"io"
	"strings"

	"github.com/rehearse-dev/rehearse/harness/compare"
)

// Format renders c to w. Its errors are those of w.
type Format func(w io.Writer, c *compare.Comparison) error

// Output is one way to render a comparison.
type Output struct {
	Name string // as --format names it
	File string // its file in a run folder; empty when a run does not keep it
	Format
}

// Outputs lists every way to render a comparison, always in the same order.
func Outputs() []Output {
	return []Output{
		{"json", "comparison.json", JSON},
		{"html", "report.html", Page{}.Format},
		{"junit", "junit.xml", JUnit},
		{"sarif", "report.sarif", SARIF},
		{"markdown", "summary.md", Markdown},
		{"text", "", Text{}.Format},
	}
}

// Find returns the output called name.
func Find(name string) (Output, error) {
	var names []string
	for _, o := range Outputs() {
		if o.Name == name {
			return o, nil
		}
		names = append(names, o.Name)
	}
	return Output{}, fmt.Errorf("finding report format %q: know %s", name, strings.Join(names, ", "))
}
