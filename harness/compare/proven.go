package compare

import (
	"path"
	"slices"
	"strings"

	"github.com/rehearse-dev/rehearse/harness/record"
)

// mounts begins why a workload is named that mounts a path of its node.
const mounts = "mounts "

// spareProven takes agents off findings that name them for no more than a mount:
// where every signal of an agent is there on both sides, it has proved that it can
// live with what it finds at that path.
func spareProven(findings []Finding, checks []Check) {
	proven := map[string]bool{}
	for _, c := range checks {
		subject, _, _ := strings.Cut(c.Name, ": ")
		if name, ok := strings.CutPrefix(subject, "agent "); ok && c.Kind == record.Agents {
			before, known := proven[name]
			proven[name] = c.State == Agrees && (before || !known)
		}
	}
	for i := range findings {
		findings[i].Assets = slices.DeleteFunc(findings[i].Assets, func(a Asset) bool {
			return a.Kind == "workload" && strings.HasPrefix(a.Why, mounts) && proven[path.Base(a.Name)]
		})
	}
}
