package record_test

import (
	"io/fs"
	"os"
	"testing"

	"github.com/rehearse-dev/rehearse/harness/record"
)

// TestRealRecordings reads all of two recordings of real clusters.
func TestRealRecordings(t *testing.T) {
	t.Parallel()
	run := os.DirFS("../compare/testdata/quickstart-mini")
	for _, prefix := range []string{"baseline/1", "candidate/1"} {
		t.Run(prefix, func(t *testing.T) {
			t.Parallel()
			r, err := record.Open(run, prefix)
			if err != nil {
				t.Fatal(err)
			}
			readEvidence(t, r)
			if results, err := r.Suites(); err != nil || len(results) != 6 {
				t.Errorf("Suites() = %d results, %v, want 6", len(results), err)
			}
			if nodes, err := r.Nodes(); err != nil || len(nodes) != 1 {
				t.Errorf("Nodes() = %d nodes, %v, want 1", len(nodes), err)
			}
			if properties, err := r.Parity(); err != nil || len(properties) == 0 {
				t.Errorf("Parity() = %v, %v, want properties", properties, err)
			}
		})
	}
}

// readEvidence reads every file of which a recording has an index.
func readEvidence(t *testing.T, r *record.Recording) {
	t.Helper()
	for _, l := range all[record.LogFile](t, r, record.LogIndex) {
		mustHave(t, r, l.File)
	}
	for _, e := range all[record.Exposition](t, r, record.MetricsIndex) {
		mustHave(t, r, e.File)
	}
	all[record.LogLink](t, r, record.LogLinks)
	all[record.Event](t, r, record.EventsFile)
	all[record.Object](t, r, record.ObjectsFile)
	journals, err := r.Journals()
	if err != nil || len(journals) != 1 {
		t.Fatalf("Journals() = %v, %v, want that of one node", journals, err)
	}
	all[record.JournalEntry](t, r, journals[0])
}

// all returns the entries of a file that is not empty.
func all[T any](t *testing.T, r *record.Recording, name string) []T {
	t.Helper()
	var list []T
	for line, err := range record.Entries[T](r, name) {
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, line.Entry)
	}
	if len(list) == 0 {
		t.Errorf("%s/%s has no entries", r.Prefix, name)
	}
	return list
}

func mustHave(t *testing.T, r *record.Recording, name string) {
	t.Helper()
	f, err := r.File(name)
	if err != nil {
		t.Error(err)
		return
	}
	defer func() { _ = f.Close() }() // it was only read
	if info, err := f.Stat(); err != nil || info.Mode()&fs.ModeType != 0 {
		t.Errorf("%s/%s is no regular file: %v", r.Prefix, name, err)
	}
}
