package reports

import (
	"cmp"
	"fmt"
	"io"
	"net/url"
	"strings"

	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"

	"github.com/rehearse-dev/rehearse/clusters"
	"github.com/rehearse-dev/rehearse/harness/compare"
	"github.com/rehearse-dev/rehearse/internal/printable"
)

const (
	sarifHome = "https://github.com/rehearse-dev/rehearse"
	// sarifUnexplained is the rule of findings without a cause.
	sarifUnexplained = "unexplained"
	// sarifFindings and sarifPlaces bound what code hosts must take in: GitHub
	// reads 5,000 results of a file.
	sarifFindings = 5000
	sarifPlaces   = 10
)

// SARIF writes the findings for code hosts and viewers: one result per finding,
// its rule the cause, its locations the evidence in the run folder; and one result
// for each asset that it touches in a file of the user's, at its line there. Accepted
// findings are suppressed results; gaps and warnings are notifications.
func SARIF(w io.Writer, c *compare.Comparison) error {
	run := sarif.NewRunWithInformationURI("Rehearse", sarifHome)
	ruled := map[string]bool{}
	for i, f := range c.Findings {
		if i == sarifFindings {
			break
		}
		id := cmp.Or(sarifText(f.Cause), sarifUnexplained)
		if !ruled[id] {
			ruled[id] = true
			sarifRule(run.AddRule(id), f)
		}
		sarifResult(run.CreateResultForRule(id), c, f)
		for _, a := range assets(f) {
			if a.File != "" && len(run.Results) < sarifFindings {
				sarifAsset(run.CreateResultForRule(id), f, a)
			}
		}
	}
	run.AddInvocation(sarifInvocation(c))
	report := sarif.NewReport()
	report.AddRun(run)
	return report.PrettyWrite(w)
}

// sarifRule describes a cause by the first finding that has it.
func sarifRule(rule *sarif.ReportingDescriptor, f compare.Finding) {
	if f.Cause == "" {
		rule.WithDescription("A difference that no catalogue entry explains")
		return
	}
	rule.WithDescription(sarifText(f.Title))
	if f.Remedy != "" {
		rule.WithHelp(sarif.NewMultiformatMessageString().WithText(sarifText(f.Remedy)).WithMarkdown(printable.String(mdProse(f.Remedy))))
	}
}

func sarifResult(r *sarif.Result, c *compare.Comparison, f compare.Finding) {
	sarifHead(r, f, f.ID)
	r.WithMessage(sarif.NewTextMessage(sarifMessage(c, f)))
	places := f.Evidence
	if len(places) == 0 {
		places = []compare.Evidence{{File: "comparison.json"}}
	}
	// A result is shown at its first location only; the others are related.
	for i, e := range places[:min(len(places), sarifPlaces)] {
		if i == 0 {
			r.AddLocation(sarifLocation(e))
			continue
		}
		r.AddRelatedLocation(sarifLocation(e).WithID(i))
	}
}

// sarifHead says what results of a finding have in common.
func sarifHead(r *sarif.Result, f compare.Finding, fingerprint string) {
	level := map[compare.Severity]string{compare.Breaks: "error", compare.Changes: "warning"}[f.Severity]
	r.WithLevel(cmp.Or(level, "note"))
	r.WithPartialFingerprints(map[string]string{"rehearseFinding/v1": printable.String(fingerprint)})
	if f.Expected != "" {
		r.AddSuppression(sarif.NewSuppression().WithKind("external").WithJustification(sarifText(f.Acceptance())))
	}
}

// sarifAsset points at the user's own line.
func sarifAsset(r *sarif.Result, f compare.Finding, a compare.Asset) {
	sarifHead(r, f, f.ID+" "+a.Kind+" "+a.Name)
	message := fmt.Sprintf("%s %s: %s.\nCause: %s", sarifText(a.Kind), sarifText(a.Name), sarifText(a.Why), sarifText(f.Title))
	if f.Remedy != "" {
		message += "\nFix: " + sarifText(f.Remedy)
	}
	r.WithMessage(sarif.NewTextMessage(message))
	r.AddLocation(sarif.NewLocationWithPhysicalLocation(sarifPlace(a.File, a.Line)))
	for i, e := range f.Evidence[:min(len(f.Evidence), sarifPlaces)] {
		r.AddRelatedLocation(sarifLocation(e).WithID(i + 1))
	}
}

func sarifMessage(c *compare.Comparison, f compare.Finding) string {
	var b strings.Builder
	b.WriteString(strings.TrimSuffix(sarifText(f.Title), ".") + ".")
	for _, part := range [][2]string{
		{sideName(c, clusters.Baseline), f.Baseline},
		{sideName(c, clusters.Candidate), f.Candidate},
		{"Fix", f.Remedy},
		{"How sure", f.Confidence},
	} {
		if part[1] != "" {
			fmt.Fprintf(&b, "\n%s: %s", sarifText(part[0]), sarifText(part[1]))
		}
	}
	return b.String()
}

func sarifLocation(e compare.Evidence) *sarif.Location {
	return sarif.NewLocationWithPhysicalLocation(sarifPlace(e.File, e.Line)).
		WithMessage(sarif.NewTextMessage(sarifText(fmt.Sprintf("%s: %s", e.Side, e.Text))))
}

func sarifPlace(name string, line int) *sarif.PhysicalLocation {
	file := (&url.URL{Path: printable.String(name)}).String()
	at := sarif.NewPhysicalLocation().WithArtifactLocation(sarif.NewSimpleArtifactLocation(file))
	if line > 0 {
		at.WithRegion(sarif.NewRegion().WithStartLine(line))
	}
	return at
}

// sarifText is s as a viewer of results should show it.
func sarifText(s string) string { return printable.Line(clip(s, 1000)) }

func sarifInvocation(c *compare.Comparison) *sarif.Invocation {
	run := sarif.NewInvocation().WithExecutionSuccessful(true)
	notify := func(level, text string) {
		run.AddToolExecutionNotification(sarif.NewNotification().WithLevel(level).WithMessage(sarif.NewTextMessage(sarifText(text))))
	}
	for _, b := range blinds(c) {
		notify("warning", fmt.Sprintf("could not be looked at: %s: %s: %s", b.Place(), b.Subject, b.Reason))
	}
	for _, text := range c.Warnings {
		notify("warning", text)
	}
	if more := len(c.Findings) - sarifFindings; more > 0 {
		notify("warning", fmt.Sprintf("%d more findings are in comparison.json", more))
	}
	return run
}
