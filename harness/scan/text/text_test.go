package text_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/rehearse-dev/rehearse/harness/scan/text"
)

// find is the scalar of a tree with a value that contains a text.
func find(n *yaml.Node, part string) *yaml.Node {
	if n.Kind == yaml.ScalarNode && strings.Contains(n.Value, part) {
		return n
	}
	for _, child := range n.Content {
		if found := find(child, part); found != nil {
			return found
		}
	}
	return nil
}

func TestScalarsKeepTheirPlaces(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct{ yaml, word string }{
		"a plain scalar":             {"a: b\nc:   here\n", "here"},
		"a list in a flow":           {"a: [b, here]\n", "here"},
		"single quotes":              {"a: 'x here'\n", "here"},
		"double quotes":              {"a: \"x here\"\n", "here"},
		"double quotes with escapes": {`a: "\"x\" \u0041 \t here"` + "\n", "here"},
		"a block":                    {"a:\n  b: |\n    x\n      y here\n", "here"},
		"a block that is stripped":   {"a: |-\n\n  x\n  here\n", "here"},
		"a block with an indent":     {"a: |2\n    x here\n", "here"},
		"a folded block":             {"a: >-\n  x y\n  z here\n  w\n", "here"},
		"a plain scalar of lines":    {"a: x y\n  z here\n", "here"},
		"characters of two bytes":    {"ä: 'öü here'\n", "here"},
		"a block in a list":          {"- a\n- |\n  here\n", "here"},
		"a second document":          {"a: b\n---\nc: here\n", "here"},
		"a document on its dashes":   {"--- {a: here}\n", "here"},
		"carriage returns":           {"a: |\r\n  x\r\n  here\r\n", "here"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			whole := text.New(row.yaml)
			documents, err := text.YAML(whole)
			if err != nil {
				t.Fatal(err)
			}
			last := documents[len(documents)-1]
			n := find(last.Root, row.word)
			if n == nil {
				t.Fatalf("no %q in %q", row.word, row.yaml)
			}
			scalar := last.Scalar(n)
			got := scalar.At(strings.Index(scalar.Value, row.word))
			at := strings.Index(row.yaml, row.word)
			want := whole.At(at)
			if got != want {
				t.Errorf("%q is at %v, want %v", row.word, got, want)
			}
		})
	}
}

func TestNestedTextsKeepTheirPlaces(t *testing.T) {
	t.Parallel()
	whole := text.New("data:\n  script: |\n    cat <<EOF\n    inner:\n      - |\n        deep\n    EOF\n")
	outer, err := text.YAML(whole)
	if err != nil {
		t.Fatal(err)
	}
	script := outer[0].Scalar(find(outer[0].Root, "cat"))
	from, to := strings.Index(script.Value, "inner"), strings.LastIndex(script.Value, "EOF")
	inner, err := text.YAML(script.Slice(from, to))
	if err != nil {
		t.Fatal(err)
	}
	deep := inner[0].Scalar(find(inner[0].Root, "deep"))
	if got, want := deep.At(0), (text.Place{Line: 6, Column: 9}); got != want {
		t.Errorf("deep is at %v, want %v", got, want)
	}
}

