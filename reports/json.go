package reports

import (
	"encoding/json"
	"io"

	"github.com/rehearse-dev/rehearse/clusters"
	"github.com/rehearse-dev/rehearse/harness/compare"
)

// JSON writes the comparison itself, indented: comparison.json, which every
// other format can be rendered from again. Lists without entries are [] and
// never null, so that a reader need not ask.
func JSON(w io.Writer, c *compare.Comparison) error {
	out := *c
	if out.Parity == nil {
		out.Parity = []clusters.Parity{}
	}
	if out.Findings == nil {
		out.Findings = []compare.Finding{}
	}
	if out.Checks == nil {
		out.Checks = []compare.Check{}
	}
	if out.Gaps == nil {
		out.Gaps = []compare.Gap{}
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(out)
}
