package record

import (
	"bufio"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"sync"
)

// Writer writes one recording. Its methods may be called at the same time for
// different files.
type Writer struct {
	// create makes a file that is not there yet, confined to the folder.
	create func(name string) (io.WriteCloser, error)
	root   *os.Root

	mu      sync.Mutex
	meta    Meta
	secrets secrets
	closed  bool
}

// WriteError says that the recording itself could not be written: the disk is
// full, or a name leads out of the folder. Failing to look at something is not
// one; that is a [Gap].
type WriteError struct {
	Name string // of the file, relative to the recording
	Err  error
}

func (e *WriteError) Error() string { return fmt.Sprintf("recording %q: %v", e.Name, e.Err) }

// Unwrap returns what the file system said.
func (e *WriteError) Unwrap() error { return e.Err }

// Create starts a recording in dir, which must exist and should be empty. Close
// it to write recording.json; a recording that was never closed cannot be
// opened.
func Create(dir string, meta Meta) (*Writer, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("creating recording: %w", err)
	}
	meta.FormatVersion = FormatVersion
	w := &Writer{root: root, meta: meta}
	w.create = w.createFile
	return w, nil
}

// Update changes what recording.json will say.
func (w *Writer) Update(change func(*Meta)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	change(&w.meta)
}

// Meta is what recording.json would say now.
func (w *Writer) Meta() Meta {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.meta
}

// Gap notes what could not be recorded.
func (w *Writer) Gap(kind Kind, subject, reason string) {
	w.Update(func(m *Meta) { m.Gaps = append(m.Gaps, Gap{kind, subject, reason}) })
}

// Redact makes every file that is created from now on show [Redacted] in place
// of the given values, of values added before, and of what looks like a token.
// Values of less than [MinSecret] bytes are left alone: they would match by
// chance.
func (w *Writer) Redact(values []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.secrets = w.secrets.with(values)
}

// Redaction returns a function that redacts one text by what the writer was told
// so far, as a file created now would be. It is for what does not become a file
// of its own, and may be called at the same time.
func (w *Writer) Redaction() func(string) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.secrets.with(nil).redact
}

// Dir makes a folder of the recording and returns its path, for a library that
// writes a format of many files by itself. Nothing in it is redacted but by the
// caller, with [Writer.Redaction].
func (w *Writer) Dir(name string) (string, error) {
	if err := w.root.MkdirAll(name, 0o755); err != nil {
		return "", &WriteError{name, err}
	}
	return filepath.Join(w.root.Name(), filepath.FromSlash(name)), nil
}

// File creates a file of the recording, with its folders. Secrets are redacted
// on the way. Writing a file a second time is an error. The caller closes it and
// must not ignore the error of that.
func (w *Writer) File(name string) (io.WriteCloser, error) {
	f, err := w.create(name)
	if err != nil {
		return nil, &WriteError{name, err}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	return newRedactor(&file{name, f}, w.secrets, quotesText(name)), nil
}

// JSON writes v as one indented JSON file.
func (w *Writer) JSON(name string, v any) error {
	return w.encode(name, func(enc *json.Encoder) error {
		enc.SetIndent("", "  ")
		return enc.Encode(v)
	})
}

// Lines writes one JSON line per entry, in the given order.
func Lines[T any](w *Writer, name string, entries []T) error {
	return w.encode(name, func(enc *json.Encoder) error {
		for _, e := range entries {
			if err := enc.Encode(e); err != nil {
				return err
			}
		}
		return nil
	})
}

// Close writes recording.json, after which the recording can be opened. Closing
// it again does nothing.
func (w *Writer) Close() error {
	w.mu.Lock()
	if w.closed {
		w.mu.Unlock()
		return nil
	}
	w.closed = true
	meta := w.meta
	w.mu.Unlock()
	slices.SortFunc(meta.Gaps, func(a, b Gap) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Subject, b.Subject), cmp.Compare(a.Reason, b.Reason))
	})
	return errors.Join(w.JSON(MetaFile, meta), w.root.Close())
}

func (w *Writer) encode(name string, encode func(*json.Encoder) error) error {
	f, err := w.File(name)
	if err != nil {
		return err
	}
	buf := bufio.NewWriter(f)
	enc := json.NewEncoder(buf)
	enc.SetEscapeHTML(false) // people read these files
	if err := errors.Join(encode(enc), buf.Flush(), f.Close()); err != nil {
		return writeError(name, err)
	}
	return nil
}

func (w *Writer) createFile(name string) (io.WriteCloser, error) {
	if err := w.root.MkdirAll(path.Dir(name), 0o755); err != nil {
		return nil, err
	}
	return w.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
}

// file names itself in the errors of writing it.
type file struct {
	name string
	io.WriteCloser
}

func (f *file) Write(p []byte) (int, error) {
	n, err := f.WriteCloser.Write(p)
	return n, writeError(f.name, err)
}

func (f *file) Close() error { return writeError(f.name, f.WriteCloser.Close()) }

func writeError(name string, err error) error {
	if err == nil {
		return nil
	}
	if already, ok := errors.AsType[*WriteError](err); ok {
		return already
	}
	return &WriteError{name, err}
}

// quotesText says whether all text of a file of that name stands in double
// quotes, as in JSON and in metrics. Nothing else in it may be changed: a secret
// that is a number would otherwise break the format.
func quotesText(name string) bool {
	return slices.Contains([]string{".json", ".jsonl", ".prom"}, path.Ext(name))
}