// TestEveryCharacterIsWhereItSays compares each character of every scalar of the
// corpus, escapes and folds aside, with the one at its place in the file.
func TestEveryCharacterIsWhereItSays(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../testdata/corpus/*/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no files: %v", err)
	}
	checked := 0
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		whole := text.New(string(data))
		documents, err := text.YAML(whole)
		if err != nil {
			continue // templates
		}
		for _, d := range documents {
			checked += compare(t, file, whole, d, d.Root)
		}
	}
	if checked < 1000 {
		t.Errorf("only %d characters were compared", checked)
	}
}

func compare(t *testing.T, file string, whole *text.Text, d text.Document, n *yaml.Node) int {
	t.Helper()
	checked := 0
	if n.Kind == yaml.ScalarNode && !strings.Contains(n.Value, `\`) && n.Style&yaml.DoubleQuotedStyle == 0 {
		scalar := d.Scalar(n)
		for i := range len(scalar.Value) {
			if strings.ContainsRune(" \n", rune(scalar.Value[i])) || scalar.Value[i] >= 0x80 {
				continue
			}
			place := scalar.At(i)
			if line := whole.Line(place.Line); place.Column > len([]rune(line)) || []rune(line)[place.Column-1] != rune(scalar.Value[i]) {
				t.Errorf("%s:%d:%d is not character %d of %q", file, place.Line, place.Column, i, scalar.Value)
				break
			}
			checked++
		}
	}
	for _, child := range n.Content {
		checked += compare(t, file, whole, d, child)
	}
	return checked
}

func TestOneBrokenDocumentLeavesTheOthers(t *testing.T) {
	t.Parallel()
	documents, err := text.YAML(text.New("a: b\n---\na: [\n---\nc: d\n"))
	if len(documents) != 2 {
		t.Errorf("read %d documents, want 2", len(documents))
	}
	if err == nil || !strings.Contains(err.Error(), "line 4") && !strings.Contains(err.Error(), "line 3") {
		t.Errorf("error %v, want one that names the line in the file", err)
	}
}

func TestGetFollowsAliasesAndMergeKeys(t *testing.T) {
	t.Parallel()
	documents, err := text.YAML(text.New("base: &b {image: a, env: {X: y}}\njob:\n  <<: *b\n  name: c\nlist: [*b]\n"))
	if err != nil {
		t.Fatal(err)
	}
	root := documents[0].Root
	if got := text.String(root, "job", "image"); got != "a" {
		t.Errorf("job.image = %q, want a", got)
	}
	if got := text.String(text.Items(text.Get(root, "list"))[0], "env", "X"); got != "y" {
		t.Errorf("list[0].env.X = %q, want y", got)
	}
	if got := text.Get(root, "job", "none", "deeper"); got != nil {
		t.Errorf("a path that is not there leads to %v", got)
	}
}

func TestJSONAndTOMLBecomeTheTreeOfYAML(t *testing.T) {
	t.Parallel()
	asJSON, err := text.JSON(text.New("{\n\t\"a\": {\"b\": [1, \"x\"]},\n\t\"c\": null\n}"))
	if err != nil {
		t.Fatal(err)
	}
	if got := text.Items(text.Get(asJSON.Root, "a", "b"))[1]; got.Value != "x" || got.Line != 2 || got.Column != 17 {
		t.Errorf("JSON a.b[1] = %q at %d:%d, want x at 2:17", got.Value, got.Line, got.Column)
	}
	asTOML, err := text.TOML(text.New("[a]\nb.c = \"x\"\n[[runners]]\n[runners.docker]\nimage = 'y'\n[[runners]]\nname = 'z'\n"))
	if err != nil {
		t.Fatal(err)
	}
	if got := text.String(asTOML.Root, "a", "b", "c"); got != "x" {
		t.Errorf("TOML a.b.c = %q, want x", got)
	}
	runners := text.Items(text.Get(asTOML.Root, "runners"))
	if len(runners) != 2 || text.String(runners[0], "docker", "image") != "y" || text.String(runners[1], "name") != "z" {
		t.Errorf("TOML has %d runners, want 2 with their tables", len(runners))
	}
	for name, read := range map[string]func() error{
		"JSON": func() error { _, err := text.JSON(text.New("{\n\"a\": }")); return err },
		"TOML": func() error { _, err := text.TOML(text.New("a = 1\nb = [")); return err },
		"deep": func() error { _, err := text.JSON(text.New(strings.Repeat("[", 5000))); return err },
		"more": func() error { _, err := text.JSON(text.New("{} {}")); return err },
	} {
		if err := read(); err == nil || !strings.Contains(err.Error(), "line ") {
			t.Errorf("%s: error %v, want one with a line", name, err)
		}
	}
}

func TestDirectivesContinueAndComment(t *testing.T) {
	t.Parallel()
	whole := text.New("# x\n[Service]\nExecStart=/bin/a \\\n  # no\n  --b\n;Old=1\nEnvironment= C=d\n")
	sections := text.ReadDirectives(whole, "=")
	if len(sections) != 2 || sections[1].Name.Value != "Service" || len(sections[1].Directives) != 2 {
		t.Fatalf("read %+v", sections)
	}
	start := sections[1].Directives[0].Value
	if fields := strings.Fields(start.Value); len(fields) != 2 || fields[1] != "--b" {
		t.Errorf("ExecStart = %q, want /bin/a --b", start.Value)
	}
	if got, want := start.At(strings.Index(start.Value, "--b")), (text.Place{Line: 5, Column: 3}); got != want {
		t.Errorf("--b is at %v, want %v", got, want)
	}
	if got := sections[1].Get("environment"); got != "C=d" {
		t.Errorf("Environment = %q, want C=d", got)
	}
}

func TestTokensTellCodeFromText(t *testing.T) {
	t.Parallel()
	source := "// docker\nsh 'docker ps' /* docker */ \"\"\"a\n\"b\" docker\"\"\" docker.build"
	var words, strs []string
	for _, k := range text.Tokens(text.New(source), false) {
		switch k.Kind {
		case text.TokenWord:
			words = append(words, k.Value)
		case text.TokenString:
			strs = append(strs, k.Value)
		case text.TokenPunct:
		}
	}
	if got := strings.Join(words, " "); got != "sh docker build" {
		t.Errorf("words %q, want sh docker build", got)
	}
	if len(strs) != 2 || strs[0] != "docker ps" || !strings.HasSuffix(strs[1], "docker") {
		t.Errorf("strings %q", strs)
	}
}

