package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/rehearse-dev/rehearse/harness"
	"github.com/rehearse-dev/rehearse/harness/compare"
	"github.com/rehearse-dev/rehearse/internal/term"
	"github.com/rehearse-dev/rehearse/reports"
)

func (a *app) compareCommand() *cobra.Command {
	var failOn string
	cmd := &cobra.Command{
		Use:   "compare RUN",
		Short: "Judge the recordings of a run again, without any cluster",
		Long: `Reads the two recordings of a run folder and nothing else, judges them, and writes
every report again. The same recordings give the same bytes.`,
		Example: "  rehearse compare latest\n  rehearse compare rehearsals/quickstart-20060102-150405 --fail-on breaks",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			folder, err := openRun(args[0])
			if err != nil {
				return err
			}
			comparison, err := a.judge(cmd.Context(), folder, failOn)
			if err != nil {
				return err
			}
			return a.answer(folder, comparison)
		},
	}
	addFailOn(cmd, &failOn)
	return cmd
}

func (a *app) reportCommand() *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:   "report RUN",
		Short: "Render a run's comparison, without any cluster",
		Long: `Renders the comparison of a run folder once more: to standard output in the format
that --format names.`,
		Example: "  rehearse report latest\n  rehearse report latest --format markdown >> \"$GITHUB_STEP_SUMMARY\"",
		Args:    cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			folder, err := openRun(args[0])
			if err != nil {
				return err
			}
			output, err := reports.Find(format)
			if err != nil {
				return err
			}
			comparison, err := harness.ReadComparison(os.DirFS(folder.Path))
			if err != nil {
				return withHint(err, "judge the run first: rehearse compare "+args[0])
			}
			if output.Name == "text" {
				return a.text().Format(a.stdout, comparison)
			}
			return output.Format(a.stdout, comparison)
		},
	}
	cmd.Flags().StringVar(&format, "format", "text", "one of "+strings.Join(formatNames(), ", "))
	return cmd
}

// text is the report for the terminal, or whatever standard output is.
func (a *app) text() reports.Text {
	return reports.Text{
		Width:  term.Width(a.stdout),
		Colour: term.IsTerminal(a.stdout) && term.Colour(os.Getenv),
	}
}

// answer prints the verdict and turns it into the exit code.
func (a *app) answer(folder *harness.Folder, c *compare.Comparison) error {
	if err := a.text().Format(a.stdout, c); err != nil {
		return err
	}
	if _, err := fmt.Fprintf(a.stdout, "\nreport: %s\n", filepath.Join(folder.Path, "report.html")); err != nil {
		return err
	}
	switch c.Verdict {
	case compare.Different:
		return verdictError{codeDifferent}
	case compare.Inconclusive:
		return verdictError{codeInconclusive}
	case compare.Equivalent:
	}
	return nil
}

// openRun opens a run folder by path, or by name below the default folder, such
// as `latest`.
func openRun(name string) (*harness.Folder, error) {
	if _, err := os.Stat(name); err != nil && !strings.ContainsRune(name, filepath.Separator) {
		name = filepath.Join("rehearsals", name)
	}
	folder, err := harness.OpenFolder(name)
	return folder, withHint(err, "name a run folder, such as rehearsals/latest")
}

// writeAll renders every format that goes into a file of the run folder.
func writeAll(folder *harness.Folder, c *compare.Comparison) error {
	for _, f := range reports.Outputs() {
		if f.File == "" {
			continue
		}
		var out bytes.Buffer
		if err := f.Format(&out, c); err != nil {
			return fmt.Errorf("writing %s: %w", f.File, err)
		}
		if err := folder.Write(f.File, out.Bytes()); err != nil {
			return err
		}
	}
	return nil
}

func formatNames() []string {
	var names []string
	for _, f := range reports.Outputs() {
		names = append(names, f.Name)
	}
	return names
}
