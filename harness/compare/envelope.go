package compare

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"regexp"

	"github.com/rehearse-dev/rehearse/harness/record"
)

// The formats of a line in a container's log file.
const (
	dockerJSON  = "JSON, as Docker writes it"
	criText     = "text with a prefix, as the CRI prescribes it"
	otherFormat = "neither Docker's JSON nor CRI text"
)

// logLine is one line of a container's log file, taken out of its envelope.
type logLine struct {
	number  int
	raw     []byte
	format  string
	time    string
	message []byte
	// partial is set when the container's line goes on in the next one.
	partial bool
}

var criLine = regexp.MustCompile(`^(\d{4}-\d\d-\d\dT\S+) (?:stdout|stderr) ([FP])(?::\S+)? ?`)

// parseLine takes a line out of its envelope. The line has no line break.
func parseLine(raw []byte) logLine {
	if bytes.HasPrefix(raw, []byte(`{"log":`)) {
		var d struct{ Log, Stream, Time string }
		if json.Unmarshal(raw, &d) == nil && d.Stream != "" && d.Time != "" {
			message, whole := bytes.CutSuffix([]byte(d.Log), []byte("\n"))
			return logLine{raw: raw, format: dockerJSON, time: d.Time, message: message, partial: !whole}
		}
	}
	if m := criLine.FindSubmatchIndex(raw); m != nil {
		return logLine{
			raw: raw, format: criText, time: string(raw[m[2]:m[3]]),
			message: raw[m[1]:], partial: raw[m[4]] == 'P',
		}
	}
	return logLine{raw: raw, format: otherFormat, message: raw}
}

// logLines streams a recorded log file. A last line without a line break was cut
// short when it was recorded, and is left out.
func logLines(r *record.Recording, file string) iter.Seq2[logLine, error] {
	return func(yield func(logLine, error) bool) {
		f, err := r.File(file)
		if err != nil {
			yield(logLine{}, fmt.Errorf("reading log: %w", err))
			return
		}
		defer f.Close()
		in := bufio.NewReader(f)
		for number := 1; ; number++ {
			raw, err := in.ReadBytes('\n')
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil {
				yield(logLine{}, fmt.Errorf("reading log: %s/%s:%d: %w", r.Prefix, file, number, err))
				return
			}
			line := parseLine(raw[:len(raw)-1])
			line.number = number
			if !yield(line, nil) {
				return
			}
		}
	}
}

// messages streams what a container wrote, line by line: envelopes off, parts
// joined. Each has the number and the text of the file's line that it ends on.
func messages(r *record.Recording, file string) iter.Seq2[logLine, error] {
	return func(yield func(logLine, error) bool) {
		var parts []byte
		for line, err := range logLines(r, file) {
			if err != nil {
				yield(line, err)
				return
			}
			parts = append(parts, line.message...)
			if line.partial {
				continue
			}
			line.message, parts = parts, nil
			if !yield(line, nil) {
				return
			}
		}
	}
}
