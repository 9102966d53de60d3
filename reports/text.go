package reports

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/rehearse-dev/rehearse/clusters"
	"github.com/rehearse-dev/rehearse/harness/compare"
	"github.com/rehearse-dev/rehearse/internal/printable"
	"github.com/rehearse-dev/rehearse/internal/wrap"
)

// What a terminal is shown at most.
const (
	textFindings = 30 // of one section
	textAssets   = 60
	textItems    = 15 // of another list
	textFirst    = 5  // of the findings that are named at the top
)

// Text renders for a terminal: the answer, the numbers, and every finding with
// its remedy. The zero value gives 80 columns without colour.
type Text struct {
	Width  int  // in columns; zero means 80
	Colour bool // with ANSI colours
}

// Format is the [Format] of a Text.
func (t Text) Format(w io.Writer, c *compare.Comparison) error {
	if t.Width == 0 {
		t.Width = 80
	}
	p := &printer{Text: t}
	p.head(c)
	number := 1
	for _, s := range sections(c) {
		p.section(c, s, number)
		number += len(s.Findings)
	}
	p.assets(c)
	p.doubts(c)
	p.blank()
	p.para(bold, "", string(c.Verdict)+": "+tally(c))
	_, err := io.WriteString(w, p.out.String())
	return err
}

// The styles of a terminal, as ANSI codes.
const (
	bold   = "1"
	dim    = "2"
	red    = "1;31"
	yellow = "1;33"
	green  = "1;32"
	blue   = "1;34"
)

// printer gathers wrapped lines.
type printer struct {
	Text
	out strings.Builder
}

func (p *printer) head(c *compare.Comparison) {
	short, why := answer(c)
	style := map[compare.Verdict]string{compare.Equivalent: green, compare.Different: red}[c.Verdict]
	if style == "" {
		style = yellow
	}
	p.para(style, "", short)
	p.para("", "", why)
	p.para("", "", tally(c))
	p.begin(c)
	p.blank()
	p.para(bold, "", c.Scenario.Name)
	p.para("", "  ", c.Scenario.Summary)
	p.para("", "  ", flow(c))
	p.para("", "  ", checksLine(c))
	p.para("", "  ", sure(c))
	p.para("", "  ", since(c))
}

// begin names what to begin with, by its number in the list.
func (p *printer) begin(c *compare.Comparison) {
	heading, findings, more := first(c, textFirst)
	if len(findings) == 0 {
		return
	}
	p.blank()
	p.para(bold, "", heading)
	for i, f := range findings {
		p.para("", fmt.Sprintf("%3d. ", i+1), titleFor(f))
	}
	if more > 0 {
		p.para("", "     ", fmt.Sprintf("and %d more", more))
	}
}

// flow names what was moved from and to.
func flow(c *compare.Comparison) string {
	b, d := c.Pair.Baseline, c.Pair.Candidate
	line := fmt.Sprintf("%s %s → %s %s", sideName(c, clusters.Baseline), runtimeVersion(b),
		sideName(c, clusters.Candidate), runtimeVersion(d))
	if v := b.Versions["kubernetes"]; v != "" {
		line += ", Kubernetes " + v
	}
	return line
}

// section shows findings, numbered from first on as they are on the page.
func (p *printer) section(c *compare.Comparison, s section, first int) {
	style := map[string]string{"breaks": red, "changes": yellow, "info": blue}[s.ID]
	p.blank()
	p.para(style, "", fmt.Sprintf("%s (%d)", s.Title, len(s.Findings)))
	for i, f := range s.Findings {
		if i == textFindings {
			p.para("", "    ", fmt.Sprintf("... and %d more: the page and comparison.json list them all", len(s.Findings)-i))
			return
		}
		p.finding(c, first+i, f)
	}
}

