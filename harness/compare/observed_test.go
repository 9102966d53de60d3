package compare_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/rehearse-dev/rehearse/clusters"
	"github.com/rehearse-dev/rehearse/harness/catalogue"
	"github.com/rehearse-dev/rehearse/harness/compare"
	"github.com/rehearse-dev/rehearse/harness/record"
	"github.com/rehearse-dev/rehearse/harness/record/series"
	"github.com/rehearse-dev/rehearse/scenarios"
)

// recordings makes testdata/observed/<name>.yaml again from run folders.
var recordings = flag.String("recordings", "", "run folders to take evidence from, as name=folder,name=folder")

// evidence is what one pair of recordings showed, cut down: a file of
// testdata/observed.
type evidence struct {
	Scenario string           `yaml:"scenario"`
	Runtime  clusters.Runtime `yaml:"runtime"` // of the Docker side, or of both sides of a null rehearsal
	Null     bool             `yaml:"null,omitempty"`
	Versions struct {
		Baseline, Candidate map[string]string
	} `yaml:"versions"`
	Agreed []string          `yaml:"agreed,omitempty"` // checks of specs
	Found  []foundDifference `yaml:"found"`
}

// foundDifference is one finding before folding, and the entry that has to explain
// it; the empty one is for none.
type foundDifference struct {
	Cause      string `yaml:"cause"`
	Kind       string `yaml:"kind"`
	Aspect     string `yaml:"aspect"`
	Subject    string `yaml:"subject"`
	Docker     string `yaml:"docker,omitempty"`
	Containerd string `yaml:"containerd,omitempty"`
}

func (f foundDifference) of(runtime clusters.Runtime) catalogue.Difference {
	return catalogue.Difference{Kind: f.Kind, Aspect: f.Aspect, Subject: f.Subject, Runtime: runtime, Docker: f.Docker, Containerd: f.Containerd}
}

func readEvidence(t *testing.T) map[string]evidence {
	t.Helper()
	names, err := filepath.Glob("testdata/observed/*.yaml")
	if err != nil || len(names) == 0 {
		t.Fatalf("no evidence: %v", err)
	}
	all := map[string]evidence{}
	for _, name := range names {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		dec := yaml.NewDecoder(bytes.NewReader(raw))
		dec.KnownFields(true)
		var e evidence
		if err := dec.Decode(&e); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		all[strings.TrimSuffix(filepath.Base(name), ".yaml")] = e
	}
	return all
}

// TestRecordedDifferencesHaveTheirCause expects of everything that real pairs showed
// the one entry that explains it. Between equal runtimes nothing is explained.
func TestRecordedDifferencesHaveTheirCause(t *testing.T) {
	t.Parallel()
	known := loadCatalogue(t)
	for name, e := range readEvidence(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, f := range e.Found {
				if got, _ := known.Explain(f.of(e.Runtime)); got.ID != f.Cause {
					t.Errorf("%s, %s of %s is explained by %q, want %q", f.Kind, f.Aspect, f.Subject, got.ID, f.Cause)
				}
				if e.Null && f.Cause != "" {
					t.Errorf("%s of %s is laid on the runtime by %s, and the runtime was the same", f.Aspect, f.Subject, f.Cause)
				}
			}
		})
	}
}

// TestObservedEntriesAreObserved expects each entry that is said to be observed to
// explain what was recorded, in the scenario and at the subject that it names.
func TestObservedEntriesAreObserved(t *testing.T) {
	t.Parallel()
	known, all := loadCatalogue(t), readEvidence(t)
	for _, entry := range known.Entries {
		o := entry.Known.Observed
		if o == nil {
			continue
		}
		t.Run(entry.ID, func(t *testing.T) {
			t.Parallel()
			for _, e := range all {
				if e.Scenario == o.Scenario && slices.ContainsFunc(e.Found, func(f foundDifference) bool {
					return f.Kind == o.By && f.Subject == o.At && entry.Explains(f.of(e.Runtime))
				}) {
					return
				}
			}
			t.Errorf("nothing that was recorded of scenario %q is explained at %q by %s", o.Scenario, o.At, o.By)
		})
	}
}

// TestObservedEntriesAreFoundAgain judges the recording of the quickstart that is kept
// with the code, and expects of it all that the scenario is said to show, but for what
// was cut: all but the first lines of journals, some devices. NODE-030 shows from
// dockershim only.
func TestObservedEntriesAreFoundAgain(t *testing.T) {
	t.Parallel()
	cut := []string{"LOG-018", "LOG-022", "LOG-023", "LOG-024", "LOG-025", "EVT-027", "MET-006", "NODE-030"}
	mini := quickstartMini(t)
	judged := mini.judge(t, mini.runtimes)
	for _, entry := range loadCatalogue(t).Entries {
		o := entry.Known.Observed
		if o == nil || o.Scenario != "quickstart" || slices.Contains(cut, entry.ID) || slices.Equal(entry.Baselines, []clusters.Runtime{clusters.Dockershim}) {
			continue
		}
		if f, found := judged.Finding(entry.ID); !found {
			t.Errorf("%s is not found", entry.ID)
		} else if !slices.Contains(f.Subjects, o.At) {
			t.Errorf("%s is found at %q, not at %q", entry.ID, f.Subjects, o.At)
		}
	}
}

