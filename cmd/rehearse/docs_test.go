package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

var consoleBlock = regexp.MustCompile("(?s)```console\n(.*?)```")

// TestDocs types the commands of the console blocks in the documents and wants them
// to print what is written there. The files a page speaks of are in testdata/docs.
func TestDocs(t *testing.T) {
	t.Parallel()
	pages, err := filepath.Glob("../../docs/*.md")
	if err != nil || len(pages) == 0 {
		t.Fatalf("no documents: %v", err)
	}
	var scripts []string
	for _, page := range pages {
		raw, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		if blocks := consoleBlock.FindAllStringSubmatch(string(raw), -1); len(blocks) > 0 {
			scripts = append(scripts, docScript(t, strings.TrimSuffix(filepath.Base(page), ".md"), blocks))
		}
	}
	testscript.Run(t, testscript.Params{Files: scripts})
}

// docScript is a script of a page's commands, with the files it speaks of.
func docScript(t *testing.T, page string, blocks [][]string) string {
	t.Helper()
	var commands, files strings.Builder
	for i, block := range blocks {
		command, output, _ := strings.Cut(block[1], "\n")
		name := "want." + string(rune('a'+i))
		commands.WriteString("exec " + strings.TrimPrefix(command, "$ ") + "\ncmp stdout " + name + "\n")
		files.WriteString("-- " + name + " --\n" + output)
	}
	inputs, err := filepath.Glob("testdata/docs/" + page + "/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, input := range inputs {
		raw, err := os.ReadFile(input)
		if err != nil {
			t.Fatal(err)
		}
		files.WriteString("-- " + filepath.Base(input) + " --\n" + string(raw))
	}
	script := filepath.Join(t.TempDir(), page+".txtar")
	if err := os.WriteFile(script, []byte(commands.String()+files.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return script
}
