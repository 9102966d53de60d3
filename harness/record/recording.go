package record

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"time"

	"github.com/prometheus/prometheus/storage"

	"github.com/rehearse-dev/rehearse/suites"
)

// The files of a recording.
const (
	MetaFile     = "recording.json"
	SuitesDir    = "suites"
	LogsDir      = "logs"
	LogIndex     = "logs/index.jsonl"
	LogLinks     = "logs/links.jsonl"
	JournalsDir  = "logs/journals"
	MetricsDir   = "metrics"
	MetricsIndex = "metrics/index.jsonl"
	TargetsFile  = "metrics/targets.jsonl"
	FamiliesFile = "metrics/families.jsonl"
	SeriesDir    = "metrics/tsdb"
	EventsFile   = "events.jsonl"
	StimuliFile  = "stimuli.jsonl"
	ObjectsFile  = "objects.jsonl"
	NodeFile     = "node.json"
	ParityFile   = "parity.json"
	StoresDir    = "stores"
	StoresIndex  = "stores/index.jsonl"
	AgentsDir    = "agents"
	AccessFile   = "access.jsonl"
	LiveRules    = "live/rules.jsonl"
	LiveAlerts   = "live/alerts.jsonl"
	LiveSilences = "live/silences.jsonl"
)

// Recording is a recording to read from.
type Recording struct {
	Meta Meta
	// Prefix is where the recording lies in its run folder, such as baseline/1:
	// evidence names files with it.
	Prefix string
	// Series are the time series of the recording, which package series opens; nil
	// when there are none, or nobody opened them.
	Series Series
	fs     fs.FS
}

// Series are time series, and when their first and last samples were taken: zero
// times when there are none.
type Series interface {
	storage.Queryable
	Range() (first, last time.Time)
}

// Open reads the recording in the folder prefix of a run folder. One that was
// cut short has no recording.json, and is an error.
func Open(run fs.FS, prefix string) (*Recording, error) {
	sub, err := fs.Sub(run, prefix)
	if err != nil {
		return nil, fmt.Errorf("opening recording %q: %w", prefix, err)
	}
	r := &Recording{Prefix: prefix, fs: sub}
	err = r.json(MetaFile, &r.Meta)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("opening recording %q: it was cut short or never made: %w", prefix, err)
	}
	if err != nil {
		return nil, fmt.Errorf("opening recording %q: %w", prefix, err)
	}
	if v := r.Meta.FormatVersion; v < oldestFormat || v > FormatVersion {
		return nil, fmt.Errorf("opening recording %q: format version %d: this program reads %d to %d",
			prefix, v, oldestFormat, FormatVersion)
	}
	return r, nil
}

// File opens one file of the recording.
func (r *Recording) File(name string) (fs.File, error) { return r.fs.Open(name) }

// Gap returns the gaps of one kind of evidence.
func (r *Recording) Gap(kind Kind) []Gap {
	var gaps []Gap
	for _, g := range r.Meta.Gaps {
		if g.Kind == kind {
			gaps = append(gaps, g)
		}
	}
	return gaps
}

// Suites returns the results of every suite that ran, by name of suite.
func (r *Recording) Suites() (map[string]suites.Result, error) {
	files, err := fs.Glob(r.fs, SuitesDir+"/*.json")
	if err != nil {
		return nil, err
	}
	results := make(map[string]suites.Result, len(files))
	for _, f := range files {
		var result suites.Result
		if err := r.json(f, &result); err != nil {
			return nil, err
		}
		results[result.Suite] = result
	}
	return results, nil
}

// Nodes returns the facts of every node.
func (r *Recording) Nodes() ([]NodeFacts, error) {
	var nodes []NodeFacts
	err := r.json(NodeFile, &nodes)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return nodes, err
}

// Parity returns the properties of the side that the parity ledger compares, by
// name; none when they were not recorded.
func (r *Recording) Parity() (map[string]string, error) {
	var properties map[string]string
	err := r.json(ParityFile, &properties)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return properties, err
}

// Journals lists the journal files, one per node, as logs/journals/<node>.jsonl.
func (r *Recording) Journals() ([]string, error) {
	return fs.Glob(r.fs, JournalsDir+"/*.jsonl")
}

// Entries streams the lines of a JSON-lines file with their line numbers, from
// 1, and stops at the first that cannot be read. A file that is not there has
// none: its absence is a gap of the recording.
func Entries[T any](r *Recording, name string) iter.Seq2[Line[T], error] {
	return func(yield func(Line[T], error) bool) {
		f, err := r.fs.Open(name)
		if errors.Is(err, fs.ErrNotExist) {
			return
		}
		if err != nil {
			yield(Line[T]{}, err)
			return
		}
		defer f.Close()
		in := bufio.NewReader(f)
		for number := 1; ; number++ {
			line, err := readLine[T](in, number)
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil {
				yield(line, fmt.Errorf("%s/%s:%d: %w", r.Prefix, name, number, err))
				return
			}
			if !yield(line, nil) {
				return
			}
		}
	}
}

// readLine returns io.EOF behind the last line, whether or not that ended with
// a line end.
func readLine[T any](in *bufio.Reader, number int) (Line[T], error) {
	line := Line[T]{Number: number}
	raw, err := in.ReadBytes('\n')
	if err != nil && (len(raw) == 0 || !errors.Is(err, io.EOF)) {
		return line, err
	}
	if decodeErr := json.Unmarshal(raw, &line.Entry); decodeErr != nil {
		if err != nil {
			return line, fmt.Errorf("cut short: %w", decodeErr)
		}
		return line, decodeErr
	}
	return line, nil
}

// Line is one entry of a JSON-lines file and where it stands.
type Line[T any] struct {
	Number int
	Entry  T
}

func (r *Recording) json(name string, v any) error {
	raw, err := fs.ReadFile(r.fs, name)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(raw, v); err != nil {
		return fmt.Errorf("%s/%s: %w", r.Prefix, name, err)
	}
	return nil
}
