package reports_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/rehearse-dev/rehearse/harness/catalogue"
	"github.com/rehearse-dev/rehearse/harness/compare"
	"github.com/rehearse-dev/rehearse/internal/golden"
	"github.com/rehearse-dev/rehearse/reports"
)

func TestGolden(t *testing.T) {
	t.Parallel()
	files := map[string]string{"text": "report.txt"}
	for _, o := range reports.Outputs() {
		t.Run(o.Name, func(t *testing.T) {
			t.Parallel()
			name := o.File
			if name == "" {
				name = files[o.Name]
			}
			format := o.Format
			if o.Name == "html" {
				format = reports.Page{Catalogue: known(t)}.Format
			}
			golden.Check(t, filepath.Join("testdata", "golden", name), render(t, format, quickstart(t)))
		})
	}
}

// known is a catalogue that does not change with the one that ships.
func known(t *testing.T) *catalogue.Catalogue {
	t.Helper()
	c, err := catalogue.Read(os.DirFS("testdata/catalogue"))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// quickstart is what a rehearsal of the quickstart scenario finds.
func quickstart(t *testing.T) *compare.Comparison {
	t.Helper()
	raw, err := os.ReadFile("testdata/quickstart.json")
	if err != nil {
		t.Fatal(err)
	}
	c := &compare.Comparison{}
	if err := json.Unmarshal(raw, c); err != nil {
		t.Fatal(err)
	}
	return c
}

func render(t *testing.T, format reports.Format, c *compare.Comparison) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := format(&out, c); err != nil {
		t.Fatalf("rendering: %v", err)
	}
	return out.Bytes()
}

func TestEveryFormatOfEveryCase(t *testing.T) {
	t.Parallel()
	limits := map[string]int{"html": 20 << 20, "markdown": 65_536, "text": 96 << 10, "sarif": 60 << 20, "junit": 60 << 20}
	for name, c := range cases(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, o := range reports.Outputs() {
				got := render(t, o.Format, c)
				if !utf8.Valid(got) {
					t.Errorf("%s of %s is not valid UTF-8", o.Name, name)
				}
				if o.Name != "json" && bytes.ContainsFunc(got, unwanted) {
					t.Errorf("%s of %s holds control characters", o.Name, name)
				}
				if limit, ok := limits[o.Name]; ok && len(got) > limit {
					t.Errorf("%s of %s has %d bytes, want at most %d", o.Name, name, len(got), limit)
				}
				if name != "huge" && !bytes.Equal(got, render(t, o.Format, c)) {
					t.Errorf("%s of %s: rendering twice gives different bytes", o.Name, name)
				}
			}
		})
	}
}

func unwanted(r rune) bool {
	return r < ' ' && r != '\n' && r != '\t' || r == 0x7f || r == 0x202e || r == 0x2066
}

func TestRenderingDoesNotChangeTheComparison(t *testing.T) {
	t.Parallel()
	before, after := cases(t), cases(t)
	delete(after, "huge") // says no more than the others, slowly
	for name, c := range after {
		for _, o := range reports.Outputs() {
			render(t, o.Format, c)
		}
		if diff := cmp.Diff(before[name], c); diff != "" {
			t.Errorf("%s changed (-before +after):\n%s", name, diff)
		}
	}
}

func TestJSONIsReadBackAsItWas(t *testing.T) {
	t.Parallel()
	want := quickstart(t)
	got := &compare.Comparison{}
	if err := json.Unmarshal(render(t, reports.JSON, want), got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("comparison.json read again (-want +got):\n%s", diff)
	}
}

