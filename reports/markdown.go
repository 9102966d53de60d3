package reports

import (
	"fmt"
	"io"
	"strings"

	"github.com/rehearse-dev/rehearse/clusters"
	"github.com/rehearse-dev/rehearse/harness/compare"
	"github.com/rehearse-dev/rehearse/internal/printable"
)

// markdownLimit keeps a summary, in bytes, below what code hosts accept as a
// comment (65,536 characters); CI step summaries may be longer.
const markdownLimit = 60_000

// markdownFirst is how many findings are named at the top.
const markdownFirst = 5

// Markdown writes a summary for a CI step or a comment: the answer, the
// numbers, then the findings with their remedies, gravest first, as many as
// fit.
func Markdown(w io.Writer, c *compare.Comparison) error {
	m := &markdown{}
	m.head(c)
	for _, s := range sections(c) {
		m.section(c, s)
	}
	m.assets(c)
	m.doubts(c)
	if m.left > 0 {
		fmt.Fprintf(&m.b, "\n*%s did not fit here: report.html and comparison.json have them all.*\n",
			count(m.left, "entry", "entries"))
	}
	_, err := io.WriteString(w, printable.String(m.b.String()))
	return err
}

type markdown struct {
	b    strings.Builder
	left int // entries that did not fit
}

// entry writes s if there is room for it.
func (m *markdown) entry(s string) {
	if m.b.Len()+len(s) > markdownLimit {
		m.left++
		return
	}
	m.b.WriteString(s)
}

func (m *markdown) head(c *compare.Comparison) {
	short, why := answer(c)
	mark := map[compare.Verdict]string{compare.Equivalent: "✅", compare.Different: "❌"}[c.Verdict]
	if mark == "" {
		mark = "❔"
	}
	fmt.Fprintf(&m.b, "## %s %s\n\n%s  \n%s.\n\n", mark, mdText(short), mdText(why), mdText(tally(c)))
	m.begin(c)
	lines := []string{fmt.Sprintf("**%s**: %s", mdText(clip(c.Scenario.Name, 200)), mdText(clip(c.Scenario.Summary, 500)))}
	for _, line := range []string{flow(c), checksLine(c), sure(c), since(c)} {
		if line != "" {
			lines = append(lines, mdText(clip(line, 500)))
		}
	}
	m.b.WriteString(strings.Join(lines, "  \n") + "\n")
}

// begin names what to begin with.
func (m *markdown) begin(c *compare.Comparison) {
	heading, findings, more := first(c, markdownFirst)
	if len(findings) == 0 {
		return
	}
	fmt.Fprintf(&m.b, "**%s**\n\n", heading)
	for i, f := range findings {
		fmt.Fprintf(&m.b, "%d. %s\n", i+1, mdText(clip(titleFor(f), 300)))
	}
	if more > 0 {
		fmt.Fprintf(&m.b, "\nand %d more\n", more)
	}
	m.b.WriteByte('\n')
}

func (m *markdown) section(c *compare.Comparison, s section) {
	m.entry(fmt.Sprintf("\n### %s (%d)\n\n", s.Title, len(s.Findings)))
	if s.ID == "info" || s.ID == "accepted" {
		for _, f := range s.Findings {
			m.entry(mdBrief(f))
		}
		return
	}
	for _, f := range s.Findings {
		m.entry(mdFinding(c, f))
	}
}

// mdBrief is a finding that asks for no work, on one line.
func mdBrief(f compare.Finding) string {
	line := "- " + mdText(clip(f.Title, 300))
	if f.Expected != "" {
		line += ": *" + mdText(clip(f.Acceptance(), 300)) + "*"
	}
	return line + "\n"
}

