package record_test

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rehearse-dev/rehearse/clusters"
	"github.com/rehearse-dev/rehearse/harness/record"
)

func create(t *testing.T) (*record.Writer, string) {
	t.Helper()
	dir := t.TempDir()
	w, err := record.Create(dir, record.Meta{Scenario: "hello", Side: clusters.Baseline, Run: 1})
	if err != nil {
		t.Fatalf("Create() = %v", err)
	}
	t.Cleanup(func() {
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	})
	return w, dir
}

func read(t *testing.T, dir, name string) string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func TestRoundTrip(t *testing.T) {
	t.Parallel()
	w, dir := create(t)
	events := []record.Event{{Reason: "Pulled", Message: "a <b> & c"}, {Reason: "Failed"}}
	if err := record.Lines(w, record.EventsFile, events); err != nil {
		t.Fatalf("Lines() = %v", err)
	}
	w.Gap(record.Node, "b", "r")
	w.Gap(record.Logs, "z", "r")
	w.Gap(record.Logs, "a", "r")
	if err := errors.Join(w.Close(), w.Close()); err != nil {
		t.Fatalf("Close(), twice = %v", err)
	}
	r, err := record.Open(os.DirFS(dir), ".")
	if err != nil {
		t.Fatalf("Open() = %v", err)
	}
	var got []record.Event
	for line, err := range record.Entries[record.Event](r, record.EventsFile) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, line.Entry)
	}
	if diff := cmp.Diff(events, got); diff != "" {
		t.Errorf("events: -written +read\n%s", diff)
	}
	want := []record.Gap{{Kind: record.Logs, Subject: "a", Reason: "r"}, {Kind: record.Logs, Subject: "z", Reason: "r"}, {Kind: record.Node, Subject: "b", Reason: "r"}}
	if diff := cmp.Diff(want, r.Meta.Gaps); diff != "" {
		t.Errorf("gaps are not sorted: -want +got\n%s", diff)
	}
	if r.Meta.FormatVersion != record.FormatVersion || r.Meta.Scenario != "hello" {
		t.Errorf("Meta = %+v, want what was given to Create", r.Meta)
	}
	if !strings.Contains(read(t, dir, "events.jsonl"), "a <b> & c") {
		t.Error("events.jsonl escapes what people should be able to read")
	}
}

func TestUnclosedRecordingCannotBeOpened(t *testing.T) {
	t.Parallel()
	w, dir := create(t)
	if err := w.JSON(record.NodeFile, []record.NodeFacts{}); err != nil {
		t.Fatal(err)
	}
	if _, err := record.Open(os.DirFS(dir), "."); err == nil || !strings.Contains(err.Error(), "cut short") {
		t.Errorf("Open(unclosed) = %v, want an error that says it was cut short", err)
	}
}

func TestFileRefuses(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"a path that leads out":          "../out.log",
		"a path that leads out later":    "logs/../../out.log",
		"an absolute path":               "/out.log",
		"no name":                        "",
		"a link that leads out":          "elsewhere/out.log",
		"a file that was written before": "once.log",
	}
	for name, file := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, dir := create(t)
			if err := errors.Join(os.Symlink(t.TempDir(), filepath.Join(dir, "elsewhere")), write(w, "once.log", "first")); err != nil {
				t.Fatal(err)
			}
			err := write(w, file, "second")
			if we, ok := errors.AsType[*record.WriteError](err); !ok || we.Name != file {
				t.Errorf("File(%q) = %v, want a WriteError that names it", file, err)
			}
			if got := read(t, dir, "once.log"); got != "first" {
				t.Errorf("once.log holds %q, want what was written first", got)
			}
		})
	}
}

func TestFullDisk(t *testing.T) {
	t.Parallel()
	full := errors.New("no space left on device")
	tests := map[string]func(*record.Writer) error{
		"JSON": func(w *record.Writer) error { return w.JSON("a", "text") },
		"lines": func(w *record.Writer) error {
			return record.Lines(w, "a", []string{strings.Repeat("long", 10_000)})
		},
		"a stream": func(w *record.Writer) error { return write(w, "a", strings.Repeat("long", 10_000)) },
	}
	for name, do := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, _ := create(t)
			w.SetCreate(func(string) (io.WriteCloser, error) { return fullDisk{full}, nil })
			err := do(w)
			w.SetCreate(func(string) (io.WriteCloser, error) { return discard{io.Discard}, nil })
			if we, ok := errors.AsType[*record.WriteError](err); !ok || we.Name != "a" || !errors.Is(err, full) {
				t.Fatalf("writing = %v, want a WriteError with the disk's error", err)
			}
			if want := `recording "a": no space left on device`; !strings.Contains(err.Error(), want) {
				t.Errorf("writing says %q, want %q in it", err, want)
			}
		})
	}
}

func TestFilesSideBySide(t *testing.T) {
	t.Parallel()
	w, dir := create(t)
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			w.Redact([]string{fmt.Sprintf("password-%d", i)})
			w.Gap(record.Logs, "s", "r")
			if err := write(w, fmt.Sprintf("logs/pods/%d.log", i), fmt.Sprintf("password-%d", i)); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	for i := range 8 {
		if got := read(t, dir, fmt.Sprintf("logs/pods/%d.log", i)); got != record.Redacted {
			t.Errorf("file %d holds %q, want %q", i, got, record.Redacted)
		}
	}
}

func write(w *record.Writer, name, text string) error {
	f, err := w.File(name)
	if err != nil {
		return err
	}
	_, err = io.WriteString(f, text)
	return errors.Join(err, f.Close())
}

type fullDisk struct{ err error }

func (d fullDisk) Write([]byte) (int, error) { return 0, d.err }
func (d fullDisk) Close() error              { return nil }
