package detect

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/rehearse-dev/rehearse/harness/compare"
	"github.com/rehearse-dev/rehearse/harness/scan/finding"
	"github.com/rehearse-dev/rehearse/harness/scan/text"
)

// Setting is where something runs, as far as its file tells.
type Setting int

// The settings.
const (
	Anywhere   Setting = iota // a script that anybody may run, anywhere
	Pod                       // in a container of the cluster
	Node                      // on a node: a unit, a cron job, what sets it up
	HostedCI                  // on a machine of a CI service
	UnknownCI                 // on a CI runner that may be a pod
	ImageBuild                // while an image is built, and so in the image
)

// Result is what one file or object came to.
type Result struct {
	Findings []finding.Finding
	Gaps     []finding.Gap
	// Known says whether the file is of a kind that is looked at.
	Known bool
}

// maxNesting bounds files within files within files.
const maxNesting = 8

// detector looks at one text. Copies share the result.
type detector struct {
	file string
	// name is what the text that is looked at is called, or would be as a file.
	name    string
	object  string
	setting Setting
	// own says that the daemon that is meant is one that the workload, or the
	// job, brings along.
	own   bool
	depth int
	*text.Text
	// left is how many parts of the file may still be looked at.
	left *int
	out  *Result
}

// maxSteps is far more than a file has parts. Aliases of YAML can make a few
// lines come to more.
const maxSteps = 2_000_000

func newDetector(file string, t *text.Text, out *Result) *detector {
	steps := maxSteps
	return &detector{file: file, name: file, Text: t, left: &steps, out: out}
}

// step is false once the file has come to more parts than it can have.
func (d *detector) step() bool {
	*d.left--
	if *d.left == 0 {
		d.gap(text.Place{Line: 1, Column: 1}, "its aliases come to more than is looked at of a file")
	}
	return *d.left > 0
}

// hit is a finding in the making. What it leaves open its rule says.
type hit struct {
	rule       string
	at         text.Place
	message    string
	found      string
	severity   compare.Severity
	confidence finding.Confidence
	cause      string
	remedy     string
	fix        *finding.Fix
}

func (d *detector) report(h hit) {
	rule, ok := finding.Find(h.rule)
	if !ok {
		return
	}
	f := finding.Finding{
		Rule: h.rule, File: d.file, Line: h.at.Line, Column: h.at.Column, Object: d.object,
		Message: h.message, Found: h.found, Fix: h.fix,
		Severity:   cmp.Or(h.severity, rule.Severity),
		Confidence: cmp.Or(h.confidence, finding.High),
		Cause:      cmp.Or(h.cause, rule.Cause),
		Remedy:     cmp.Or(h.remedy, rule.Remedy),
	}
	d.weigh(&f)
	d.out.Findings = append(d.out.Findings, f)
}

// weigh takes the setting into account.
func (d *detector) weigh(f *finding.Finding) {
	switch {
	case d.own:
		f.Severity, f.Confidence = compare.Info, finding.Low
		f.Message += "; the daemon is one that comes along, so it goes on working if it may run privileged"
	case d.setting == HostedCI:
		f.Severity, f.Confidence = compare.Info, finding.Low
		f.Message += "; it runs on a machine of the CI service, which the move leaves alone"
	case d.setting == UnknownCI:
		f.Severity, f.Confidence = lighter(f.Severity, compare.Changes), surer(f.Confidence, finding.Medium)
		f.Message += "; it breaks if the runner is a pod or a node of the cluster"
	case d.setting == ImageBuild, d.setting == Anywhere:
		f.Severity, f.Confidence = lighter(f.Severity, compare.Changes), surer(f.Confidence, finding.Medium)
	}
}

// lighter is the less grave of two severities.
func lighter(a, b compare.Severity) compare.Severity {
	if a == compare.Info || b == compare.Info {
		return compare.Info
	}
	if a == compare.Changes || b == compare.Changes {
		return compare.Changes
	}
	return compare.Breaks
}

// surer is confidence a, but not more than most.
func surer(a, most finding.Confidence) finding.Confidence {
	if a == finding.Low || most == finding.Low {
		return finding.Low
	}
	if a == finding.Medium || most == finding.Medium {
		return finding.Medium
	}
	return finding.High
}

// gap notes that a part of the file could not be looked at. A line that the
// reason begins with is the file's.
func (d *detector) gap(at text.Place, reason string) {
	line := 0
	if _, err := fmt.Sscanf(reason, "line %d:", &line); err == nil {
		at.Line = line
		_, reason, _ = strings.Cut(reason, ": ")
	}
	d.out.Gaps = append(d.out.Gaps, finding.Gap{File: d.file, Line: at.Line, Reason: reason})
}

// within is a detector for a text inside this one.
func (d *detector) within(t *text.Text) *detector {
	inner := *d
	inner.Text, inner.depth = t, d.depth+1
	return &inner
}

// in is a detector that takes what it sees to run elsewhere.
func (d *detector) in(s Setting) *detector {
	inner := *d
	inner.setting = s
	return &inner
}

// about is a detector for a part of the file with a name of its own.
func (d *detector) about(object string) *detector {
	inner := *d
	inner.object = object
	return &inner
}
