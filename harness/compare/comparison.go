package compare

import (
	"github.com/rehearse-dev/rehearse/clusters"
	"github.com/rehearse-dev/rehearse/harness/record"
)

// APIVersion of comparison.json.
const APIVersion = "rehearse.dev/v1alpha1"

// Comparison is the judgement of one rehearsal: comparison.json.
type Comparison struct {
	APIVersion string            `json:"apiVersion"`
	Scenario   Scenario          `json:"scenario"`
	Pair       Pair              `json:"pair"`
	Parity     []clusters.Parity `json:"parity"`
	Verdict    Verdict           `json:"verdict"`
	// Findings are sorted: by severity, unexplained before explained, then by ID.
	Findings []Finding `json:"findings"`
	// Checks are everything that was compared, agreeing or not, sorted by name.
	Checks []Check `json:"checks"`
	// Assets are those that the user's files hold, those that ask for most first.
	Assets   []JudgedAsset `json:"assets,omitempty"`
	Gaps     []Gap         `json:"gaps"`
	Warnings []string      `json:"warnings,omitempty"`
	// Noise says how sure the findings are.
	Noise Noise `json:"noise,omitzero"`
	// Expectations are the differences that somebody accepted, in the order of
	// their file. Strict says that one that no longer holds makes the verdict
	// different.
	Expectations []Expectation `json:"expectations,omitempty"`
	Strict       bool          `json:"strict,omitempty"`
	// Since is set when the rehearsal was compared with an earlier one.
	Since  *Since `json:"since,omitempty"`
	Counts Counts `json:"counts"`
}

// Scenario is what was rehearsed.
type Scenario struct {
	Name    string `json:"name"`
	Summary string `json:"summary,omitempty"`
}

// Pair describes both sides.
type Pair struct {
	Baseline  Side `json:"baseline"`
	Candidate Side `json:"candidate"`
}

// Side describes one cluster.
type Side struct {
	Runtime  clusters.Runtime  `json:"runtime"`
	Versions map[string]string `json:"versions"`
	Runs     int               `json:"runs"`
}

// Verdict is the answer.
type Verdict string

// The verdicts.
const (
	Equivalent   Verdict = "equivalent"
	Different    Verdict = "different"
	Inconclusive Verdict = "inconclusive"
)

// Severity ranks findings by what they do to the user's assets.
type Severity string

// The severities, gravest first.
const (
	// Breaks: an asset that worked on the baseline no longer does.
	Breaks Severity = "breaks"
	// Changes: behaviour moved, and an asset may lean on it.
	Changes Severity = "changes"
	// Info: the migration itself.
	Info Severity = "info"
)

// Change says in which direction something differs.
type Change string

// The changes.
const (
	Lost    Change = "lost"    // on the baseline only
	New     Change = "new"     // on the candidate only
	Changed Change = "changed" // on both, not alike
)

// Finding is a check that differs, or several that one cause explains.
type Finding struct {
	// ID is the same in every rehearsal that finds the same thing.
	ID      string      `json:"id"`
	Kind    record.Kind `json:"kind"`
	Change  Change      `json:"change"`
	Subject string      `json:"subject"`
	// Aspect is what of the subject was compared, such as line format.
	Aspect   string   `json:"aspect,omitempty"`
	Severity Severity `json:"severity"`
	// Title is one sentence for a stranger.
	Title     string `json:"title"`
	Baseline  string `json:"baseline"`
	Candidate string `json:"candidate"`
	// Cause is the ID of the catalogue entry that explains the finding; empty
	// when nothing does.
	Cause  string `json:"cause,omitempty"`
	Remedy string `json:"remedy,omitempty"`
	// Baselines are the kinds of Docker side that a finding about metrics, or about
	// what asks them, holds for: what cri-dockerd does not show, dockershim did. Empty for other findings.
	Baselines []clusters.Runtime `json:"baselines,omitempty"`
	// Subjects are all the subjects folded into this finding, sorted; the first
	// is Subject.
	Subjects []string   `json:"subjects,omitempty"`
	Assets   []Asset    `json:"assets,omitempty"`
	Evidence []Evidence `json:"evidence"`
	// Confidence says, after several runs, in how many of them the finding shows, or
	// what its test gave; empty after one.
	Confidence string `json:"confidence,omitempty"`
	// Expected is the reason why somebody accepted the finding, Owner who did, and
	// Expires the last day of it, as 2006-01-02.
	Expected string `json:"expected,omitempty"`
	Owner    string `json:"owner,omitempty"`
	Expires  string `json:"expires,omitempty"`
}

// Asset is something of the user's that a finding touches.
type Asset struct {
	Kind string `json:"kind"` // agent, log search, spec, workload
	Name string `json:"name"`
	Why  string `json:"why,omitempty"`
	// File and Line are where the user wrote it, for one that a file of theirs holds.
	File string `json:"file,omitempty"`
	Line int    `json:"line,omitempty"`
}

// Evidence points into a recording.
type Evidence struct {
	Side clusters.Side `json:"side"`
	// File is relative to the run folder, such as candidate/1/events.jsonl.
	File string `json:"file"`
	Line int    `json:"line,omitempty"` // from 1; 0 means the whole file
	Text string `json:"text"`           // what stands there, shortened
}

// Check is one thing that was compared. Name does not change between runs.
type Check struct {
	Kind  record.Kind `json:"kind"`
	Name  string      `json:"name"`
	State CheckState  `json:"state"`
	// Finding is the ID of the finding, for a check that differs.
	Finding string `json:"finding,omitempty"`
}

// CheckState is the outcome of one check.
type CheckState string

// The outcomes of a check.
const (
	Agrees   CheckState = "agrees"
	Differs  CheckState = "differs"
	Unproven CheckState = "unproven" // no positive control on the baseline
)

// Gap is a record.Gap and the side that has it.
type Gap struct {
	// Side is empty for an asset that could not be judged on either.
	Side clusters.Side `json:"side,omitempty"`
	record.Gap
}

// Counts sums a comparison up.
type Counts struct {
	Checks   int              `json:"checks"`
	Agree    int              `json:"agree"`
	Unproven int              `json:"unproven"`
	Findings map[Severity]int `json:"findings"`
	Expected int              `json:"expected"`
	Gaps     int              `json:"gaps"`
}
