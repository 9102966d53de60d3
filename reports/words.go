package reports

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rehearse-dev/rehearse/clusters"
	"github.com/rehearse-dev/rehearse/harness/compare"
	"github.com/rehearse-dev/rehearse/harness/record"
)

// section is a group of findings as a reader meets them.
type section struct {
	ID       string // breaks, changes, info or accepted
	Title    string
	Lead     string // what belongs here, in one sentence
	Findings []compare.Finding
}

// sections sorts the findings by what they ask of the reader, gravest first;
// those that somebody accepted in writing come last, whatever their severity.
// Sections without findings are left out.
func sections(c *compare.Comparison) []section {
	all := []section{
		{ID: "breaks", Title: "Breaks", Lead: "Something of yours worked on the baseline and no longer does on the candidate."},
		{ID: "changes", Title: "Changes", Lead: "Behaviour moved. Nothing that was rehearsed broke on it, but something of yours may lean on it."},
		{ID: "info", Title: "The move itself", Lead: "What the migration consists of, such as the runtime's own name."},
		{ID: "accepted", Title: "Accepted", Lead: "Differences that somebody accepted in writing."},
	}
	for _, f := range c.Findings {
		i := rank(f.Severity)
		if f.Expected != "" {
			i = len(all) - 1
		}
		all[i].Findings = append(all[i].Findings, f)
	}
	return slices.DeleteFunc(all, func(s section) bool { return len(s.Findings) == 0 })
}

// rank is 0 for the gravest severity; one that is not known counts as the
// least grave.
func rank(s compare.Severity) int {
	switch s {
	case compare.Breaks:
		return 0
	case compare.Changes:
		return 1
	case compare.Info:
	}
	return 2
}

// open counts the findings of one severity that nobody accepted.
func open(c *compare.Comparison, s compare.Severity) int {
	n := 0
	for _, f := range c.Findings {
		if f.Expected == "" && f.Severity == s {
			n++
		}
	}
	return n
}

// tally counts the findings by what they ask for.
func tally(c *compare.Comparison) string {
	var parts []string
	for _, s := range sections(c) {
		verb := map[string]string{"breaks": "break", "changes": "change", "info": "belong to the move", "accepted": "accepted"}[s.ID]
		parts = append(parts, fmt.Sprintf("%d %s", len(s.Findings), verb))
	}
	if len(parts) == 0 {
		return "no findings"
	}
	return strings.Join(parts, ", ")
}

// fails reports whether a finding is one of those that made the verdict
// "different", so that no format contradicts it. Where only mild ones are left,
// the rehearsal was told to fail on those.
func fails(c *compare.Comparison, f compare.Finding) bool {
	if c.Verdict != compare.Different || f.Expected != "" {
		return false
	}
	return rank(f.Severity) <= rank(compare.Changes) || open(c, compare.Breaks)+open(c, compare.Changes) == 0
}

// answer says in one short sentence whether to migrate, and in a second one
// why. A verdict that is not known is no answer.
func answer(c *compare.Comparison) (short, why string) {
	switch {
	case c.Verdict == compare.Different && c.Pair.Baseline.Runtime == c.Pair.Candidate.Runtime:
		return "Both sides run the same runtime, and still differ.",
			"What is listed here is noise of the rehearsal itself, not of a migration."
	case c.Verdict == compare.Different:
		return notYet(open(c, compare.Breaks), open(c, compare.Changes))
	case c.Verdict == compare.Equivalent:
		return "Nothing found that stands in the way.",
			count(len(c.Checks), "check was", "checks were") +
				" made on both sides, and no difference among them that asks for work."
	case len(c.Gaps)+unproven(c) == 0:
		return "Cannot tell yet.", "Too little was compared to say."
	}
	return "Cannot tell yet.",
		fmt.Sprintf("Nothing that was compared stands in the way, but %s and %s could hide something that does.",
			count(len(c.Gaps), "gap", "gaps"), count(unproven(c), "unproven check", "unproven checks"))
}

