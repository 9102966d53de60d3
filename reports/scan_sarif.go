package reports

import (
	"cmp"
	"fmt"
	"io"
	"net/url"

	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"

	"github.com/rehearse-dev/rehearse/harness/compare"
	"github.com/rehearse-dev/rehearse/harness/scan/finding"
	"github.com/rehearse-dev/rehearse/internal/printable"
)

// ScanSARIF writes the report of a scan for code hosts: one result per finding at
// its place, suppressed ones as such; gaps and warnings are notifications.
func ScanSARIF(w io.Writer, r *finding.Report) error {
	run := sarif.NewRunWithInformationURI("Rehearse", sarifHome)
	for _, rule := range finding.Rules() {
		described := run.AddRule(rule.ID)
		described.WithDescription(sarifText("This " + rule.Title))
		described.WithHelp(sarif.NewMultiformatMessageString().WithText(sarifText(rule.Remedy)).WithMarkdown(printable.String(mdProse(rule.Remedy))))
	}
	shown := 0
	for _, list := range [][]finding.Finding{r.Findings, r.Suppressed} {
		for _, f := range list {
			if shown < sarifFindings {
				scanResult(run.CreateResultForRule(f.Rule), f)
			}
			shown++
		}
	}
	run.AddInvocation(scanInvocation(r, shown-sarifFindings))
	report := sarif.NewReport()
	report.AddRun(run)
	return report.PrettyWrite(w)
}

func scanResult(r *sarif.Result, f finding.Finding) {
	level := map[compare.Severity]string{compare.Breaks: "error", compare.Changes: "warning"}[f.Severity]
	r.WithLevel(cmp.Or(level, "note"))
	message := sarifText(f.Message) + "."
	if f.Object != "" {
		message += "\n" + sarifText(f.Object)
	}
	r.WithMessage(sarif.NewTextMessage(fmt.Sprintf("%s\nFix: %s", message, sarifText(f.Remedy))))
	r.AddLocation(scanLocation(f.File, f.Line, f.Column))
	properties := sarif.NewPropertyBag()
	properties.Add("confidence", string(f.Confidence))
	if f.Cause != "" {
		properties.Add("cause", f.Cause)
	}
	r.WithProperties(properties)
	if f.Suppressed != "" {
		r.AddSuppression(sarif.NewSuppression().WithKind("inSource").WithJustification(sarifText(f.Suppressed)))
	}
}

func scanLocation(file string, line, column int) *sarif.Location {
	place := sarif.NewPhysicalLocation().WithArtifactLocation(sarif.NewSimpleArtifactLocation((&url.URL{Path: printable.String(file)}).String()))
	if line > 0 {
		region := sarif.NewRegion().WithStartLine(line)
		if column > 0 {
			region.WithStartColumn(column)
		}
		place.WithRegion(region)
	}
	return sarif.NewLocationWithPhysicalLocation(place)
}

// scanInvocation says what the results do not: what could not be looked at, and
// how many did not fit.
func scanInvocation(r *finding.Report, more int) *sarif.Invocation {
	run := sarif.NewInvocation().WithExecutionSuccessful(true)
	notify := func(text string, location *sarif.Location) {
		n := sarif.NewNotification().WithLevel("warning").WithMessage(sarif.NewTextMessage(sarifText(text)))
		if location != nil {
			n.AddLocation(location)
		}
		run.AddToolExecutionNotification(n)
	}
	for _, g := range r.Gaps {
		var place *sarif.Location
		if g.File != "" {
			place = scanLocation(g.File, g.Line, 0)
		}
		notify("could not be looked at: "+scanGap(g), place)
	}
	for _, each := range r.Warnings {
		notify(each.Text, scanLocation(each.File, each.Line, 0))
	}
	if more > 0 {
		notify(fmt.Sprintf("%d more findings did not fit", more), nil)
	}
	return run
}