// TestWhatIsOtherwiseAgrees expects each entry that says of a source that our own
// pair shows otherwise to name a check that agreed there.
func TestWhatIsOtherwiseAgrees(t *testing.T) {
	t.Parallel()
	all := readEvidence(t)
	for _, entry := range loadCatalogue(t).Entries {
		o := entry.Known.Otherwise
		if o == nil {
			continue
		}
		t.Run(entry.ID, func(t *testing.T) {
			t.Parallel()
			for _, e := range all {
				if e.Scenario == o.Scenario && !e.Null && slices.Contains(e.Agreed, o.At) {
					return
				}
			}
			t.Errorf("no recording of scenario %q has a check %q that agrees", o.Scenario, o.At)
		})
	}
}

func loadCatalogue(t *testing.T) *catalogue.Catalogue {
	t.Helper()
	known, err := catalogue.Load()
	if err != nil {
		t.Fatal(err)
	}
	return known
}

// TestTakeEvidence writes testdata/observed; see the README there.
func TestTakeEvidence(t *testing.T) {
	if *recordings == "" {
		t.Skip("takes evidence from run folders: set -recordings")
	}
	known := loadCatalogue(t)
	for pair := range strings.SplitSeq(*recordings, ",") {
		name, folder, _ := strings.Cut(pair, "=")
		e := take(t, known, os.DirFS(folder))
		var out bytes.Buffer
		enc := yaml.NewEncoder(&out)
		enc.SetIndent(2)
		if err := enc.Encode(e); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile("testdata/observed/"+name+".yaml", out.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func take(t *testing.T, known *catalogue.Catalogue, run fs.FS) evidence {
	t.Helper()
	in := input(t, run)
	b, c := in.Baseline[0].Meta, in.Candidate[0].Meta
	e := evidence{
		Scenario: in.Scenario.Metadata.Name, Runtime: b.Runtime, Null: b.Runtime == c.Runtime,
	}
	e.Versions.Baseline, e.Versions.Candidate = b.Versions, c.Versions
	judged, err := compare.Compare(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	for _, check := range judged.Checks {
		if !e.Null && check.Kind == record.Specs && check.State == compare.Agrees && !strings.HasSuffix(check.Name, ": outcome") {
			e.Agreed = append(e.Agreed, check.Name)
		}
	}
	all, err := compare.Differences(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range all {
		cause, _ := known.Explain(d)
		f := foundDifference{cause.ID, d.Kind, d.Aspect, d.Subject, cut(d.Docker), cut(d.Containerd)}
		if !enough(e.Found, f) {
			e.Found = append(e.Found, f)
		}
	}
	return e
}

// enough is true when enough of a kind are there: two with the same values, but for
// specs, the node and what is searched, each of which is its own.
func enough(found []foundDifference, f foundDifference) bool {
	const most = 2
	n := 0
	for _, other := range found {
		if other.Kind == f.Kind && other.Aspect == f.Aspect && other.Docker == f.Docker && other.Containerd == f.Containerd {
			n++
		}
	}
	return n >= most && !slices.Contains([]string{"specs", "node", "searches", "metrics"}, f.Kind)
}

// cut bounds a value, which matchers look at the start of.
func cut(value string) string {
	const most = 600
	return strings.ToValidUTF8(value[:min(len(value), most)], "")
}

// input opens the first run of each side of a run folder.
func input(t *testing.T, run fs.FS) compare.Input {
	t.Helper()
	raw, err := fs.ReadFile(run, "rehearsal.json")
	if err != nil {
		t.Fatal(err)
	}
	var r struct{ Scenario *scenarios.Scenario }
	if err := json.Unmarshal(raw, &r); err != nil {
		t.Fatal(err)
	}
	assets, err := fs.Sub(run, "assets")
	if err != nil {
		t.Fatal(err)
	}
	in := compare.Input{Scenario: r.Scenario, Assets: assets}
	for _, side := range clusters.Sides() {
		rec, err := record.Open(run, string(side)+"/1")
		if err != nil {
			t.Fatal(err)
		}
		if db, err := series.Open(run, rec.Prefix); err == nil {
			rec.Series = db
			t.Cleanup(func() { _ = db.Close() })
		} else if !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
		if side == clusters.Baseline {
			in.Baseline = []*record.Recording{rec}
		} else {
			in.Candidate = []*record.Recording{rec}
		}
	}
	return in
}