func notYet(breaks, changes int) (short, why string) {
	if breaks+changes == 0 {
		return "The sides differ.", "Nothing breaks and nothing changes its behaviour, but no difference at all was to be allowed."
	}
	if breaks == 0 {
		return fmt.Sprintf("Not before you have looked at %s.", count(changes, "change", "changes")),
			"Nothing that was rehearsed broke, but behaviour moved, and something of yours may lean on it."
	}
	why = fmt.Sprintf("Fix %s first", pick(breaks, "it", "these"))
	if changes > 0 {
		why += ", then look through " + count(changes, "change", "changes")
	}
	return fmt.Sprintf("Not yet: %s.", count(breaks, "thing of yours breaks", "things of yours break")), why + "."
}

func unproven(c *compare.Comparison) int { return inState(c, compare.Unproven) }

func inState(c *compare.Comparison, state compare.CheckState) int {
	n := 0
	for _, check := range c.Checks {
		if check.State == state {
			n++
		}
	}
	return n
}

// checksLine sums up what was compared.
func checksLine(c *compare.Comparison) string {
	line := fmt.Sprintf("%s: %d agree, %d differ, %d unproven; %s",
		count(len(c.Checks), "check", "checks"), inState(c, compare.Agrees),
		inState(c, compare.Differs), unproven(c), count(len(c.Gaps), "gap", "gaps"))
	if n := confounders(c); n > 0 {
		line += "; " + count(n, "confounder", "confounders")
	}
	return line
}

func confounders(c *compare.Comparison) int {
	n := 0
	for _, p := range c.Parity {
		if p.Class == clusters.ParityConfounder {
			n++
		}
	}
	return n
}

// runtimeName is what people call a runtime.
func runtimeName(r clusters.Runtime) string {
	switch r {
	case clusters.Docker:
		return "Docker Engine"
	case clusters.Dockershim:
		return "Docker Engine (dockershim)"
	case clusters.Containerd:
		return "containerd"
	}
	return string(r)
}

// sideName is a side's runtime, and the side too when both have the same.
func sideName(c *compare.Comparison, side clusters.Side) string {
	b, d := runtimeName(c.Pair.Baseline.Runtime), runtimeName(c.Pair.Candidate.Runtime)
	switch {
	case b == d:
		return fmt.Sprintf("%s (%s)", b, side)
	case side == clusters.Baseline:
		return b
	}
	return d
}

// kindName is what a kind of evidence is called in a heading.
func kindName(k record.Kind) string {
	if k == record.Events {
		return "Events and status"
	}
	first, size := utf8.DecodeRuneInString(string(k))
	if size == 0 {
		return "Other"
	}
	return string(unicode.ToUpper(first)) + string(k[size:])
}

// subjects lists what a finding is about, at most limit of them, and how many
// more there are.
func subjects(f compare.Finding, limit int) (shown []string, more int) {
	all := f.Subjects
	if len(all) == 0 {
		all = []string{f.Subject}
	}
	if len(all) <= limit {
		return all, 0
	}
	return all[:limit], len(all) - limit
}

// where is the place of a piece of evidence, as editors and grep write it.
func where(e compare.Evidence) string {
	if e.Line > 0 {
		return fmt.Sprintf("%s:%d", e.File, e.Line)
	}
	return e.File
}

// codeParts splits prose at its backticks: parts with an odd index are code. A
// backtick without a partner is left as it is.
func codeParts(s string) []string {
	parts := strings.Split(s, "`")
	if len(parts)%2 == 0 {
		return []string{s}
	}
	return parts
}

func count(n int, one, many string) string {
	return fmt.Sprintf("%d %s", n, pick(n, one, many))
}

func pick(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// clip shortens s to at most limit bytes without cutting a character in two.
func clip(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	for limit > 0 && !utf8.RuneStart(s[limit]) {
		limit--
	}
	return s[:limit] + "…"
}

// oneLine is s with every run of white space as one space.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
