package scenarios_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rehearse-dev/rehearse/scenarios"
)

const head = "apiVersion: rehearse.dev/v1alpha1\nkind: Expectations\n"

func TestAddExpectationsKeepsTheRest(t *testing.T) {
	t.Parallel()
	more := []scenarios.Expectation{{
		Finding: "LOG-001", UpTo: "breaks", Reason: "yes: it is \"#1\"", Owner: "me", Expires: day(t, "2027-01-31"),
	}}
	const entry = "- finding: LOG-001\n  upTo: breaks\n  reason: 'yes: it is \"#1\"'\n  owner: me\n  expires: 2027-01-31\n"
	indented := "  " + strings.TrimSuffix(strings.ReplaceAll(entry, "\n", "\n  "), "  ")
	for name, row := range map[string]struct{ before, want string }{
		"no file":       {"", head + "expectations:\n" + indented},
		"an empty list": {head + "expectations:\n", head + "expectations:\n" + indented},
		"a list in braces": {
			"# ours\n" + head + "expectations: [] # none so far\n",
			"# ours\n" + head + "expectations: # none so far\n" + indented,
		},
		"no list": {head, head + "expectations:\n" + indented},
		"no end":  {strings.TrimSuffix(accepted, "\n"), accepted + indented},
		"comments, empty lines and quotes": {
			"# ours\n" + accepted + "\n  # the last\n  - finding: \"A-001\" # why not\n    reason: r\n    owner: o\n    expires: 2027-01-31\n",
			"# ours\n" + accepted + "\n  # the last\n  - finding: \"A-001\" # why not\n    reason: r\n    owner: o\n    expires: 2027-01-31\n" + indented,
		},
		"a list that is not indented": {
			head + "expectations:\n- finding: A-001\n  reason: r\n  owner: o\n  expires: 2027-01-31\n",
			head + "expectations:\n- finding: A-001\n  reason: r\n  owner: o\n  expires: 2027-01-31\n" + entry,
		},
		"a list at the beginning": {
			"expectations:\n  # first\n  - finding: A-001\n    reason: r\n    owner: o\n    expires: 2027-01-31\n" + head,
			"expectations:\n  # first\n  - finding: A-001\n    reason: r\n    owner: o\n    expires: 2027-01-31\n" + indented + head,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := scenarios.AddExpectations("e.yaml", []byte(row.before), more)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(row.want, string(got)); diff != "" {
				t.Errorf("AddExpectations (-want +got):\n%s", diff)
			}
			read, err := scenarios.ReadExpectations("e.yaml", got)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(more, read.Expectations[len(read.Expectations)-1:]); diff != "" {
				t.Errorf("read again (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAddExpectationsRefuses(t *testing.T) {
	t.Parallel()
	valid := scenarios.Expectation{Finding: "MET-014", Reason: "r", Owner: "o", Expires: day(t, "2027-01-31")}
	for name, row := range map[string]struct {
		before string
		more   scenarios.Expectation
		want   string
	}{
		"a file with a mistake":     {"kind: x\n", valid, "e.yaml:1: kind"},
		"what is there already":     {accepted, valid, `"MET-014" is taken by expectations[0].finding`},
		"an entry without a reason": {"", scenarios.Expectation{Finding: "A-001", Owner: "o", Expires: valid.Expires}, "reason: required"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := scenarios.AddExpectations("e.yaml", []byte(row.before), []scenarios.Expectation{row.more})
			var invalid *scenarios.InvalidError
			if !errors.As(err, &invalid) || !strings.Contains(err.Error(), row.want) {
				t.Errorf("AddExpectations = %q, %v; want %q", got, err, row.want)
			}
		})
	}
}
