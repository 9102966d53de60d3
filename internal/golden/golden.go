// Package golden compares what a test made with a file that holds what it
// should make. Run the test with -update to rewrite the files, and review the
// change as output.
package golden

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite golden files")

// Check fails the test when got is not what the file says, shows the
// difference, and leaves what it got in the test's artifact folder.
func Check(t *testing.T, file string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatalf("rewriting golden file: %v", err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("reading golden file: %v; make it with -update", err)
	}
	if diff := cmp.Diff(lines(want), lines(got)); diff != "" {
		left := filepath.Join(t.ArtifactDir(), filepath.Base(file))
		if err := os.WriteFile(left, got, 0o644); err != nil {
			t.Errorf("keeping what the test made: %v", err)
		}
		t.Errorf("%s differs (-want +got), kept in %s:\n%s", file, left, diff)
	}
}

// lines lets a difference be shown line by line.
func lines(b []byte) []string { return strings.Split(string(b), "\n") }
