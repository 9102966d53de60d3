// Package doctor says whether this host can raise a pair of clusters, and what
// to do where it cannot.
//
// [Read] looks at the host and [Evaluate] judges what was seen: a pure function
// that knows every kind of host, not only the one it runs on.
package doctor

// State is the outcome of a check.
type State string

// The outcomes, from good to bad.
const (
	OK State = "ok"
	// Warn: rehearsing works, with a limit worth knowing.
	Warn State = "warn"
	// Fail: rehearsing will not work.
	Fail State = "fail"
)

// Check is one thing that a rehearsal needs of its host.
type Check struct {
	Name  string
	State State
	// Found is what the host has.
	Found string
	// Means is what follows from it for a rehearsal; empty if nothing does.
	Means string
	// Mend is a command that puts it right; empty where there is none, or no need.
	Mend string
}

// Worst is the gravest outcome among the checks.
func Worst(checks []Check) State {
	worst := OK
	for _, c := range checks {
		if c.State == Fail || c.State == Warn && worst == OK {
			worst = c.State
		}
	}
	return worst
}
