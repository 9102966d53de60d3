package record

import "io"

// SetCreate replaces how files are made, so that tests can fill the disk.
func (w *Writer) SetCreate(create func(string) (io.WriteCloser, error)) { w.create = create }
