package main

import (
	"io"
	"os"
	"regexp"
	"strings"
	"testing"
)

// TestTheCommandsOfTheDocumentAreUnderstood parses every command that docs/scan.md
// shows: its flags exist and go together.
func TestTheCommandsOfTheDocumentAreUnderstood(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("../../docs/scan.md")
	if err != nil {
		t.Fatal(err)
	}
	shown := regexp.MustCompile(`(?m)^rehearse (scan .*?)(?: {2,}.*| > .*)?$`).FindAllStringSubmatch(string(raw), -1)
	if len(shown) < 8 {
		t.Fatalf("%d commands: the document has more", len(shown))
	}
	for _, m := range shown {
		root := newRoot(io.Discard, io.Discard)
		cmd, rest, err := root.Find(strings.Fields(m[1]))
		if err != nil || cmd.Name() != "scan" {
			t.Errorf("%q: %v", m[1], err)
			continue
		}
		if err := cmd.ParseFlags(rest); err != nil {
			t.Errorf("%q: %v", m[1], err)
		}
		if err := cmd.ValidateArgs(cmd.Flags().Args()); err != nil {
			t.Errorf("%q: %v", m[1], err)
		}
	}
}
