package library_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rehearse-dev/rehearse/scenarios"
	"github.com/rehearse-dev/rehearse/scenarios/library"
)

func TestListNamesEveryFolder(t *testing.T) {
	t.Parallel()
	folders := shipped(t)
	slices.Sort(folders)
	if diff := cmp.Diff(folders, library.List()); diff != "" {
		t.Errorf("List (-folders +listed):\n%s", diff)
	}
}

func TestExtractedScenariosLoad(t *testing.T) {
	t.Parallel()
	for _, name := range library.List() {
		dir, err := library.Extract(name, t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		s, err := scenarios.Load(dir)
		if err != nil {
			t.Fatal(err)
		}
		if s.Metadata.Name != name {
			t.Errorf("scenario in folder %q is named %q", name, s.Metadata.Name)
		}
		if s.Spec.Summary == "" {
			t.Errorf("scenario %q has no summary", name)
		}
	}
}

func TestExtractTwiceLeavesOneFolder(t *testing.T) {
	t.Parallel()
	cache := t.TempDir()
	first, err := library.Extract("hello", cache)
	if err != nil {
		t.Fatal(err)
	}
	second, err := library.Extract("hello", cache)
	if err != nil || second != first {
		t.Errorf("second Extract = %q, %v, want %q", second, err, first)
	}
	entries, err := os.ReadDir(filepath.Join(cache, "scenarios"))
	if err != nil || len(entries) != 1 {
		t.Errorf("folders left = %d, %v, want 1", len(entries), err)
	}
}

func TestUnknownScenariosAreNamed(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"nothing", "", "..", "hello/program"} {
		_, readErr := library.Read(name)
		_, extractErr := library.Extract(name, t.TempDir())
		for _, err := range []error{readErr, extractErr} {
			if err == nil || !strings.Contains(err.Error(), "no shipped scenario is called") {
				t.Errorf("%q: error = %v", name, err)
			}
		}
	}
}
