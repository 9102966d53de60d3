package catalogue

import (
	"fmt"
	"slices"
	"strings"
)

//go:generate go test -run TestGenerated -update .

// Page is the whole catalogue as Markdown: docs/catalogue.md.
func (c *Catalogue) Page() string {
	entries := slices.Clone(c.Entries)
	slices.SortFunc(entries, func(a, b Entry) int { return strings.Compare(a.ID, b.ID) })
	var b strings.Builder
	fmt.Fprintf(&b, pageHead, len(entries), observed(entries))
	b.WriteString("\n| ID | what differs | gravity | known |\n|---|---|---|---|\n")
	for _, e := range entries {
		fmt.Fprintf(&b, "| [%s](#%s) | %s | %s | %s |\n", e.ID, strings.ToLower(e.ID), cell(e.Title), e.Severity, e.Known.kind())
	}
	for _, e := range entries {
		fmt.Fprintf(&b, "\n## %s\n\n%s.\n\n", e.ID, cell(e.Title))
		for _, part := range e.parts() {
			if part[1] != "" {
				fmt.Fprintf(&b, "- **%s:** %s\n", part[0], cell(part[1]))
			}
		}
	}
	return b.String()
}

const pageHead = `# Known differences between Docker and containerd

<!-- Made from harness/catalogue/*.yaml by go generate ./harness/catalogue. -->

What a report names as the cause of a finding. There are %d entries, of which %d were
observed: a recorded rehearsal that is kept with the code shows them, and a test fails
when it no longer does. The others are documented, by documentation or program text, or
reported by somebody; where our own pair shows otherwise, the entry says so, and what was
seen stands. ` + "`rehearse explain ID`" + ` prints an entry, ` + "`rehearse explain TEXT`" + `
searches them all.
`

func observed(entries []Entry) int {
	n := 0
	for _, e := range entries {
		if e.Known.Observed != nil {
			n++
		}
	}
	return n
}

var cellEscaper = strings.NewReplacer("|", `\|`, "<", `\<`, "*", `\*`, "_", `\_`)

// cell is a text on one line, with what stands between two backticks as code.
func cell(text string) string {
	parts := strings.Split(strings.Join(strings.Fields(text), " "), "`")
	for i := range parts {
		if i%2 == 0 || len(parts)%2 == 0 {
			parts[i] = cellEscaper.Replace(parts[i])
		}
	}
	return strings.Join(parts, "`")
}
