package reports

import (
	"fmt"
	"slices"
	"strings"

	"github.com/rehearse-dev/rehearse/clusters"
	"github.com/rehearse-dev/rehearse/harness/compare"
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
		{ID: "info", Title: "Good to know", Lead: "What the migration itself consists of, such as the runtime's own name, and what is too little to ask for work."},
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

// tally counts the findings by what they ask for: how long the list is.
func tally(c *compare.Comparison) string {
	var parts []string
	for _, s := range sections(c) {
		verb := map[string]string{"breaks": "break", "changes": "change", "info": "good to know", "accepted": "accepted"}[s.ID]
		parts = append(parts, fmt.Sprintf("%d %s", len(s.Findings), verb))
	}
	if len(parts) == 0 {
		return "no findings"
	}
	line := strings.Join(parts, ", ")
	if n := unexplained(c); n > 0 {
		line += fmt.Sprintf("; %d of these %s no known cause", n, pick(n, "has", "have"))
	}
	return line
}

// unexplained counts the findings that no catalogue entry explains and nobody
// accepted: what a rehearsal is there to discover.
func unexplained(c *compare.Comparison) int {
	n := 0
	for _, f := range c.Findings {
		if f.Cause == "" && f.Expected == "" {
			n++
		}
	}
	return n
}

// first are the findings to begin with, under their heading: at most limit of the
// gravest section that asks for work, and how many more it has.
func first(c *compare.Comparison, limit int) (heading string, findings []compare.Finding, more int) {
	for _, s := range sections(c) {
		if s.ID == "breaks" || s.ID == "changes" {
			heading = map[string]string{"breaks": "Fix first", "changes": "Look at first"}[s.ID]
			n := min(len(s.Findings), limit)
			return heading, s.Findings[:n], len(s.Findings) - n
		}
	}
	return "", nil, 0
}

// fails reports whether a finding is one of those that made the verdict
// "different", so that no format contradicts it. Where only mild ones are left,
// the rehearsal was told to fail on those, or on expectations that no longer hold.
func fails(c *compare.Comparison, f compare.Finding) bool {
	if c.Verdict != compare.Different || f.Expected != "" {
		return false
	}
	serious := open(c, compare.Breaks)+open(c, compare.Changes) > 0
	return rank(f.Severity) <= rank(compare.Changes) || !serious && !staleFails(c)
}

// staleFails reports whether expectations that no longer hold made the verdict
// "different".
func staleFails(c *compare.Comparison) bool { return c.Strict && len(c.Stale()) > 0 }

// answer says in one short sentence whether to migrate, and in a second one
// why. A verdict that is not known is no answer.
func answer(c *compare.Comparison) (short, why string) {
	switch {
	case c.Verdict == compare.Different && c.Pair.Baseline.Runtime == c.Pair.Candidate.Runtime:
		return "Both sides run the same runtime, and still differ.",
			"What is listed here is noise of the rehearsal itself, not of a migration."
	case staleFails(c) && open(c, compare.Breaks)+open(c, compare.Changes) == 0:
		n := len(c.Stale())
		return fmt.Sprintf("Not before you have looked at %s.", count(n, "expectation", "expectations")),
			fmt.Sprintf("Nothing that was not accepted asks for work, but %s no longer %s.",
				pick(n, "what was accepted", "some of what was accepted"), pick(n, "holds", "hold"))
	case c.Verdict == compare.Different:
		return notYet(c)
	case c.Verdict == compare.Equivalent:
		return "Nothing found that stands in the way.",
			count(len(c.Checks), "check was", "checks were") +
				" made on both sides, and no difference among them that asks for work."
	case inState(c, compare.Agrees)+inState(c, compare.Differs) == 0:
		return "Cannot tell.", "Nothing could be compared."
	case len(c.Gaps)+unproven(c) == 0:
		return "Cannot tell yet.", "Too little was compared to say."
	}
	return "Cannot tell yet.",
		fmt.Sprintf("Nothing that was compared stands in the way, but %s and %s could hide something that does.",
			count(len(c.Gaps), "gap", "gaps"), count(unproven(c), "unproven check", "unproven checks"))
}

func notYet(c *compare.Comparison) (short, why string) {
	breaks, changes := open(c, compare.Breaks), open(c, compare.Changes)
	if breaks+changes == 0 {
		return "The sides differ.", "Nothing breaks and nothing changes its behaviour, but no difference at all was to be allowed."
	}
	if breaks == 0 {
		return fmt.Sprintf("Not before you have looked at %s.", count(changes, "change", "changes")),
			"Nothing that was rehearsed broke, but behaviour moved, and something of yours may lean on it."
	}
	if hit := broken(c, maxHit); len(hit) > 0 {
		why = pick(breaks, "It hits ", "They hit ") + list(hit) + ". "
	}
	why += fmt.Sprintf("Fix %s first", pick(breaks, "it", "these"))
	if changes > 0 {
		why += ", then look through " + count(changes, "change", "changes")
	}
	return fmt.Sprintf("Not yet: %s something of yours.", count(breaks, "difference breaks", "differences break")), why + "."
}

// maxHit is how many things that break are named in the answer.
const maxHit = 4

// broken names the things of the user's that findings break, at most limit of them.
func broken(c *compare.Comparison, limit int) []string {
	var all compare.Finding
	for _, f := range c.Findings {
		if f.Expected == "" && f.Severity == compare.Breaks {
			all.Assets = append(all.Assets, f.Assets...)
		}
	}
	return assetNames(all, limit)
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
