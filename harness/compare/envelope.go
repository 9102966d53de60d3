package compare

import (
	"fmt"
	"iter"

	"github.com/rehearse-dev/rehearse/harness/logs"
	"github.com/rehearse-dev/rehearse/harness/record"
)

// formatOf says in words what the lines of a container's log file are.
var formatOf = map[logs.Format]string{
	logs.Docker: "JSON, as Docker writes it",
	logs.CRI:    "text with a prefix, as the CRI prescribes it",
	logs.Plain:  "neither Docker's JSON nor CRI text",
}

// logLines streams the lines of a recorded log file. A last line without a line
// break was cut short when it was recorded, and is left out.
func logLines(r *record.Recording, file string) iter.Seq2[*logs.Line, error] {
	return func(yield func(*logs.Line, error) bool) {
		f, err := r.File(file)
		if err != nil {
			yield(nil, fmt.Errorf("reading log: %w", err))
			return
		}
		defer f.Close()
		number := 1
		for line, err := range logs.Lines(f) {
			if err != nil {
				yield(nil, fmt.Errorf("reading log: %s/%s:%d: %w", r.Prefix, file, number, err))
				return
			}
			if line.Cut || !yield(line, nil) {
				return
			}
			number++
		}
	}
}

// messages streams what a container wrote, line by line: envelopes off, parts
// joined, what was cut short left out.
func messages(r *record.Recording, file string) iter.Seq2[*logs.Record, error] {
	return func(yield func(*logs.Record, error) bool) {
		for record, err := range logs.Records(r.File, file) {
			if err != nil {
				yield(nil, fmt.Errorf("%s: %w", r.Prefix, err))
				return
			}
			if !record.Cut && !yield(record, nil) {
				return
			}
		}
	}
}
