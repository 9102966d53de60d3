package templates_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/rehearse-dev/rehearse/harness/logs/structure"
	"github.com/rehearse-dev/rehearse/harness/logs/templates"
	"github.com/rehearse-dev/rehearse/internal/accuracy"
)

// klogLines are lines of Kubernetes' own components from a real pair: up to six of
// every place in their source, on both sides. The place is in the line, so that
// it says which lines are truly of one make.
func klogLines(tb testing.TB) []string {
	tb.Helper()
	raw, err := os.ReadFile("testdata/klog.log")
	if err != nil {
		tb.Fatal(err)
	}
	return strings.Split(strings.TrimSuffix(string(raw), "\n"), "\n")
}

// scored mines what of says of each line, and holds it against the place in the
// source that the line names. Where of says nothing the line is left out.
func scored(lines []string, of func(structure.Line, string) string) accuracy.Score {
	miner := templates.New(nil)
	var parser structure.Parser
	var refs []templates.Ref
	var truth []string
	for _, line := range lines {
		parsed := parser.Parse([]byte(line))
		if text := of(parsed, line); text != "" {
			truth = append(truth, string(parsed.Caller))
			refs = append(refs, miner.Add(0, []byte(text), templates.At{}))
		}
	}
	set := miner.Mine()
	groups := make([]string, len(refs))
	for i, ref := range refs {
		groups[i] = set.Templates[set.Of(ref)].ID
	}
	return accuracy.Of(groups, truth)
}

func message(l structure.Line, _ string) string { return string(l.Message) }

// sentence is a message that was not written with fields.
func sentence(l structure.Line, line string) string {
	if _, text, _ := strings.Cut(line, "] "); strings.HasPrefix(text, `"`) {
		return ""
	}
	return string(l.Message)
}

// unparsed is all that stands behind klog's header, fields and all.
func unparsed(_ structure.Line, line string) string {
	_, text, _ := strings.Cut(line, "] ")
	return text
}

// telling leaves out the lines whose message several places in the source write:
// nothing in it tells them apart.
func telling(lines []string) []string {
	var parser structure.Parser
	callers := map[string]map[string]bool{}
	for _, line := range lines {
		parsed := parser.Parse([]byte(line))
		message := string(parsed.Message)
		if callers[message] == nil {
			callers[message] = map[string]bool{}
		}
		callers[message][string(parsed.Caller)] = true
	}
	return slices.DeleteFunc(lines, func(line string) bool {
		return len(callers[string(parser.Parse([]byte(line)).Message)]) > 1
	})
}

// parts of a line that can be held against the place that klog names.
var parts = map[string]func(structure.Line, string) string{
	"messages": message, "messages without fields": sentence, "lines as free text": unparsed,
}

// TestKlogSaysTheSame holds the templates against the places in the source that
// klog names. Some places write two texts, which nothing can know to be one.
func TestKlogSaysTheSame(t *testing.T) {
	t.Parallel()
	for part, want := range map[string]accuracy.Score{
		"messages":                {GA: .95, FGA: .95},
		"messages without fields": {GA: .88, FGA: .88},
		"lines as free text":      {GA: .83, FGA: .82},
	} {
		t.Run(part, func(t *testing.T) {
			t.Parallel()
			got := scored(telling(klogLines(t)), parts[part])
			if got.GA < want.GA || got.FGA < want.FGA {
				t.Errorf("GA %.3f, FGA %.3f, want at least %.2f and %.2f", got.GA, got.FGA, want.GA, want.FGA)
			}
		})
	}
}