func TestUnescapedKeepsPlaces(t *testing.T) {
	t.Parallel()
	got := text.New(`a \"b\" \$c`).Unescaped()
	if got.Value != `a "b" $c` {
		t.Errorf("Unescaped = %q", got.Value)
	}
	if place := got.At(strings.Index(got.Value, "$c")); place.Column != 9 {
		t.Errorf("$c begins in column %d, want 9", place.Column)
	}
}

func FuzzReaders(f *testing.F) {
	for _, seed := range []string{"a: |\n  b\n", "{\"a\": [1]}", "[[a]]\nb = '''\nc'''\n", "[S]\nA=b \\\n", "x 'y' /* z", "<source>\n", "--- &a [*a]\n"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, source string) {
		whole := text.New(source)
		lines := whole.Lines()
		check := func(p text.Place) {
			if p.Line < 0 || p.Line > lines || p.Column < 0 {
				t.Errorf("place %v in a text of %d lines", p, lines)
			}
		}
		documents, _ := text.YAML(whole) // of any input
		if d, err := text.JSON(whole); err == nil {
			documents = append(documents, d)
		}
		if d, err := text.TOML(whole); err == nil {
			documents = append(documents, d)
		}
		for _, d := range documents {
			eachScalar(d.Root, func(n *yaml.Node) {
				s := d.Scalar(n)
				check(s.At(0))
				check(s.At(len(s.Value)))
			})
		}
		for _, s := range text.ReadDirectives(whole, "= \t") {
			for _, each := range s.Directives {
				check(each.Value.At(0))
			}
		}
		for _, k := range text.Tokens(whole, true) {
			check(k.Unescaped().At(len(k.Unescaped().Value)))
		}
	})
}

func eachScalar(n *yaml.Node, do func(*yaml.Node)) {
	if n == nil {
		return
	}
	if n.Kind == yaml.ScalarNode {
		do(n)
	}
	for _, child := range n.Content {
		eachScalar(child, do)
	}
}
