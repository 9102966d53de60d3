package logs

import (
	"bytes"
	"errors"
	"io"
	"iter"
)

// MaxLine is how many bytes of one line are read. Runtimes break lines after
// 16 KiB; only a file that is no log has longer ones.
const MaxLine = 16 << 20

// Reader reads the lines of one log file.
type Reader struct {
	in     io.Reader
	buffer []byte
	// start and end bound what was read and not given yet.
	start, end int
	searched   int // of it, what holds no line break
	failed     error
	line       Line
	next       int64 // offset of the next line
	opener     opener
}

// NewReader returns a reader of in.
func NewReader(in io.Reader) *Reader {
	return &Reader{in: in, buffer: make([]byte, 64<<10)}
}

// Reset makes the reader begin with the first line of in.
func (r *Reader) Reset(in io.Reader) {
	*r = Reader{in: in, buffer: r.buffer, opener: r.opener}
}

// Next returns the next line, and io.EOF behind the last one. The line shares
// memory with the reader and is good until the next call.
func (r *Reader) Next() (*Line, error) {
	raw, ended, dropped, err := r.raw()
	if err != nil {
		return nil, err
	}
	r.line = Line{Number: r.line.Number + 1, Offset: r.next, Raw: raw, Cut: !ended, Dropped: dropped}
	r.next += int64(len(raw)) + dropped
	if ended {
		r.next++
	}
	r.opener.open(&r.line)
	return &r.line, nil
}

// Lines streams the lines of one file. A line is good until the next one.
func Lines(in io.Reader) iter.Seq2[*Line, error] {
	return func(yield func(*Line, error) bool) {
		for r := NewReader(in); ; {
			line, err := r.Next()
			if errors.Is(err, io.EOF) || !yield(line, err) || err != nil {
				return
			}
		}
	}
}

// raw gives the bytes of the next line, whether a line break ended it, and how
// many of its bytes were too many.
func (r *Reader) raw() (line []byte, ended bool, dropped int64, err error) {
	for {
		unread := r.buffer[r.start:r.end]
		if at := bytes.IndexByte(unread[r.searched:], '\n'); at >= 0 {
			at += r.searched
			r.start, r.searched = r.start+at+1, 0
			return unread[:at], true, 0, nil
		}
		r.searched = len(unread)
		switch {
		case r.failed != nil && (len(unread) == 0 || !errors.Is(r.failed, io.EOF)):
			return nil, false, 0, r.failed
		case r.failed != nil:
			r.start, r.searched = r.end, 0
			return unread, false, 0, nil
		case len(unread) >= MaxLine:
			return r.overlong(unread)
		}
		r.fill()
	}
}

// fill reads more, behind what was not given yet.
func (r *Reader) fill() {
	if r.start > 0 {
		copy(r.buffer, r.buffer[r.start:r.end])
		r.start, r.end = 0, r.end-r.start
	}
	if r.end == len(r.buffer) {
		r.buffer = append(r.buffer, make([]byte, len(r.buffer))...)
	}
	n, err := r.in.Read(r.buffer[r.end:])
	r.end += n
	r.failed = err
}

// overlong gives the beginning of a line and skips the rest of it. The rest goes
// through the buffer's other half, so that the beginning stays.
func (r *Reader) overlong(line []byte) (raw []byte, ended bool, dropped int64, err error) {
	kept, rest := bytes.Clone(line[:MaxLine]), line[MaxLine:]
	for {
		dropped += int64(len(rest))
		r.start, r.end, r.searched = 0, 0, 0
		if r.failed != nil {
			return kept, false, dropped, nil
		}
		r.fill()
		rest = r.buffer[:r.end]
		if at := bytes.IndexByte(rest, '\n'); at >= 0 {
			r.start = at + 1
			return kept, true, dropped + int64(at), nil
		}
	}
}