func TestAnswer(t *testing.T) {
	t.Parallel()
	all := cases(t)
	oneBreak := quickstart(t)
	oneBreak.Findings = oneBreak.Findings[2:3]
	changes := quickstart(t)
	changes.Findings = changes.Findings[3:]
	for name, row := range map[string]struct {
		c    *compare.Comparison
		want string
	}{
		"several break":          {all["quickstart"], "Not yet: 3 differences break something of yours.\nThey hit agent inventory, agent log-shipper and spec identity finds the\ncontainer's own ID in /proc/self/mountinfo. Fix these first, then look through\n12 changes.\n"},
		"one breaks":             {oneBreak, "Not yet: 1 difference breaks something of yours.\nIt hits spec identity finds the container's own ID in /proc/self/mountinfo. Fix\nit first.\n"},
		"changes alone":          {changes, "Not before you have looked at 12 changes.\n"},
		"equivalent":             {all["equivalent"], "Nothing found that stands in the way.\n"},
		"something unseen":       {all["inconclusive"], "Cannot tell yet.\n"},
		"same runtime on both":   {all["null"], "Both sides run the same runtime, and still differ.\n"},
		"an expectation expired": {all["strict"], "Not before you have looked at 1 expectation.\nNothing that was not accepted asks for work, but what was accepted no longer\nholds.\n"},
		"nothing was looked at":  {all["empty"], "Cannot tell.\nNothing could be compared.\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := string(render(t, reports.Text{}.Format, row.c))
			if !strings.HasPrefix(got, row.want) {
				t.Errorf("text begins\n%.200s\nwant\n%s", got, row.want)
			}
		})
	}
}

func TestText(t *testing.T) {
	t.Parallel()
	narrow := string(render(t, reports.Text{Width: 40}.Format, equivalent(t)))
	for line := range strings.Lines(narrow) {
		if utf8.RuneCountInString(strings.TrimSuffix(line, "\n")) > 40 {
			t.Errorf("line is wider than 40 columns: %q", line)
		}
	}
	coloured := render(t, reports.Text{Colour: true}.Format, quickstart(t))
	if !bytes.HasPrefix(coloured, []byte("\x1b[1;31mNot yet")) {
		t.Errorf("coloured text begins %.40q", coloured)
	}
}

func TestAssetsAreListedWithTheirVerdicts(t *testing.T) {
	t.Parallel()
	c := withAssets(t)
	for name, row := range map[string]struct {
		format reports.Format
		want   []string
	}{
		"text": {reports.Text{Width: 200}.Format, []string{
			"\nYour assets: 1 dead, 1 new, 1 changed, 1 unproven, 1 blind, 1 refused, 1 alive\n",
			"\n  dead     log search search 0 (searches.yaml:4): because | of this; see 2\n",
			"\n  unproven log search search 3 (searches.yaml:7): because | of this\n",
			"\n  alive    log search search 6 (searches.yaml:10)\n",
			"\n  - your searches: log search search 4 (searches.yaml:8): no\n",
		}},
		"markdown": {reports.Markdown, []string{
			"\n### Your assets: 1 dead, 1 new, 1 changed, 1 unproven, 1 blind, 1 refused, 1 alive\n\n| verdict | asset | where | why |\n|---|---|---|---|\n",
			"\n| dead | log search search 0 | searches.yaml:4 | because \\| of this |\n",
			"\n| alive | log search search 6 | searches.yaml:10 | because \\| of this |\n",
		}},
		"html": {reports.Page{Catalogue: known(t)}.Format, []string{
			`<th scope="row">log search search 0</th><td>searches.yaml:4</td><td><a href="#finding-2">dead</a></td><td>because | of this</td>`,
			`<th scope="row">log search search 6</th><td>searches.yaml:10</td><td>alive</td>`,
		}},
		"junit": {reports.JUnit, []string{`name="gap: log search search 4 (searches.yaml:8)"`}},
		"sarif": {reports.SARIF, []string{`"uri": "searches.yaml"`, `"startLine": 4`, "log search search 0: because | of this."}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := string(render(t, row.format, c))
			for _, want := range row.want {
				if !strings.Contains(got, want) {
					t.Errorf("no %q in\n%.3000s", want, got)
				}
			}
		})
	}
}

func TestFind(t *testing.T) {
	t.Parallel()
	if o, err := reports.Find("sarif"); err != nil || o.File != "report.sarif" {
		t.Errorf("Find(sarif) = %q, %v", o.File, err)
	}
	if _, err := reports.Find("pdf"); err == nil || !strings.Contains(err.Error(), "json, html") {
		t.Errorf("Find(pdf) = %v, want an error that lists the formats", err)
	}
}
