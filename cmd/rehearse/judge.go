package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/rehearse-dev/rehearse/harness"
	"github.com/rehearse-dev/rehearse/harness/compare"
	"github.com/rehearse-dev/rehearse/internal/term"
	"github.com/rehearse-dev/rehearse/reports"
	"github.com/rehearse-dev/rehearse/scenarios"
)

// judging are the flags that say how recordings are judged.
type judging struct {
	failOn, expect, against string
	strict                  bool
}

func (j *judging) addFlags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&j.failOn, "fail-on", string(compare.Changes), "gravity from which a finding makes the verdict `different`: breaks, changes or info")
	flags.BoolVar(&j.strict, "strict", false, "an expectation that expired, or that fits nothing, makes the verdict different too")
	flags.StringVar(&j.against, "against", "", "say what is new, fixed and still there since the earlier rehearsal in this `run folder`")
}

// read turns the flags into what judging needs.
func (j *judging) read() (harness.Judging, error) {
	how := harness.Judging{FailOn: compare.Severity(j.failOn), Strict: j.strict}
	if known := []compare.Severity{compare.Breaks, compare.Changes, compare.Info}; !slices.Contains(known, how.FailOn) {
		return how, fmt.Errorf("--fail-on=%s: want breaks, changes or info", j.failOn)
	}
	if j.expect != "" {
		expectations, err := scenarios.LoadExpectations(j.expect)
		if err != nil {
			return how, err
		}
		how.Expectations = expectations
	}
	if j.against != "" {
		earlier, err := readEarlier(j.against)
		if err != nil {
			return how, err
		}
		how.Against = earlier
	}
	return how, nil
}

// readEarlier reads the judgement of another run, under the name of its folder.
func readEarlier(name string) (*compare.Earlier, error) {
	folder, err := openRun(name)
	if err != nil {
		return nil, err
	}
	comparison, err := harness.ReadComparison(os.DirFS(folder.Path))
	if err != nil {
		return nil, withHint(err, "judge that run first: rehearse compare "+name)
	}
	path, err := filepath.EvalSymlinks(folder.Path) // latest says nothing
	if err != nil {
		return nil, fmt.Errorf("naming the earlier run: %w", err)
	}
	return &compare.Earlier{Name: filepath.Base(path), Comparison: comparison}, nil
}

func (a *app) compareCommand() *cobra.Command {
	var j judging
	cmd := &cobra.Command{
		Use:   "compare RUN",
		Short: "Judge the recordings of a run again, without any cluster",
		Long: `Reads the recordings of a run folder and nothing else, judges them, and writes
every report again. The same recordings give the same bytes.

With --against the reports also say what became of the findings of an earlier run.
The verdict stays what it is: what is known and does no harm is for expectations.`,
		Example: `  rehearse compare latest
  rehearse compare rehearsals/quickstart-20060102-150405 --fail-on breaks
  rehearse compare latest --expect ./expectations.yaml --strict
  rehearse compare latest --against rehearsals/quickstart-20060102-150405`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			folder, err := openRun(args[0])
			if err != nil {
				return err
			}
			comparison, err := a.judge(cmd.Context(), folder, j)
			if err != nil {
				return err
			}
			return a.answer(folder, comparison)
		},
	}
	j.addFlags(cmd)
	cmd.Flags().StringVar(&j.expect, "expect", "", "`file` of accepted differences, instead of the one in the run folder")
	return cmd
}

// judge compares the recordings of a run folder and writes every report.
func (a *app) judge(ctx context.Context, folder *harness.Folder, j judging) (*compare.Comparison, error) {
	how, err := j.read()
	if err != nil {
		return nil, err
	}
	observe, done, err := a.show()
	if err != nil {
		return nil, err
	}
	defer done()
	var comparison *compare.Comparison
	err = observe.Do("compare", func() error {
		comparison, err = harness.Judge(ctx, folder.FS(), how)
		return err
	})
	if err != nil {
		return nil, err
	}
	return comparison, observe.Do("report", func() error { return writeAll(folder, comparison) })
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
