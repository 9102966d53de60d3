package ginkgo

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/onsi/ginkgo/v2/types"

	"github.com/rehearse-dev/rehearse/suites"
)

// ErrCutShort says that a suite ended before all of its specs had run.
var ErrCutShort = errors.New("it was interrupted before its last spec")

// excerptSize is how much of the start and of the end of a process's output goes
// into an error, in bytes.
const excerptSize = 1000

// ReadReport reads Ginkgo's JSON report. Specs that a filter left out are not in
// the result. A report that says ErrCutShort comes with the specs that had ended.
func ReadReport(in io.Reader) (suites.Result, error) {
	var reports []types.Report
	if err := json.NewDecoder(in).Decode(&reports); err != nil {
		return suites.Result{}, fmt.Errorf("reading Ginkgo's report: %w", err)
	}
	var specs []types.SpecReport
	for _, r := range reports {
		specs = append(specs, r.SpecReports...)
	}
	result := suites.Result{Specs: convert(specs)}
	if slices.ContainsFunc(specs, interrupted) || slices.ContainsFunc(reports, outOfTime) {
		return result, ErrCutShort
	}
	if len(result.Specs) == 0 {
		return result, errors.New("no spec ran: the suite is empty, or its filters leave nothing")
	}
	return result, nil
}

func readReport(path string) (suites.Result, error) {
	f, err := os.Open(path)
	if err != nil {
		return suites.Result{}, fmt.Errorf("reading Ginkgo's report: %w", err)
	}
	defer f.Close()
	return ReadReport(f)
}

func interrupted(s types.SpecReport) bool { return s.State.Is(types.SpecStateInterrupted) }

// outOfTime recognises a suite that ended by a time-out of its own, or by an
// interrupt that came while no spec was running.
func outOfTime(r types.Report) bool {
	return slices.ContainsFunc(r.SpecialSuiteFailureReasons, func(reason string) bool {
		return strings.HasPrefix(reason, "Interrupted by") || reason == "Suite Timeout Elapsed"
	})
}

// ended tells a spec that has something to say from one that never ran: one that
// is pending, or that a filter left out. Nodes around the suite, such as
// BeforeSuite, only speak when they fail.
func ended(s types.SpecReport) bool {
	switch {
	case interrupted(s), s.State.Is(types.SpecStatePending):
		return false
	case s.LeafNodeType != types.NodeTypeIt:
		return s.State.Is(types.SpecStateFailureStates)
	case s.State.Is(types.SpecStateSkipped):
		return s.NumAttempts > 0 || s.Failure.Message != ""
	}
	return true
}

func convert(reports []types.SpecReport) []suites.Spec {
	var specs []suites.Spec
	seen := map[string]int{}
	for _, r := range reports {
		if !ended(r) {
			continue
		}
		specs = append(specs, suites.Spec{
			Name:         unique(seen, name(r)),
			Labels:       r.Labels(),
			State:        state(r.State),
			Failure:      failure(r.Failure),
			Location:     location(r.Failure),
			Elapsed:      r.RunTime,
			Observations: observations(r.ReportEntries),
		})
	}
	slices.SortFunc(specs, func(a, b suites.Spec) int { return cmp.Compare(a.Name, b.Name) })
	return specs
}

// name is the full text of a spec; a node around the suite has none but its type.
func name(r types.SpecReport) string {
	if text := r.FullText(); text != "" {
		return text
	}
	return "[" + r.LeafNodeType.String() + "]"
}

// unique numbers what has a name that was seen before. Both sides run in the same
// order, so the same number means the same thing on both.
func unique(seen map[string]int, name string) string {
	seen[name]++
	if n := seen[name]; n > 1 {
		return fmt.Sprintf("%s (%d)", name, n)
	}
	return name
}

func state(s types.SpecState) suites.State {
	switch {
	case s.Is(types.SpecStatePassed):
		return suites.Passed
	case s.Is(types.SpecStateFailureStates):
		return suites.Failed
	}
	return suites.Skipped
}

func failure(f types.Failure) string {
	if f.ForwardedPanic != "" {
		return strings.TrimSpace(f.Message + ": " + f.ForwardedPanic)
	}
	return f.Message
}

func location(f types.Failure) string {
	if f.Location.FileName == "" {
		return ""
	}
	return f.Location.String()
}

func observations(entries types.ReportEntries) []suites.Observation {
	var seenHere []suites.Observation
	seen := map[string]int{}
	for _, e := range entries {
		seenHere = append(seenHere, suites.Observation{Name: unique(seen, e.Name), Value: e.Value.Representation})
	}
	return seenHere
}

// noReport explains a process that left no report.
func noReport(binary string, exit error, output string) error {
	said, err := excerpt(output)
	if err != nil {
		return fmt.Errorf("reading the suite's output: %w", err)
	}
	how := "it ended without error"
	if exit != nil {
		how = exit.Error()
	}
	return fmt.Errorf("%q left no report, so it is not a Ginkgo 2 suite or it crashed: %s; its output: %s",
		filepath.Base(binary), how, said)
}

// excerpt is the start and the end of a file: a refused flag is named at the
// start, a crash at the end.
func excerpt(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return "", err
	}
	head, errHead := io.ReadAll(io.LimitReader(f, excerptSize))
	from := max(int64(len(head)), info.Size()-excerptSize)
	end, errEnd := io.ReadAll(io.NewSectionReader(f, from, excerptSize))
	text := string(head)
	if from > int64(len(head)) {
		text += "\n[...]\n"
	}
	text = strings.TrimSpace(strings.ToValidUTF8(text+string(end), "?"))
	return cmp.Or(text, "(nothing)"), errors.Join(errHead, errEnd)
}
