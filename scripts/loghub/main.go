// Loghub measures how well log templates are mined, on the sets of LogHub with
// their true templates, beside Drain on the same messages:
//
//	go run ./scripts/loghub FOLDER
//
// FOLDER holds the files <set>_2k.log_structured.csv, which are free for research
// and may not be shipped: https://github.com/logpai/loghub. GA and FGA are as
// package accuracy defines them. Nothing is set per set.
package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/jaeyo/go-drain3/pkg/drain3"

	"github.com/rehearse-dev/rehearse/harness/logs"
	"github.com/rehearse-dev/rehearse/harness/logs/templates"
	"github.com/rehearse-dev/rehearse/internal/accuracy"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: go run ./scripts/loghub FOLDER")
		os.Exit(2)
	}
	if err := run(os.Stdout, os.Args[1]); err != nil {
		fmt.Fprintf(os.Stderr, "loghub: %v\n", err)
		os.Exit(2)
	}
}

const pattern = "*_2k.log_structured.csv"

func run(out io.Writer, folder string) error {
	files, err := filepath.Glob(filepath.Join(folder, pattern))
	if err != nil {
		return err
	}
	if len(files) == 0 {
		return fmt.Errorf("no %s in %q", pattern, folder)
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "set\tmessages\ttemplates\tGA\tFGA\tDrain GA\tDrain FGA\t")
	var ours, theirs []accuracy.Score
	for _, file := range files {
		messages, truth, err := read(file)
		if err != nil {
			return fmt.Errorf("reading %s: %w", file, err)
		}
		mined, err := mine(messages)
		if err != nil {
			return err
		}
		drained, err := drain(messages)
		if err != nil {
			return err
		}
		a, b := accuracy.Of(mined, truth), accuracy.Of(drained, truth)
		ours, theirs = append(ours, a), append(theirs, b)
		name, _, _ := strings.Cut(filepath.Base(file), "_")
		fmt.Fprintf(table, "%s\t%d\t%d\t%.3f\t%.3f\t%.3f\t%.3f\t\n", name, len(messages), distinct(truth), a.GA, a.FGA, b.GA, b.FGA)
	}
	a, b := accuracy.Mean(ours), accuracy.Mean(theirs)
	fmt.Fprintf(table, "mean\t\t\t%.3f\t%.3f\t%.3f\t%.3f\t\n", a.GA, a.FGA, b.GA, b.FGA)
	return table.Flush()
}

// read gives the messages of a set, which are its column Content, and the true
// template of each.
func read(file string) (messages, truth []string, err error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	rows := csv.NewReader(f)
	header, err := rows.Read()
	if err != nil {
		return nil, nil, err
	}
	content, event := slices.Index(header, "Content"), slices.Index(header, "EventId")
	if content < 0 || event < 0 {
		return nil, nil, fmt.Errorf("want columns Content and EventId, got %s", strings.Join(header, ", "))
	}
	for {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			return messages, truth, nil
		}
		if err != nil {
			return nil, nil, err
		}
		messages, truth = append(messages, row[content]), append(truth, row[event])
	}
}

// mine gives the template of each message, read from a file as any log is.
func mine(messages []string) ([]string, error) {
	miner := templates.New(nil)
	var refs []templates.Ref
	for line, err := range logs.Lines(strings.NewReader(strings.Join(messages, "\n") + "\n")) {
		if err != nil {
			return nil, err
		}
		refs = append(refs, miner.Add(0, line.Message, templates.At{Line: line.Number}))
	}
	set := miner.Mine()
	groups := make([]string, len(refs))
	for i, ref := range refs {
		groups[i] = set.Templates[set.Of(ref)].ID
	}
	return groups, nil
}

// generic are the masks that Drain gets: it has none of its own.
var generic = []*regexp.Regexp{
	regexp.MustCompile(`[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}`),
	regexp.MustCompile(`(?:\d{1,3}\.){3}\d{1,3}(?::\d+)?`),
	regexp.MustCompile(`\b0[xX][0-9a-fA-F]+\b`),
	regexp.MustCompile(`\b[0-9a-fA-F]{8,}\b`),
	regexp.MustCompile(`[-+]?\b\d+(?:\.\d+)?\b`),
}

// drain gives the cluster of each message, with depth 4 and similarity 0.4.
func drain(messages []string) ([]string, error) {
	d, err := drain3.NewDrain(drain3.WithDepth(4), drain3.WithSimTh(0.4), drain3.WithMaxCluster(1<<20))
	if err != nil {
		return nil, err
	}
	groups := make([]string, len(messages))
	for i, message := range messages {
		for _, mask := range generic {
			message = mask.ReplaceAllString(message, "<*>")
		}
		cluster, _, err := d.AddLogMessage(message)
		if err != nil {
			return nil, err
		}
		groups[i] = strconv.FormatInt(cluster.ClusterId, 10)
	}
	return groups, nil
}

func distinct(names []string) int {
	return len(slices.Compact(slices.Sorted(slices.Values(names))))
}
