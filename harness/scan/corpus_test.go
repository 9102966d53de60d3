package scan_test

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/rehearse-dev/rehearse/harness/scan"
	"github.com/rehearse-dev/rehearse/harness/scan/finding"
)

const corpus = "testdata/corpus"

// labelled is what somebody has found in one file of the corpus by reading it.
type labelled struct {
	File string `yaml:"file"`
	Find []struct {
		Line int    `yaml:"line"`
		Rule string `yaml:"rule"`
	} `yaml:"find"`
	Decoys []struct {
		Line int    `yaml:"line"`
		Why  string `yaml:"why"`
	} `yaml:"decoys"`
}

// spot is a line of a file, and the rule that it breaks.
type spot struct {
	file string
	line int
	rule string
}

// TestCorpus measures the detectors against the labels, and beside them what
// looking for docker.sock alone comes to on the same files.
func TestCorpus(t *testing.T) {
	t.Parallel()
	want, decoys, files := readLabels(t)
	if files < 120 || len(want) < 150 || decoys < 80 {
		t.Errorf("the corpus has %d files, %d dependencies and %d decoys; want at least 120, 150 and 80", files, len(want), decoys)
	}
	report, err := new(scan.Scanner).Run(t.Context(), []string{corpus})
	if err != nil {
		t.Fatal(err)
	}
	var got []spot
	for _, f := range report.Findings {
		got = append(got, spot{within(f.File), f.Line, f.Rule})
	}
	missed, wrong := missing(want, got), missing(got, want)
	for _, s := range missed {
		t.Logf("missed: %s:%d %s", s.file, s.line, s.rule)
	}
	for _, s := range wrong {
		t.Logf("wrong: %s:%d %s", s.file, s.line, s.rule)
	}
	for _, g := range report.Gaps {
		t.Errorf("gap: %s:%d: %s", g.File, g.Line, g.Reason)
	}
	recall, precision := score(len(want), len(got), len(missed))
	t.Logf("%d files, %d dependencies, %d decoys", files, len(want), decoys)
	t.Logf("rehearse scan:                    recall %.3f, precision %.3f", recall, precision)
	for name, rule := range map[string]func(*testing.T, string) []spot{
		"a hostPath that has docker.sock in it": hostPathRule,
		"a line that has docker.sock in it":     lineRule,
	} {
		found := perLine(rule(t, corpus))
		missed := missing(perLine(want), found)
		r, p := score(len(perLine(want)), len(found), len(missed))
		t.Logf("%-38s recall %.3f, precision %.3f", name+":", r, p)
	}
	if recall < 0.97 || precision < 0.97 {
		t.Errorf("recall %.3f and precision %.3f, want 0.97 of each", recall, precision)
	}
}

// score is the recall and the precision of what was found.
func score(want, got, missed int) (recall, precision float64) {
	hits := float64(want - missed)
	return hits / float64(want), hits / float64(max(got, 1))
}

// missing are the elements of a that b lacks, as often as it lacks them.
func missing(a, b []spot) []spot {
	left := map[spot]int{}
	for _, s := range b {
		left[s]++
	}
	var lacking []spot
	for _, s := range a {
		if left[s]--; left[s] < 0 {
			lacking = append(lacking, s)
		}
	}
	return lacking
}

// perLine forgets the rules: whether a line has a dependency is all that a rule
// for docker.sock can say.
func perLine(spots []spot) []spot {
	seen := map[spot]bool{}
	var lines []spot
	for _, s := range spots {
		s.rule = ""
		if !seen[s] {
			seen[s] = true
			lines = append(lines, s)
		}
	}
	return lines
}

func within(file string) string { return strings.TrimPrefix(filepath.ToSlash(file), corpus+"/") }

