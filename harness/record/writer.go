package record

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"sync"
)

// Writer writes one recording. Its methods may be called at the same time for
// different files.
type Writer struct {
	root *os.Root

	mu   sync.Mutex
	meta Meta
}

// Create starts a recording in dir, which must exist and should be empty. Close
// it to write recording.json; a recording that was never closed cannot be
// opened.
func Create(dir string, meta Meta) (*Writer, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("creating recording: %w", err)
	}
	meta.FormatVersion = FormatVersion
	return &Writer{root: root, meta: meta}, nil
}

// Update changes what recording.json will say.
func (w *Writer) Update(change func(*Meta)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	change(&w.meta)
}

// Gap notes what could not be recorded.
func (w *Writer) Gap(kind Kind, subject, reason string) {
	w.Update(func(m *Meta) { m.Gaps = append(m.Gaps, Gap{kind, subject, reason}) })
}

// File creates a file of the recording, with its folders. The caller closes it
// and must not ignore the error of that.
func (w *Writer) File(name string) (io.WriteCloser, error) {
	if err := w.root.MkdirAll(path.Dir(name), 0o755); err != nil {
		return nil, fmt.Errorf("recording %s: %w", name, err)
	}
	f, err := w.root.Create(name)
	if err != nil {
		return nil, fmt.Errorf("recording %s: %w", name, err)
	}
	return f, nil
}

// JSON writes v as one indented JSON file.
func (w *Writer) JSON(name string, v any) error {
	f, err := w.File(name)
	if err != nil {
		return err
	}
	enc := json.NewEncoder(f)
	enc.SetIndent("", "  ")
	err = enc.Encode(v)
	return errors.Join(wrap(name, err), wrap(name, f.Close()))
}

// Lines writes one JSON line per entry, in the given order.
func Lines[T any](w *Writer, name string, entries []T) error {
	f, err := w.File(name)
	if err != nil {
		return err
	}
	buf := bufio.NewWriter(f)
	enc := json.NewEncoder(buf)
	for _, e := range entries {
		if err = enc.Encode(e); err != nil {
			break
		}
	}
	return errors.Join(wrap(name, err), wrap(name, buf.Flush()), wrap(name, f.Close()))
}

// Close writes recording.json, after which the recording can be opened.
func (w *Writer) Close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return errors.Join(w.JSON(MetaFile, w.meta), w.root.Close())
}

func wrap(name string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("recording %s: %w", name, err)
}