func mdFinding(c *compare.Comparison, f compare.Finding) string {
	var b strings.Builder
	fmt.Fprintf(&b, "- **%s**\n", mdText(clip(f.Title, 300)))
	item := func(label, value string) {
		if value != "" {
			fmt.Fprintf(&b, "  - %s: %s\n", label, value)
		}
	}
	item(sideName(c, clusters.Baseline), mdCode(f.Baseline))
	item(sideName(c, clusters.Candidate), mdCode(f.Candidate))
	item("Touches", mdText(clip(strings.Join(assetNames(f, 5), ", "), 500)))
	item("Fix", mdProse(clip(f.Remedy, 800)))
	if f.Cause != "" {
		item("Cause", mdCode(f.Cause))
	} else {
		item("Cause", "none known; the finding is "+mdCode(f.ID))
	}
	if isNew(c, f) {
		item("Not there in", mdText(clip(c.Since.Name, 200)))
	}
	item("Holds for", holdsFor(f))
	item("How sure", mdText(clip(sureness(c, f), 300)))
	return b.String()
}

// markdownAssets keeps the table of assets from filling a summary alone.
const markdownAssets = 200

func (m *markdown) assets(c *compare.Comparison) {
	rows, more := assetRows(c, markdownAssets)
	if len(rows) == 0 {
		return
	}
	m.entry(fmt.Sprintf("\n### Your assets: %s\n\n| verdict | asset | where | why |\n|---|---|---|---|\n", assetTally(c)))
	for _, row := range rows {
		m.entry(fmt.Sprintf("| %s | %s | %s | %s |\n", mdText(string(row.Verdict)), mdText(clip(row.Kind+" "+row.Name, 200)),
			mdText(clip(row.Place(), 200)), mdText(clip(row.Why, 300))))
	}
	m.left += more
}

func (m *markdown) doubts(c *compare.Comparison) {
	var gaps, odd []string
	for _, b := range blinds(c) {
		gaps = append(gaps, fmt.Sprintf("%s: %s: %s", mdText(b.Place()), mdCode(b.Subject), mdText(clip(b.Reason, 300))))
	}
	for _, p := range c.Parity {
		if p.Class == clusters.ParityConfounder {
			odd = append(odd, fmt.Sprintf("%s: %s and %s", mdText(clip(p.Property, 200)), mdCode(p.Baseline), mdCode(p.Candidate)))
		}
	}
	m.list("Could not be looked at", gaps)
	m.list("Not alike although it should be", odd)
	m.list("Warnings", mdTexts(c.Warnings))
	m.list("Flaky", mdTexts(flaky(c)))
	m.list("Varies from run to run, and taken for noise", mdTexts(varying(c)))
	if c.Since != nil {
		fixed, unseen := goneTitles(c.Since)
		m.list(mdText(clip(fixed, 300)), mdTexts(gone(c.Since.Fixed)))
		m.list(mdText(clip(unseen, 300)), mdTexts(gone(c.Since.Unseen)))
	}
}

func mdTexts(lines []string) []string {
	var safe []string
	for _, line := range lines {
		safe = append(safe, mdText(clip(line, 500)))
	}
	return safe
}

func (m *markdown) list(title string, items []string) {
	if len(items) == 0 {
		return
	}
	m.entry(fmt.Sprintf("\n### %s (%d)\n\n", title, len(items)))
	for _, item := range items {
		m.entry("- " + item + "\n")
	}
}

// mdEscaper takes the meaning from every character that has one in Markdown or
// in the HTML that it may hold; @ would call people by name.
var mdEscaper = strings.NewReplacer(
	`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "#", `\#`, "|", `\|`, "~", `\~`,
	"<", "&lt;", ">", "&gt;", "&", "&amp;", "@", "&#64;",
)

// mdText is s as words of a Markdown paragraph.
func mdText(s string) string { return mdEscaper.Replace(oneLine(s)) }

// mdProse is s as words, with what stands between two backticks as code.
func mdProse(s string) string {
	var b strings.Builder
	for i, part := range codeParts(oneLine(s)) {
		if i%2 == 1 {
			b.WriteString(mdCode(part))
		} else {
			b.WriteString(mdEscaper.Replace(part))
		}
	}
	return b.String()
}

// mdCode is s, shortened, as a code span: fenced with more backticks than it
// holds in a row.
func mdCode(s string) string {
	s = oneLine(clip(s, 300))
	if s == "" {
		return ""
	}
	fence := "`"
	for strings.Contains(s, fence) {
		fence += "`"
	}
	if len(fence) > 1 {
		s = " " + s + " "
	}
	return fence + s + fence
}
