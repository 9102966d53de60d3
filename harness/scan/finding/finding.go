package finding

import (
	"cmp"
	"slices"

	"github.com/rehearse-dev/rehearse/harness/compare"
)

// Confidence is how sure a finding is: whether what was found is what the rule
// says, and whether it lies in the way of the migration.
type Confidence string

// The grades of confidence.
const (
	High   Confidence = "high"   // it reaches for Docker where Docker is going away
	Medium Confidence = "medium" // it does, if it runs where it seems to
	Low    Confidence = "low"    // it may; somebody has to look
)

// Finding is one place at which something reaches for Docker.
type Finding struct {
	// Rule is the ID of the rule that it breaks.
	Rule       string           `json:"rule"`
	Severity   compare.Severity `json:"severity"`
	Confidence Confidence       `json:"confidence"`
	// File as it was named to the scan, with / between folders.
	File string `json:"file"`
	// Line and Column count from one; zero where the file has no such place.
	Line   int `json:"line,omitempty"`
	Column int `json:"column,omitempty"`
	// Object is what in the file it belongs to, such as
	// `DaemonSet logging/shipper, container agent`.
	Object string `json:"object,omitempty"`
	// Message is one sentence of what was found.
	Message string `json:"message"`
	// Found is the text that gave it away: a path, a command, a metric.
	Found string `json:"found,omitempty"`
	// Cause is the ID of the catalogue entry that says what changes.
	Cause string `json:"cause,omitempty"`
	// Remedy is what to do about it.
	Remedy string `json:"remedy"`
	// Suppressed is the reason that somebody gave for leaving it.
	Suppressed string `json:"suppressed,omitempty"`
	// Fix replaces Found in its place where that is certain to be right.
	Fix *Fix `json:"fix,omitempty"`
}

// Fix is a rewrite of what stands at a finding's place.
type Fix struct {
	Old string `json:"old"`
	New string `json:"new"`
}

// Gap is something that could not be looked at.
type Gap struct {
	File string `json:"file"`
	Line int    `json:"line,omitempty"`
	// Resource is what a cluster did not show at all, such as deployments.apps; a
	// file is then named only where the resource lies on one node.
	Resource string `json:"resource,omitempty"`
	Reason   string `json:"reason"`
}

// Warning is something about the scan's own settings, such as a suppression
// that nothing needs any more.
type Warning struct {
	File string `json:"file"`
	Line int    `json:"line,omitempty"`
	Text string `json:"text"`
}

// Report is the outcome of a scan.
type Report struct {
	APIVersion string `json:"apiVersion"`
	// Paths are what was asked for.
	Paths []string `json:"paths"`
	// Files is how many files were read, Skipped how many hold nothing of a kind
	// that the scan knows.
	Files   int `json:"files"`
	Skipped int `json:"skipped"`
	// Objects is how many objects of a cluster were looked at; zero for a scan of
	// files.
	Objects  int       `json:"objects,omitempty"`
	Findings []Finding `json:"findings"`
	// Suppressed are the findings that somebody gave a reason for.
	Suppressed []Finding `json:"suppressed,omitempty"`
	Gaps       []Gap     `json:"gaps,omitempty"`
	Warnings   []Warning `json:"warnings,omitempty"`
}

// APIVersion of the report's JSON form.
const APIVersion = "rehearse.dev/scan/v1alpha1"

// Sort brings everything into the order of files, lines and rules, and drops
// what is there twice.
func (r *Report) Sort() {
	r.Findings, r.Suppressed = sorted(r.Findings), sorted(r.Suppressed)
	slices.SortFunc(r.Gaps, func(a, b Gap) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Reason, b.Reason))
	})
	r.Gaps = slices.Compact(r.Gaps)
	slices.SortFunc(r.Warnings, func(a, b Warning) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Text, b.Text))
	})
	r.Warnings = slices.Compact(r.Warnings)
}

func sorted(findings []Finding) []Finding {
	slices.SortStableFunc(findings, compareFindings)
	return slices.CompactFunc(findings, func(a, b Finding) bool { return compareFindings(a, b) == 0 })
}

// compareFindings orders findings by their place. Where there are no lines, the
// part of the object is the place.
func compareFindings(a, b Finding) int {
	byPlace := cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	if byPlace == 0 && a.Line == 0 {
		byPlace = cmp.Compare(a.Object, b.Object)
	}
	return cmp.Or(byPlace, cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Found, b.Found))
}

// Unseen says whether a cluster refused to show something: then no number of
// findings is all that there is.
func (r *Report) Unseen() bool {
	return slices.ContainsFunc(r.Gaps, func(g Gap) bool { return g.Resource != "" })
}

// AtLeast counts the findings of a severity or a graver one.
func (r *Report) AtLeast(s compare.Severity) int {
	n := 0
	for _, f := range r.Findings {
		if rank(f.Severity) <= rank(s) {
			n++
		}
	}
	return n
}

func rank(s compare.Severity) int {
	return slices.Index([]compare.Severity{compare.Breaks, compare.Changes, compare.Info}, s)
}
