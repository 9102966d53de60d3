package scan

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"

	"github.com/rehearse-dev/rehearse/harness/scan/finding"
)

// suppression is a comment that accepts a finding.
type suppression struct {
	file string
	line int // of the comment
	// from and to are the lines that it covers.
	from, to     int
	rule, reason string
}

// marker is the comment, behind whatever the language begins a comment with:
// `# rehearse:ignore RULE reason`.
var marker = regexp.MustCompile(`(^|\s)(#|//|;|--|\{\{-?\s*/\*|/\*)+\s*rehearse:ignore(?:[ \t]+([a-z-]+))?(?:[ \t]+([^\r\n]*?))?(?:\s*\*/.*)?\s*$`)

// suppressionsIn are the comments of a file that suppress something. One at the
// end of a line covers its line. One that has a line of its own covers the next
// line, and what is indented below that.
func suppressionsIn(file string, data []byte) []suppression {
	if !bytes.Contains(data, []byte("rehearse:ignore")) {
		return nil
	}
	lines := strings.Split(string(data), "\n")
	var found []suppression
	for i, line := range lines {
		m := marker.FindStringSubmatchIndex(line)
		if m == nil {
			continue
		}
		s := suppression{file: file, line: i + 1, from: i + 1, to: i + 1}
		if m[6] >= 0 {
			s.rule = line[m[6]:m[7]]
		}
		if m[8] >= 0 {
			s.reason = strings.TrimSpace(line[m[8]:m[9]])
		}
		if strings.TrimSpace(line[:m[0]]) == "" {
			s.from, s.to = block(lines, i+1)
		}
		found = append(found, s)
	}
	return found
}

// block is the first line with content from an index on, as lines counted from
// one, and the last of those that are indented below it.
func block(lines []string, at int) (from, to int) {
	for at < len(lines) && (strings.TrimSpace(lines[at]) == "" || marker.MatchString(lines[at])) {
		at++
	}
	if at == len(lines) {
		return at, at
	}
	from, to = at+1, at+1
	for next := at + 1; next < len(lines); next++ {
		if strings.TrimSpace(lines[next]) == "" {
			continue
		}
		if indentOf(lines[next]) <= indentOf(lines[at]) {
			break
		}
		to = next + 1
	}
	return from, to
}

func indentOf(line string) int { return len(line) - len(strings.TrimLeft(line, " \t")) }

// suppress moves what somebody has accepted with a reason, and reports
// suppressions that give none, name no rule, or that nothing needs.
func suppress(r *finding.Report, suppressions []suppression) {
	used := make([]bool, len(suppressions))
	kept := r.Findings[:0:0]
	for _, f := range r.Findings {
		by := covering(suppressions, f)
		if by < 0 {
			kept = append(kept, f)
			continue
		}
		used[by] = true
		f.Suppressed = suppressions[by].reason
		r.Suppressed = append(r.Suppressed, f)
	}
	r.Findings = kept
	for i, s := range suppressions {
		s.check(r, used[i])
	}
}

func covering(suppressions []suppression, f finding.Finding) int {
	for i, s := range suppressions {
		if s.reason != "" && s.rule == f.Rule && s.file == f.File && s.from <= f.Line && f.Line <= s.to {
			return i
		}
	}
	return -1
}

func (s suppression) check(r *finding.Report, used bool) {
	_, known := finding.Find(s.rule)
	switch {
	case !known:
		text := fmt.Sprintf("the suppression names no rule that there is: %q", s.rule)
		r.Warnings = append(r.Warnings, finding.Warning{File: s.file, Line: s.line, Text: text})
	case s.reason == "":
		rule, _ := finding.Find(finding.SuppressionReason)
		r.Findings = append(r.Findings, finding.Finding{
			Rule: rule.ID, Severity: rule.Severity, Confidence: finding.High, File: s.file, Line: s.line, Column: 1,
			Message: fmt.Sprintf("suppresses %s without a reason, and so does nothing", s.rule), Found: s.rule, Remedy: rule.Remedy,
		})
	case !used:
		text := fmt.Sprintf("the suppression of %s matches nothing: take it out", s.rule)
		r.Warnings = append(r.Warnings, finding.Warning{File: s.file, Line: s.line, Text: text})
	}
}
