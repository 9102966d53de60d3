package reports

import (
	"cmp"
	"slices"
	"strings"

	"github.com/rehearse-dev/rehearse/harness/compare"
	"github.com/rehearse-dev/rehearse/harness/record"
)

// blind is something that could not be looked at: gaps that differ in no more
// than their side and kind of evidence.
type blind struct {
	Where, Kinds    []string
	Subject, Reason string
	hides           []string
}

// blinds folds the gaps of a comparison, in the order in which they first
// appear.
func blinds(c *compare.Comparison) []blind {
	var folded []blind
	at := map[[2]string]int{}
	for _, g := range c.Gaps {
		i, ok := at[[2]string{g.Subject, g.Reason}]
		if !ok {
			i = len(folded)
			at[[2]string{g.Subject, g.Reason}] = i
			folded = append(folded, blind{Subject: g.Subject, Reason: g.Reason})
		}
		b := &folded[i]
		if g.Side != "" {
			b.Where = addOnce(b.Where, string(g.Side))
		}
		b.Kinds = addOnce(b.Kinds, kindName(g.Kind))
		b.hides = addOnce(b.hides, couldHide(g.Kind))
	}
	return folded
}

func addOnce(list []string, s string) []string {
	if slices.Contains(list, s) {
		return list
	}
	return append(list, s)
}

// Place is the side, or both, and the kinds of evidence; without a side it is an asset
// that could not be judged.
func (b blind) Place() string {
	kinds := strings.ToLower(strings.Join(b.Kinds, ", "))
	if len(b.Where) == 0 {
		return "your " + kinds
	}
	return strings.Join(b.Where, " and ") + ", " + kinds
}

// Hides says what may lie behind the gap.
func (b blind) Hides() string {
	if len(b.hides) > 2 {
		return "any difference of these kinds"
	}
	return strings.Join(b.hides, "; ")
}

// couldHide says which findings a gap of one kind may have kept from us.
func couldHide(k record.Kind) string {
	hides := map[record.Kind]string{
		record.Specs:      "a spec that fails, or sees something else, on one side only",
		record.Logs:       "log lines or formats that changed, and searches that find nothing any more",
		record.Metrics:    "metrics and labels that are gone, and alerts that cannot fire any more",
		record.Events:     "event reasons, messages and exit codes that changed",
		record.Objects:    "workloads that are not ready, and fields of status that changed",
		record.Node:       "sockets, units, paths and processes that are gone from nodes",
		record.Agents:     "an agent that runs and does nothing",
		record.Stores:     "log records that are lost, or stored in another way",
		record.Stimuli:    "whatever needs that stimulus as a reason to speak",
		record.Searches:   "a search that finds nothing any more",
		record.Rules:      "an alert that cannot fire any more, or one that is new",
		record.Dashboards: "a panel that is empty after the move",
		record.Live:       "a difference between the monitoring in the clusters",
		record.Parity:     "an inequality between the clusters that explains findings better than the runtime does",
		record.Identities: "nothing; it may show differences that are none",
	}
	return cmp.Or(hides[k], "differences of this kind")
}
