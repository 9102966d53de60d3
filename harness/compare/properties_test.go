package compare_test

import (
	"encoding/json"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/rehearse-dev/rehearse/clusters"
	"github.com/rehearse-dev/rehearse/harness/compare"
)

var alike = [2]clusters.Runtime{clusters.Docker, clusters.Docker}

func TestNothingDiffersFromItself(t *testing.T) {
	t.Parallel()
	for name, row := range cases(t) {
		for side, f := range map[string]files{"baseline": row.baseline, "candidate": row.candidate} {
			t.Run(name+", "+side, func(t *testing.T) {
				t.Parallel()
				same := row
				same.baseline, same.candidate = f, f
				if got := said(same.judge(t, alike)); len(got) > 0 {
					t.Errorf("findings between a recording and itself:\n%s", strings.Join(got, "\n"))
				}
			})
		}
	}
}

// essence is what of a finding must be mirrored when the sides change places.
type essence struct {
	Change              compare.Change
	Kind, Aspect        string
	Subjects            []string
	Baseline, Candidate string
}

func essences(c *compare.Comparison) []essence {
	var all []essence
	for _, f := range c.Findings {
		all = append(all, essence{f.Change, string(f.Kind), f.Aspect, f.Subjects, f.Baseline, f.Candidate})
	}
	slices.SortFunc(all, func(a, b essence) int {
		return strings.Compare(a.Kind+a.Aspect+strings.Join(a.Subjects, " "), b.Kind+b.Aspect+strings.Join(b.Subjects, " "))
	})
	return all
}

func TestSwappedSidesMirror(t *testing.T) {
	t.Parallel()
	for name, row := range cases(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := essences(row.judge(t, alike)) // with nothing explained, all is shown
			for i, f := range want {
				want[i].Baseline, want[i].Candidate = f.Candidate, f.Baseline
				switch f.Change {
				case compare.Lost:
					want[i].Change = compare.New
				case compare.New:
					want[i].Change = compare.Lost
				case compare.Changed:
				}
			}
			row.baseline, row.candidate = row.candidate, row.baseline
			if diff := cmp.Diff(want, essences(row.judge(t, alike))); diff != "" {
				t.Errorf("swapped (-want +got):\n%s", diff)
			}
		})
	}
}

func TestCausesHoldInBothDirections(t *testing.T) {
	t.Parallel()
	for name, row := range cases(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := causes(row.judge(t, row.runtimes))
			row.baseline, row.candidate = row.candidate, row.baseline
			got := causes(row.judge(t, [2]clusters.Runtime{row.runtimes[1], row.runtimes[0]}))
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("causes of the move back (-want +got):\n%s", diff)
			}
		})
	}
}

func causes(c *compare.Comparison) []string {
	var all []string
	for _, f := range c.Findings {
		if f.Cause != "" {
			all = append(all, f.Cause)
		}
	}
	slices.Sort(all)
	return all
}

func ids(c *compare.Comparison) []string {
	var all []string
	for _, f := range c.Findings {
		all = append(all, f.ID)
	}
	slices.Sort(all)
	return all
}

func TestOrderOfLinesDoesNotMatter(t *testing.T) {
	t.Parallel()
	for name, row := range cases(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := row.judge(t, row.runtimes)
			row.baseline, row.candidate = row.baseline.reversed(), row.candidate.reversed()
			got := row.judge(t, row.runtimes)
			if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(compare.Finding{}, "Evidence")); diff != "" {
				t.Errorf("with all lines in reverse order (-want +got):\n%s", diff)
			}
		})
	}
}

// reversed turns the order of the lines of every JSON-lines file round.
func (f files) reversed() files {
	turned := files{}
	for name, content := range f {
		if path.Ext(name) == ".jsonl" && content != "" {
			l := strings.Split(strings.TrimSuffix(content, "\n"), "\n")
			slices.Reverse(l)
			content = lines(l...)
		}
		turned[name] = content
	}
	return turned
}

func TestSameInputSameBytes(t *testing.T) {
	t.Parallel()
	for name, row := range cases(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var bytes [2]string
			for i := range bytes {
				raw, err := json.Marshal(row.judge(t, row.runtimes))
				if err != nil {
					t.Fatal(err)
				}
				bytes[i] = string(raw)
			}
			if diff := cmp.Diff(bytes[0], bytes[1]); diff != "" {
				t.Errorf("the same recordings judged twice:\n%s", diff)
			}
		})
	}
}

func TestEvidenceExists(t *testing.T) {
	t.Parallel()
	for name, row := range cases(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, f := range row.judge(t, row.runtimes).Findings {
				for _, side := range clusters.Sides() {
					if !slices.ContainsFunc(f.Evidence, func(e compare.Evidence) bool { return e.Side == side }) {
						t.Errorf("%s has no evidence from the %s", f.ID, side)
					}
				}
				for _, e := range f.Evidence {
					if !row.stands(e) {
						t.Errorf("%s: no %s:%d in the recording", f.ID, e.File, e.Line)
					}
				}
			}
		})
	}
}

func (c testCase) stands(e compare.Evidence) bool {
	side, name, _ := strings.Cut(e.File, "/1/")
	f := c.baseline
	if side == "candidate" {
		f = c.candidate
	}
	content, ok := f[name]
	return ok && string(e.Side) == side && e.Line <= strings.Count(content, "\n") && e.Text != ""
}

func TestChecksNameTheirFindings(t *testing.T) {
	t.Parallel()
	for name, row := range cases(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := row.judge(t, row.runtimes)
			known := ids(c)
			for _, check := range c.Checks {
				if differs := check.State == compare.Differs; differs != slices.Contains(known, check.Finding) {
					t.Errorf("check %q is %s, its finding is %q", check.Name, check.State, check.Finding)
				}
			}
		})
	}
}
