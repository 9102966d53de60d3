package compare_test

import (
	"encoding/json"
	"maps"
	"math/rand/v2"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/rehearse-dev/rehearse/clusters"
	"github.com/rehearse-dev/rehearse/harness/compare"
	"github.com/rehearse-dev/rehearse/harness/record"
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
			want := mirrored(essences(row.judge(t, alike))) // with nothing explained, all is shown
			row.baseline, row.candidate = row.candidate, row.baseline
			if diff := cmp.Diff(want, essences(row.judge(t, alike))); diff != "" {
				t.Errorf("swapped (-want +got):\n%s", diff)
			}
		})
	}
}

// mirrored is what the same findings say when the sides change places.
func mirrored(all []essence) []essence {
	for i, f := range all {
		all[i].Baseline, all[i].Candidate = f.Candidate, f.Baseline
		switch f.Change {
		case compare.Lost:
			all[i].Change = compare.New
		case compare.New:
			all[i].Change = compare.Lost
		case compare.Changed:
		}
	}
	return all
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

// TestOrderDoesNotMatter shuffles all whose order says nothing: files, lines of
// indexes, series, specs and lists. Nothing may change but where evidence stands.
func TestOrderDoesNotMatter(t *testing.T) {
	t.Parallel()
	for name, row := range cases(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := row.judge(t, row.runtimes)
			for seed := range uint64(5) {
				order := rand.New(rand.NewPCG(seed, 0))
				shuffled := row
				shuffled.baseline, shuffled.candidate = row.baseline.shuffled(t, order), row.candidate.shuffled(t, order)
				got := shuffled.judge(t, row.runtimes)
				if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(compare.Finding{}, "Evidence")); diff != "" {
					t.Errorf("in another order, seed %d (-want +got):\n%s", seed, diff)
				}
				for _, f := range got.Findings {
					shuffled.check(t, f)
				}
			}
		})
	}
}

// shuffled are the same files in another order. What containers and journals
// wrote has an order of its own, and stays.
func (f files) shuffled(t *testing.T, order *rand.Rand) files {
	t.Helper()
	turned := files{}
	for name, content := range f {
		switch path.Ext(name) {
		case ".jsonl":
			turned[name] = strings.Join(shuffle(order, slices.Collect(strings.Lines(content))), "")
		case ".prom":
			turned[name] = shuffledSeries(order, content)
		case ".json":
			var v any
			if err := json.Unmarshal([]byte(content), &v); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			shuffleLists(order, v)
			raw, err := json.MarshalIndent(v, "", "  ")
			if err != nil {
				t.Fatal(err)
			}
			turned[name] = string(raw) + "\n"
		default:
			turned[name] = content
		}
	}
	return turned
}

func shuffle[T any](order *rand.Rand, list []T) []T {
	order.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	return list
}

// shuffledSeries shuffles the metrics of an exposition, and the series of each.
func shuffledSeries(order *rand.Rand, content string) string {
	var families [][]string
	for line := range strings.Lines(content) {
		// A comment begins a metric, unless it belongs to the comment before it.
		begins := strings.HasPrefix(line, "# ")
		if n := len(families); n == 0 || begins && !strings.HasPrefix(families[n-1][len(families[n-1])-1], "# ") {
			families = append(families, nil)
		}
		families[len(families)-1] = append(families[len(families)-1], line)
	}
	var out strings.Builder
	for _, family := range shuffle(order, families) {
		series := slices.IndexFunc(family, func(line string) bool { return !strings.HasPrefix(line, "#") })
		if series >= 0 {
			shuffle(order, family[series:])
		}
		out.WriteString(strings.Join(family, ""))
	}
	return out.String()
}

func shuffleLists(order *rand.Rand, v any) {
	switch v := v.(type) {
	case []any:
		shuffle(order, v)
		for _, item := range v {
			shuffleLists(order, item)
		}
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			shuffleLists(order, v[name])
		}
	}
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
				row.check(t, f)
			}
		})
	}
}

// check asks whether a finding has evidence from both sides, and all of it stands
// where it is said to stand.
func (c testCase) check(t *testing.T, f compare.Finding) {
	t.Helper()
	for _, side := range clusters.Sides() {
		if !slices.ContainsFunc(f.Evidence, func(e compare.Evidence) bool { return e.Side == side }) {
			t.Errorf("%s has no evidence from the %s", f.ID, side)
		}
	}
	for _, e := range f.Evidence {
		if !c.stands(e) {
			t.Errorf("%s: %q does not stand at %s:%d", f.ID, e.Text, e.File, e.Line)
		}
	}
}

// stands asks whether there is such a line. A line of a log or of metrics is its
// own evidence, word for word.
func (c testCase) stands(e compare.Evidence) bool {
	side, name, _ := strings.Cut(e.File, "/1/")
	f := c.baseline
	if side == "candidate" {
		f = c.candidate
	}
	content, ok := f[name]
	all := strings.Split(content, "\n")
	if !ok || string(e.Side) != side || e.Line >= len(all)+1 || e.Text == "" {
		return false
	}
	if verbatim := path.Ext(name) == ".prom" || strings.HasPrefix(name, record.LogsDir+"/pods/"); e.Line == 0 || !verbatim {
		return true
	}
	line := strings.ToValidUTF8(strings.TrimRight(all[e.Line-1], "\r"), "\uFFFD")
	return strings.HasPrefix(line, strings.TrimSuffix(e.Text, "…"))
}

// TestPropertiesHoldOverRuns compares each recording with itself, and each case
// with its mirror, over several runs.
func TestPropertiesHoldOverRuns(t *testing.T) {
	t.Parallel()
	for name, row := range cases(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, c := []files{row.baseline, row.baseline}, []files{row.candidate, row.candidate}
			if got := row.judgeRuns(t, alike, b, b); len(got.Findings) > 0 || len(got.Noise.Varying) > 0 {
				t.Errorf("between a recording and itself: findings %q, varying %v", said(got), got.Noise.Varying)
			}
			there, back := row.judgeRuns(t, alike, b, c), row.judgeRuns(t, alike, c, b)
			if diff := cmp.Diff(mirrored(essences(there)), essences(back)); diff != "" {
				t.Errorf("swapped (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(there.Noise, back.Noise); diff != "" {
				t.Errorf("noise, swapped (-want +got):\n%s", diff)
			}
			single := row.judge(t, alike)
			for _, id := range ids(single) {
				if !slices.Contains(ids(there), id) {
					t.Errorf("%s is found in one run and not in two that are the same", id)
				}
			}
		})
	}
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
