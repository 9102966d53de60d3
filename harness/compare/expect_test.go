package compare_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rehearse-dev/rehearse/clusters"
	"github.com/rehearse-dev/rehearse/harness/compare"
	"github.com/rehearse-dev/rehearse/harness/record"
	"github.com/rehearse-dev/rehearse/scenarios"
)

// ended is a recording that ended on a day.
func ended(t *testing.T, r *record.Recording, day string) *record.Recording {
	t.Helper()
	at, err := time.Parse(time.RFC3339, day+"T12:00:00Z")
	if err != nil {
		t.Fatal(err)
	}
	r.Meta.Ended = at
	return r
}

// expecting reads expectations, each of them the fields of one.
func expecting(t *testing.T, entries ...string) *scenarios.Expectations {
	t.Helper()
	text := []string{"apiVersion: rehearse.dev/v1alpha1", "kind: Expectations", "expectations:"}
	for _, entry := range entries {
		text = append(text, "  - {"+entry+", reason: known, owner: ops, expires: 2026-12-31}")
	}
	e, err := scenarios.ReadExpectations("e.yaml", []byte(lines(text...)))
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// expectationRow is one case of TestExpectations.
type expectationRow struct {
	expectations []string
	day          string   // of the rehearsal's end
	states       []string // of each expectation, and how many findings fit it
	accepted     []string
	// verdict as it is, and with strict
	verdict, strict compare.Verdict
}

const (
	socket = "finding: NODE-003, upTo: breaks"
	data   = "finding: NODE-011"
)

// expectationRows accept what the case of the phantom socket finds: NODE-003, which
// breaks an agent, and NODE-011, which changes something.
var expectationRows = map[string]expectationRow{
	"nothing is accepted": {nil, "2026-11-23", nil, nil, compare.Different, compare.Different},
	"all is accepted": {
		[]string{socket, data},
		"2026-12-31",
		[]string{"accepts 1", "accepts 1"},
		[]string{"NODE-003", "NODE-011"},
		compare.Equivalent, compare.Equivalent,
	},
	"one fits more than one finding": {
		[]string{`match: {kind: node, cause: ^NODE-}, upTo: breaks`},
		"2026-11-23",
		[]string{"accepts 2"},
		[]string{"NODE-003", "NODE-011"},
		compare.Equivalent, compare.Equivalent,
	},
	"the last day is over": {
		[]string{socket, data},
		"2027-01-01",
		[]string{"expired 1", "expired 1"},
		nil,
		compare.Different, compare.Different,
	},
	"what breaks is accepted by that word only": {
		[]string{"finding: NODE-003", data},
		"2026-11-23",
		[]string{"exceeded 1", "accepts 1"},
		[]string{"NODE-011"},
		compare.Different, compare.Different,
	},
	"one fits nothing": {
		[]string{socket, data, "finding: LOG-001"},
		"2026-11-23",
		[]string{"accepts 1", "accepts 1", "unmatched 0"},
		[]string{"NODE-003", "NODE-011"},
		compare.Equivalent, compare.Different,
	},
	"one subject does not match": {
		[]string{`match: {subject: 'docker\.sock$'}, upTo: breaks`},
		"2026-11-23",
		[]string{"unmatched 0"},
		nil,
		compare.Different, compare.Different,
	},
	"a cause that a finding does not have": {
		[]string{"match: {kind: node, cause: LOG}"},
		"2026-11-23",
		[]string{"unmatched 0"},
		nil,
		compare.Different, compare.Different,
	},
	"the first that fits is named": {
		[]string{data, "match: {kind: node, subject: /etc/docker}", socket},
		"2026-11-23",
		[]string{"accepts 1", "accepts 1", "accepts 1"},
		[]string{"NODE-003", "NODE-011"},
		compare.Equivalent, compare.Equivalent,
	},
}

func TestExpectations(t *testing.T) {
	t.Parallel()
	for name, row := range expectationRows {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := readCase(t, "testdata/cases/phantom-socket.txtar")
			in := compare.Input{
				Scenario:     &c.scenario,
				Expectations: expecting(t, row.expectations...),
				Baseline:     []*record.Recording{ended(t, open(t, clusters.Baseline, clusters.Docker, c.baseline), row.day)},
				Candidate:    []*record.Recording{ended(t, open(t, clusters.Candidate, clusters.Containerd, c.candidate), "2026-11-01")},
			}
			got := judged(t, in, row.verdict)
			in.Strict = true
			judged(t, in, row.strict)
			states, stale := statesOf(got)
			if diff := cmp.Diff(row.states, states); diff != "" {
				t.Errorf("states (-want +got):\n%s", diff)
			}
			accepted := acceptedBy(got, "known (ops, until 2026-12-31)")
			if diff := cmp.Diff(row.accepted, accepted); diff != "" {
				t.Errorf("accepted (-want +got):\n%s", diff)
			}
			if len(got.Warnings) != stale || len(got.Stale()) != stale || got.Counts.Expected != len(accepted) {
				t.Errorf("warnings %q, %d accepted; want a warning for each that no longer holds", got.Warnings, got.Counts.Expected)
			}
		})
	}
}

// statesOf are the states of all expectations, each with how many findings fit it,
// and how many of them no longer hold.
func statesOf(c *compare.Comparison) (states []string, stale int) {
	for _, e := range c.Expectations {
		states = append(states, fmt.Sprintf("%s %d", e.State, len(e.Findings)))
		if e.State != compare.Accepts {
			stale++
		}
	}
	return states, stale
}

// acceptedBy are the IDs of the findings that were accepted in these words.
func acceptedBy(c *compare.Comparison, words string) []string {
	var ids []string
	for _, f := range c.Findings {
		if f.Acceptance() == words {
			ids = append(ids, f.ID)
		}
	}
	return ids
}

func judged(t *testing.T, in compare.Input, want compare.Verdict) *compare.Comparison {
	t.Helper()
	got, err := compare.Compare(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	if got.Verdict != want {
		t.Errorf("strict %t: verdict = %q, want %q", in.Strict, got.Verdict, want)
	}
	return got
}
