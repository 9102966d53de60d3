package detect

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/prometheus/prometheus/promql/parser"

	"github.com/rehearse-dev/rehearse/harness/scan/finding"
	"github.com/rehearse-dev/rehearse/harness/scan/text"
)

// LogQL's own parser may not be linked for its licence. What a search selects
// and looks for can be told without it: stream selectors are those of PromQL, and
// each filter is an operator and a string.
var (
	streamSelector = regexp.MustCompile(`\{[^{}]*\}`)
	lineFilter     = regexp.MustCompile("(\\|=|\\|~|!=|!~)\\s*(\"(?:[^\"\\\\]|\\\\.)*\"|`[^`]*`)")
)

// logQuery looks at a search in Loki's language; false for what is none: its
// selectors follow no metric's name.
func (d *detector) logQuery(t *text.Text) bool {
	found := false
	for _, s := range streamSelector.FindAllStringIndex(t.Value, -1) {
		before := strings.TrimSpace(t.Value[:s[0]])
		if before != "" && isLetter(before[len(before)-1]) {
			continue
		}
		matchers, err := parser.NewParser(parser.Options{}).ParseMetricSelector(fillIn(t.Value[s[0]:s[1]], "x"))
		if err != nil {
			continue // a template's braces, which are no selector
		}
		found = true
		for _, m := range matchers {
			d.matcher(t, s[0], "", m)
		}
	}
	if !found {
		return false
	}
	for _, f := range lineFilter.FindAllStringSubmatchIndex(t.Value, -1) {
		operator, pattern := t.Value[f[2]:f[3]], t.Value[f[4]+1:f[5]-1]
		if cause := dockerText(pattern); cause != "" && strings.HasPrefix(operator, "|") {
			d.report(hit{
				rule: finding.DockerText, at: t.At(f[4]), found: pattern, cause: cause,
				message: fmt.Sprintf("looks for the text %q, which only Docker says", pattern),
			})
		}
	}
	return true
}
