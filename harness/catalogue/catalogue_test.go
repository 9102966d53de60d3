package catalogue_test

import (
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"go.yaml.in/yaml/v3"

	"github.com/rehearse-dev/rehearse/clusters"
	"github.com/rehearse-dev/rehearse/harness/catalogue"
	"github.com/rehearse-dev/rehearse/internal/golden"
)

// difference is a catalogue.Difference as testdata writes it.
type difference struct {
	Kind, Aspect, Subject string
	Runtime               clusters.Runtime
	Docker, Containerd    string
}

func (d difference) value() catalogue.Difference {
	if d.Runtime == "" {
		d.Runtime = clusters.Docker
	}
	return catalogue.Difference(d)
}

func TestEveryEntryExplainsItsExampleAndNoOther(t *testing.T) {
	t.Parallel()
	known, err := catalogue.Load()
	if err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile("testdata/examples.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var examples map[string]struct{ Explains, Not difference }
	if err := yaml.Unmarshal(raw, &examples); err != nil {
		t.Fatal(err)
	}
	for id := range examples {
		if _, ok := known.Entry(id); !ok {
			t.Errorf("example of %s, which is no entry", id)
		}
	}
	for _, e := range known.Entries {
		t.Run(e.ID, func(t *testing.T) {
			t.Parallel()
			example, ok := examples[e.ID]
			if !ok {
				t.Fatal("no example in testdata/examples.yaml")
			}
			if got, _ := known.Explain(example.Explains.value()); got.ID != e.ID {
				t.Errorf("Explain(%+v) = %q, want %q", example.Explains, got.ID, e.ID)
			}
			if got, _ := known.Explain(example.Not.value()); got.ID == e.ID {
				t.Errorf("Explain(%+v) = %q, which has nothing to do with it", example.Not, got.ID)
			}
		})
	}
}

const valid = `
- id: LOG-001
  title: t
  docker: d
  containerd: c
  why: y
  who: w
  remedy: r
  severity: changes
  known: {documented: a page}
  match: [{kind: logs, aspect: format}]
`

func TestReadIsStrict(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct{ yaml, want string }{
		"a valid entry":           {valid, ""},
		"an unknown field":        {strings.Replace(valid, "who:", "whom:", 1), "field whom not found"},
		"a missing text":          {strings.Replace(valid, "remedy: r", "remedy: ''", 1), `"LOG-001": remedy: missing`},
		"an ID of another shape":  {strings.Replace(valid, "LOG-001", "log1", 1), `"log1": id: want`},
		"an ID twice":             {valid + valid, `"LOG-001": listed twice`},
		"a severity of its own":   {strings.Replace(valid, "severity: changes", "severity: breaks", 1), "severity: want changes or info"},
		"nobody who knows":        {strings.Replace(valid, "  known: {documented: a page}\n", "", 1), "known: want observed, documented or reported"},
		"seen nowhere":            {strings.Replace(valid, "documented: a page", "observed: {scenario: quickstart}", 1), "known: observed: want scenario, by and at"},
		"otherwise, but how":      {strings.Replace(valid, "a page", "a page, otherwise: {scenario: quickstart}", 1), "known: otherwise: want scenario, at and says"},
		"a baseline that is none": {strings.Replace(valid, "  match", "  baselines: [containerd]\n  match", 1), "baselines: want docker or dockershim"},
		"an expression":           {strings.Replace(valid, "aspect: format", "aspect: '('", 1), "missing closing"},
		"a matcher for all":       {strings.Replace(valid, ", aspect: format", "", 1), "matches everything of its kind"},
		"a side that is none":     {strings.Replace(valid, "aspect: format", "aspect: a, only: candidate", 1), "only: want docker or containerd"},
		"no matcher":              {strings.Replace(valid, "[{kind: logs, aspect: format}]", "[]", 1), "match: missing"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := catalogue.Read(fstest.MapFS{"a.yaml": {Data: []byte(row.yaml)}})
			switch {
			case row.want == "" && err != nil:
				t.Errorf("Read: %v", err)
			case row.want != "" && (err == nil || !strings.Contains(err.Error(), row.want)):
				t.Errorf("Read: error %v, want one with %q", err, row.want)
			}
		})
	}
}

func TestTextIsAPage(t *testing.T) {
	t.Parallel()
	known, err := catalogue.Load()
	if err != nil {
		t.Fatal(err)
	}
	entry, ok := known.Entry("met-005")
	if !ok {
		t.Fatal("no entry MET-005, or its case matters")
	}
	text := entry.Text()
	for _, want := range []string{"MET-005: ", "\nDocker behind dockershim (kubelet up to 1.23):\n  ", "\nDocker behind cri-dockerd:\n  ", "\ncontainerd:\n  ", "\nWhat to do:\n  ", "\nKnown:\n  observed in scenario quickstart", "\nHolds for:\n  dockershim\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("Text() lacks %q:\n%s", want, text)
		}
	}
	for line := range strings.Lines(text) {
		if len(line) > 80 {
			t.Errorf("line of %d bytes: %q", len(line), line)
		}
	}
}

func TestSearch(t *testing.T) {
	t.Parallel()
	known, err := catalogue.Load()
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		"docker0 BRIDGE":       "MET-023",
		"met-023":              "MET-023",
		"Fluentd parser lines": "LOG-001",
		"none of such words":   "",
		"":                     "",
	} {
		var ids []string
		for _, e := range known.Search(text) {
			ids = append(ids, e.ID)
		}
		if got := strings.Join(ids, " "); got != want {
			t.Errorf("Search(%q) = %q, want %q", text, got, want)
		}
	}
	if near := known.Near("LOG-000"); len(near) == 0 || !strings.HasPrefix(near[0], "LOG-00") {
		t.Errorf("Near(LOG-000) = %q, want IDs of logs", near)
	}
	for text, want := range map[string]bool{"LOG-001": true, "base-2": false, "base-002": true, "log": false, "LOG-001 ": false} {
		if got := catalogue.IsID(text); got != want {
			t.Errorf("IsID(%q) = %t, want %t", text, got, want)
		}
	}
}

// TestGeneratedPageFollowsTheEntries keeps docs/catalogue.md current.
func TestGeneratedPageFollowsTheEntries(t *testing.T) {
	t.Parallel()
	known, err := catalogue.Load()
	if err != nil {
		t.Fatal(err)
	}
	golden.Check(t, "../../docs/catalogue.md", []byte(known.Page()))
}

// TestTheCatalogueIsLarge keeps the catalogue from shrinking unnoticed: what is known
// of the two runtimes, and how much of that we have seen ourselves.
func TestTheCatalogueIsLarge(t *testing.T) {
	t.Parallel()
	known, err := catalogue.Load()
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, e := range known.Entries {
		if e.Known.Observed != nil {
			seen++
		}
	}
	if len(known.Entries) < 120 || seen < 60 {
		t.Errorf("%d entries, %d of them observed; want at least 120 and 60", len(known.Entries), seen)
	}
}