func (p *printer) finding(c *compare.Comparison, number int, f compare.Finding) {
	p.para(bold, fmt.Sprintf("%3d. ", number), f.Title)
	if f.Remedy != "" && f.Expected == "" {
		p.para("", "     ", "Fix: "+f.Remedy)
	}
	if f.Expected != "" {
		p.para("", "     ", "Accepted: "+f.Acceptance())
	}
	notes := append([]string{string(f.Change), kindName(f.Kind)}, assetNames(f, 3)...)
	notes = append(notes, causeOf(f))
	if isNew(c, f) {
		notes = append(notes, "not there in "+c.Since.Name)
	}
	if how := sureness(c, f); how != "" {
		notes = append(notes, how)
	}
	if holds := holdsFor(f); holds != "" {
		notes = append(notes, "holds for "+holds)
	}
	p.para(dim, "     ", strings.Join(notes, " · "))
}

// assets lists what the user's files hold: what is alive by name, the rest with why.
func (p *printer) assets(c *compare.Comparison) {
	rows, more := assetRows(c, textAssets)
	if len(rows) == 0 {
		return
	}
	p.blank()
	p.para(bold, "", "Your assets: "+assetTally(c))
	for _, row := range rows {
		line := fmt.Sprintf("%s %s (%s)", row.Kind, row.Name, row.Place())
		if row.Verdict != compare.AssetAlive {
			line += ": " + clip(row.Why, 250)
		}
		if row.Number > 0 {
			line += fmt.Sprintf("; see %d", row.Number)
		}
		p.para(assetStyles[row.Verdict], fmt.Sprintf("  %-9s", printable.Line(clip(string(row.Verdict), 9))), line)
	}
	if more > 0 {
		p.para("", "  ", fmt.Sprintf("... and %d more: the page and comparison.json list them all", more))
	}
}

var assetStyles = map[compare.AssetVerdict]string{
	compare.AssetDead: red, compare.AssetNew: yellow, compare.AssetChanged: yellow,
	compare.AssetUnproven: yellow, compare.AssetRefused: yellow,
}

// doubts says what the answer leaves open.
func (p *printer) doubts(c *compare.Comparison) {
	var gaps, odd []string
	for _, b := range blinds(c) {
		gaps = append(gaps, fmt.Sprintf("%s: %s: %s", b.Place(), b.Subject, b.Reason))
	}
	for _, e := range c.Parity {
		if e.Class == clusters.ParityConfounder {
			odd = append(odd, fmt.Sprintf("%s: %s on the baseline, %s on the candidate", e.Property, e.Baseline, e.Candidate))
		}
	}
	p.list("Could not be looked at", gaps)
	p.list("Not alike although it should be", odd)
	p.list("Warnings", c.Warnings)
	p.list("Flaky", flaky(c))
	p.list("Varies from run to run, and taken for noise", varying(c))
	if c.Since != nil {
		fixed, unseen := goneTitles(c.Since)
		p.list(fixed, gone(c.Since.Fixed))
		p.list(unseen, gone(c.Since.Unseen))
	}
}

func (p *printer) list(title string, items []string) {
	if len(items) == 0 {
		return
	}
	p.blank()
	p.para(yellow, "", fmt.Sprintf("%s (%d)", title, len(items)))
	for i, item := range items {
		if i == textItems {
			p.para("", "  ", fmt.Sprintf("... and %d more", len(items)-i))
			return
		}
		p.para("", "  - ", item)
	}
}

// para writes s wrapped, its first line after lead and the others below it.
func (p *printer) para(style, lead, s string) {
	indent := strings.Repeat(" ", utf8.RuneCountInString(lead))
	for i, line := range wrap.Lines(printable.Line(clip(s, 500)), max(p.Width-len(indent), 20)) {
		if i > 0 {
			lead = indent
		}
		if p.Colour && style != "" {
			line = "\x1b[" + style + "m" + line + "\x1b[0m"
		}
		p.out.WriteString(lead + line + "\n")
	}
}

func (p *printer) blank() { p.out.WriteByte('\n') }
