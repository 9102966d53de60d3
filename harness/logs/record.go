package logs

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
)

// Record is one line that a container wrote. Most are one line of a file; long
// ones are several.
type Record struct {
	// Line is the last part. Its Message is that of the whole record, and its
	// Partial is set when the record has no end: the container wrote no line break
	// any more, or the end is not in the file.
	Line
	// File is the place of its file among those that are read, from 0.
	File int
	// Parts are all the lines of files that it is made of, in their order.
	Parts []Part
}

// Part is a line of a file.
type Part struct {
	File   int
	Number int
	Offset int64
}

// Open opens a file by its name, as the methods of recordings and of fs.FS do.
type Open func(name string) (fs.File, error)

// Records streams what a container wrote from its log files, oldest first: see
// [Sequences]. A record is good until the next one. The first file that cannot be
// read ends the stream with an error.
func Records(open Open, names ...string) iter.Seq2[*Record, error] {
	return func(yield func(*Record, error) bool) {
		joiner := Joiner{}
		reader := NewReader(nil)
		for i, name := range names {
			f, err := open(name)
			if err != nil {
				yield(nil, fmt.Errorf("reading log: %w", err))
				return
			}
			reader.Reset(f)
			joiner.file = i
			more, err := joiner.read(reader, func(r *Record) bool { return yield(r, nil) })
			if err = errors.Join(err, f.Close()); err != nil {
				yield(nil, fmt.Errorf("reading log: %s:%d: %w", name, reader.line.Number+1, err))
				return
			}
			if !more {
				return
			}
		}
		for record := range joiner.Rest() {
			if !yield(record, nil) {
				return
			}
		}
	}
}

// read yields all records that end in one file; more is false when it was stopped.
func (j *Joiner) read(from *Reader, yield func(*Record) bool) (more bool, err error) {
	for {
		line, err := from.Next()
		if errors.Is(err, io.EOF) {
			return true, nil
		}
		if err != nil {
			return false, err
		}
		if record := j.Add(line); record != nil && !yield(record) {
			return false, nil
		}
	}
}

// Joiner joins the parts of long lines, each stream by itself: parts of both may
// lie between each other. The zero value is ready.
type Joiner struct {
	file   int
	open   []*unfinished // in the order in which they were begun
	record Record
	part   [1]Part
}

// unfinished is a record that goes on.
type unfinished struct {
	Record
	message []byte
}

// Add takes the next line and returns the record that it ends, or nil.
func (j *Joiner) Add(line *Line) *Record {
	part := Part{j.file, line.Number, line.Offset}
	i := j.find(line.Stream)
	if i < 0 && !line.Partial {
		j.part[0] = part
		j.record = Record{Line: *line, File: j.file, Parts: j.part[:]}
		return &j.record
	}
	if i < 0 {
		i = len(j.open)
		j.open = append(j.open, &unfinished{})
	}
	u := j.open[i]
	u.add(line, part)
	if line.Partial && len(u.message) < MaxLine {
		return nil
	}
	j.open = append(j.open[:i], j.open[i+1:]...)
	return &u.Record
}

// find returns the unfinished record of a stream, or -1.
func (j *Joiner) find(stream string) int {
	for i, u := range j.open {
		if u.Stream == stream {
			return i
		}
	}
	return -1
}

// add keeps what it needs of the line: the line's memory is the reader's.
func (u *unfinished) add(line *Line, part Part) {
	u.message = append(u.message, line.Message...)
	u.Record = Record{Line: *line, File: part.File, Parts: append(u.Parts, part)}
	u.Raw, u.Time, u.Message = bytes.Clone(line.Raw), bytes.Clone(line.Time), u.message
}

// Rest gives the records that were begun and not ended, and forgets them.
func (j *Joiner) Rest() iter.Seq[*Record] {
	return func(yield func(*Record) bool) {
		open := j.open
		j.open = nil
		for _, u := range open {
			if !yield(&u.Record) {
				return
			}
		}
	}
}
