package reports

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/rehearse-dev/rehearse/harness/compare"
	"github.com/rehearse-dev/rehearse/harness/scan/finding"
)

// ScanOutput is one way to render the report of a scan.
type ScanOutput struct {
	Name   string // as --format names it
	Format func(w io.Writer, r *finding.Report) error
}

// ScanOutputs lists every way to render the report of a scan.
func ScanOutputs() []ScanOutput {
	return []ScanOutput{{"text", ScanText{}.Format}, {"json", ScanJSON}, {"sarif", ScanSARIF}}
}

// FindScan returns the output called name.
func FindScan(name string) (ScanOutput, error) {
	var names []string
	for _, o := range ScanOutputs() {
		if o.Name == name {
			return o, nil
		}
		names = append(names, o.Name)
	}
	return ScanOutput{}, fmt.Errorf("finding scan format %q: know %s", name, strings.Join(names, ", "))
}

// ScanJSON writes the report itself, indented.
func ScanJSON(w io.Writer, r *finding.Report) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(r)
}

// ScanText renders the report of a scan for a terminal: every finding with its
// place in the form that editors follow. The zero value gives 80 columns without
// colour.
type ScanText Text

// Format writes the findings, the gaps and the numbers.
func (t ScanText) Format(w io.Writer, r *finding.Report) error {
	if t.Width == 0 {
		t.Width = 80
	}
	p := &printer{Text: Text(t)}
	for _, f := range r.Findings {
		p.scanned(f)
	}
	var gaps, warnings []string
	for _, g := range r.Gaps {
		gaps = append(gaps, scanGap(g))
	}
	for _, n := range r.Warnings {
		warnings = append(warnings, scanPlace(n.File, n.Line, 0)+": "+n.Text)
	}
	p.list("Could not be looked at", gaps)
	p.list("Warnings", warnings)
	if p.out.Len() > 0 {
		p.blank()
	}
	p.para(bold, "", scanTally(r))
	_, err := io.WriteString(w, p.out.String())
	return err
}

func (p *printer) scanned(f finding.Finding) {
	style := map[compare.Severity]string{compare.Breaks: red, compare.Changes: yellow, compare.Info: blue}[f.Severity]
	// On one line, however long: that is how editors and grep take it.
	head := &printer{Text: Text{Width: 1 << 20, Colour: p.Colour}}
	head.para(style, "", fmt.Sprintf("%s: %s: %s", scanPlace(f.File, f.Line, f.Column), f.Severity, f.Message))
	p.out.WriteString(head.out.String())
	if f.Object != "" {
		p.para("", "    ", f.Object)
	}
	p.para("", "    ", "Fix: "+f.Remedy)
	notes := []string{f.Rule, string(f.Confidence) + " confidence"}
	if f.Cause != "" {
		notes = append(notes, f.Cause)
	}
	p.para(dim, "    ", strings.Join(notes, " · "))
}

// scanPlace is a place as compilers write it.
func scanPlace(file string, line, column int) string {
	switch {
	case line == 0:
		return file
	case column == 0:
		return fmt.Sprintf("%s:%d", file, line)
	}
	return fmt.Sprintf("%s:%d:%d", file, line, column)
}

// scanned is how much was looked at.
func scanned(r *finding.Report) string {
	files := count(r.Files, "file", "files")
	switch objects := count(r.Objects, "object", "objects"); {
	case r.Objects == 0:
		return files
	case r.Files == 0:
		return objects
	default:
		return objects + " and " + files
	}
}

// scanGap is a gap with its place; what a cluster does not show has none.
func scanGap(g finding.Gap) string {
	if g.File == "" {
		return g.Reason
	}
	return scanPlace(g.File, g.Line, 0) + ": " + g.Reason
}

func scanTally(r *finding.Report) string {
	counts := map[compare.Severity]int{}
	for _, f := range r.Findings {
		counts[f.Severity]++
	}
	text := fmt.Sprintf("%s in %s", count(len(r.Findings), "finding", "findings"), scanned(r))
	if len(r.Findings) > 0 {
		text += fmt.Sprintf(": %d break, %d change, %d info", counts[compare.Breaks], counts[compare.Changes], counts[compare.Info])
	}
	if n := len(r.Suppressed); n > 0 {
		text += fmt.Sprintf("; %d suppressed", n)
	}
	if n := len(r.Gaps); n > 0 {
		text += "; " + count(n, "gap", "gaps")
	}
	return text
}
