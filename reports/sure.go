package reports

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/rehearse-dev/rehearse/harness/compare"
)

// sure says how well what differs can be told from what varies from run to run;
// empty when nothing is known of the runs.
func sure(c *compare.Comparison) string {
	switch c.Noise.Runs {
	case 0:
		return ""
	case 1:
		return "one run on each side: how much varies from run to run is not known, and amounts are not judged; --repeat 3 tells"
	}
	var lanes []string
	for _, l := range c.Noise.Lanes {
		if l.Judged > 0 {
			lanes = append(lanes, fmt.Sprintf("%s of %d in %s", decimal(l.ByChance), l.Differ, laneName(l.Name)))
		}
	}
	line := fmt.Sprintf("%d runs on each side: a finding shows %s, unless it says otherwise", c.Noise.Runs, inAll(c))
	if len(lanes) > 0 {
		line += "; differences to be expected by chance: " + strings.Join(lanes, ", ")
	}
	return line
}

func inAll(c *compare.Comparison) string { return fmt.Sprintf("in all %d runs", c.Noise.Runs) }

// sureness is how sure a finding is, where that is not what is said of all.
func sureness(c *compare.Comparison, f compare.Finding) string {
	if f.Confidence == inAll(c) {
		return ""
	}
	return f.Confidence
}

// laneName is what a lane judges, in words.
func laneName(lane string) string {
	switch lane {
	case "presence":
		return "what is there"
	case "amounts":
		return "how much there is"
	case "outcomes":
		return "what works"
	}
	return lane
}

func decimal(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

// since counts what became of the findings of an earlier rehearsal; empty when
// there is none to compare with.
func since(c *compare.Comparison) string {
	s := c.Since
	if s == nil {
		return ""
	}
	line := fmt.Sprintf("since %s: %d new, %d fixed, %d still there", s.Name, len(s.New), len(s.Fixed), len(s.Still))
	if n := len(s.Unseen); n > 0 {
		line += fmt.Sprintf(", %d not seen any more", n)
	}
	return line
}

// isNew reports whether an earlier rehearsal did not have the finding.
func isNew(c *compare.Comparison, f compare.Finding) bool {
	return c.Since != nil && slices.Contains(c.Since.New, f.ID)
}

// gone names what an earlier rehearsal found and this one did not.
func gone(past []compare.Past) []string {
	var lines []string
	for _, p := range past {
		lines = append(lines, fmt.Sprintf("%s (%s, %s)", p.Title, p.ID, p.Severity))
	}
	return lines
}

// goneTitles are the headings of what an earlier rehearsal found and this one did
// not.
func goneTitles(s *compare.Since) (fixed, unseen string) {
	return "Fixed since " + s.Name, "Not seen any more since " + s.Name + ", and not known to be fixed"
}

// flaky names what worked in some runs only.
func flaky(c *compare.Comparison) []string {
	var lines []string
	for _, f := range c.Noise.Flaky {
		lines = append(lines, fmt.Sprintf("%s: %s", f.Name, flakyRuns(f)))
	}
	return lines
}

func flakyRuns(f compare.Flaky) string {
	return fmt.Sprintf("worked in %d of %d runs on the baseline and in %d of %d on the candidate (p = %s)",
		f.Baseline, f.Runs, f.Candidate, f.Runs, decimal(f.P))
}

// varying names what differs in some runs and was taken for noise.
func varying(c *compare.Comparison) []string {
	var lines []string
	for _, v := range c.Noise.Varying {
		lines = append(lines, fmt.Sprintf("%s: %s: differs in %d of %d runs", kindName(v.Kind), v.Name, v.Differ, v.Runs))
	}
	return lines
}

// noProof says why a check is unproven.
func noProof(c *compare.Comparison, check compare.Check) string {
	for _, f := range c.Noise.Flaky {
		if f.Kind == check.Kind && f.Name == check.Name {
			return "flaky: " + flakyRuns(f)
		}
	}
	return "it did not work on the baseline either, so it proves nothing"
}