func readLabels(t *testing.T) (want []spot, decoys, files int) {
	t.Helper()
	lists, err := filepath.Glob(filepath.Join(corpus, "*", "labels.yaml"))
	if err != nil || len(lists) == 0 {
		t.Fatalf("no labels: %v", err)
	}
	for _, list := range lists {
		data, err := os.ReadFile(list)
		if err != nil {
			t.Fatal(err)
		}
		var entries []labelled
		dec := yaml.NewDecoder(bytes.NewReader(data))
		dec.KnownFields(true)
		if err := dec.Decode(&entries); err != nil {
			t.Fatalf("%s: %v", list, err)
		}
		for _, e := range entries {
			file := filepath.Join(filepath.Dir(list), e.File)
			if _, err := os.Stat(file); err != nil {
				t.Errorf("%s: %v", list, err)
			}
			files++
			decoys += len(e.Decoys)
			for _, f := range e.Find {
				if _, ok := finding.Find(f.Rule); !ok {
					t.Errorf("%s: no rule %q", list, f.Rule)
				}
				want = append(want, spot{within(file), f.Line, f.Rule})
			}
		}
	}
	return want, decoys, files
}

// TestEveryDecoyLooksLikeADependency keeps the decoys honest: each of them names
// Docker, or what Docker has.
func TestDecoysAreNotFound(t *testing.T) {
	t.Parallel()
	report, err := new(scan.Scanner).Run(t.Context(), []string{corpus})
	if err != nil {
		t.Fatal(err)
	}
	found := map[spot][]string{}
	for _, f := range report.Findings {
		at := spot{file: within(f.File), line: f.Line}
		found[at] = append(found[at], f.Rule)
	}
	lists, err := filepath.Glob(filepath.Join(corpus, "*", "labels.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	for _, list := range lists {
		data, err := os.ReadFile(list)
		if err != nil {
			t.Fatal(err)
		}
		var entries []labelled
		if err := yaml.Unmarshal(data, &entries); err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			for _, d := range e.Decoys {
				at := spot{file: within(filepath.Join(filepath.Dir(list), e.File)), line: d.Line}
				if rules := found[at]; rules != nil {
					t.Errorf("%s:%d: found %v in %s", at.file, at.line, rules, d.Why)
				}
			}
		}
	}
}

// hostPathRule is what detectors of docker.sock do to objects: a hostPath volume
// whose path contains it, in a file of manifests that can be parsed.
func hostPathRule(t *testing.T, root string) []spot {
	t.Helper()
	var found []spot
	eachFile(t, root, func(file string, data []byte) {
		for dec := yaml.NewDecoder(bytes.NewReader(data)); ; {
			var n yaml.Node
			if dec.Decode(&n) != nil {
				return
			}
			found = append(found, hostPaths(file, &n)...)
		}
	})
	return found
}

func hostPaths(file string, n *yaml.Node) []spot {
	var found []spot
	for i, child := range n.Content {
		if n.Kind == yaml.MappingNode && i%2 == 1 && n.Content[i-1].Value == "hostPath" && child.Kind == yaml.MappingNode {
			for j := 0; j+1 < len(child.Content); j += 2 {
				value := child.Content[j+1]
				if child.Content[j].Value == "path" && (strings.Contains(value.Value, "docker.sock") || strings.Contains(value.Value, "dockershim.sock")) {
					found = append(found, spot{file: file, line: value.Line})
				}
			}
		}
		found = append(found, hostPaths(file, child)...)
	}
	return found
}

// lineRule is what they do to files: a line that contains it.
func lineRule(t *testing.T, root string) []spot {
	t.Helper()
	var found []spot
	eachFile(t, root, func(file string, data []byte) {
		for i, line := range strings.Split(string(data), "\n") {
			if strings.Contains(line, "docker.sock") || strings.Contains(line, "dockershim.sock") {
				found = append(found, spot{file: file, line: i + 1})
			}
		}
	})
	return found
}

func eachFile(t *testing.T, root string, do func(file string, data []byte)) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || slices.Contains([]string{"labels.yaml"}, e.Name()) {
			return err
		}
		data, err := os.ReadFile(path)
		if err == nil {
			do(within(path), data)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
