package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/rehearse-dev/rehearse/harness/catalogue"
)

func TestExplainKnowsEveryEntry(t *testing.T) {
	t.Parallel()
	known, err := catalogue.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range known.Entries {
		var stdout, stderr bytes.Buffer
		if code := run(t.Context(), []string{"explain", e.ID}, &stdout, &stderr); code != 0 {
			t.Errorf("rehearse explain %s: exit code %d: %s", e.ID, code, &stderr)
		}
		if want := e.ID + ": " + e.Title + "\n"; !strings.HasPrefix(stdout.String(), want) {
			t.Errorf("rehearse explain %s begins %.80q, want %q", e.ID, &stdout, want)
		}
	}
}
