package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/rehearse-dev/rehearse/harness"
	"github.com/rehearse-dev/rehearse/harness/compare"
	"github.com/rehearse-dev/rehearse/scenarios"
)

// acceptance are the flags of accept.
type acceptance struct{ reason, owner, expires, file string }

func (a *app) acceptCommand() *cobra.Command {
	var by acceptance
	cmd := &cobra.Command{
		Use:   "accept RUN ID...",
		Short: "Accept findings in writing: with a reason, an owner and a last day",
		Long: `Adds findings of a run to a file of expectations and leaves everything else in it as
it stands, comments included. Accepted findings stay in the reports, apart, and no
longer make the verdict different.

Without --file the run folder's own expectations are added to, which only that run is
judged by. For rehearsals to come, name the file that the scenario names in
spec.expect.`,
		Example: `  rehearse accept latest MET-014 --reason "our inventory strips the scheme" --owner "platform team" --expires 2027-01-31
  rehearse accept latest LOG-001 --reason "CRI parser since 4.2" --owner ops --expires 2027-01-31 --file ./shop/expectations.yaml`,
		Args: cobra.MinimumNArgs(2),
		RunE: func(_ *cobra.Command, args []string) error {
			folder, err := openRun(args[0])
			if err != nil {
				return err
			}
			return a.accept(folder, args[1:], by)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&by.reason, "reason", "", "why the difference does no harm")
	flags.StringVar(&by.owner, "owner", "", "who stands by that")
	flags.StringVar(&by.expires, "expires", "", "the last `day` on which it is accepted, such as 2027-01-31")
	flags.StringVar(&by.file, "file", "", "`file` of expectations to add to (default: the run folder's)")
	return cmd
}

func (a *app) accept(folder *harness.Folder, ids []string, by acceptance) error {
	comparison, err := harness.ReadComparison(os.DirFS(folder.Path))
	if err != nil {
		return withHint(err, "judge the run first: rehearse compare "+folder.Path)
	}
	entries, err := by.entries(comparison, ids)
	if err != nil {
		return err
	}
	file, again := by.file, "rehearse compare "+folder.Path+" --expect "+by.file
	if file == "" {
		file, again = filepath.Join(folder.Path, scenarios.ExpectationsFile), "rehearse compare "+folder.Path
	}
	content, err := os.ReadFile(file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("accepting: %w", err)
	}
	content, err = scenarios.AddExpectations(file, content, entries)
	if err != nil {
		return err
	}
	if err := os.WriteFile(file, content, 0o644); err != nil {
		return fmt.Errorf("accepting: %w", err)
	}
	_, err = fmt.Fprintf(a.stdout, "accepted %s in %s\njudge again with: %s\n", strings.Join(ids, ", "), file, again)
	return err
}

// entries are the expectations to add: one for each finding, all of which the run
// must have.
func (by acceptance) entries(c *compare.Comparison, ids []string) ([]scenarios.Expectation, error) {
	var errs []error
	for _, flag := range [][2]string{{"reason", by.reason}, {"owner", by.owner}} {
		if strings.TrimSpace(flag[1]) == "" {
			errs = append(errs, fmt.Errorf("--%s: required", flag[0]))
		}
	}
	var day scenarios.Date
	if err := day.UnmarshalText([]byte(by.expires)); err != nil {
		errs = append(errs, fmt.Errorf("--expires: %w", err))
	}
	var entries []scenarios.Expectation
	for _, id := range ids {
		f, ok := c.Finding(id)
		if !ok {
			errs = append(errs, fmt.Errorf("the run has no finding %q", id))
			continue
		}
		entry := scenarios.Expectation{Finding: f.ID, Reason: by.reason, Owner: by.owner, Expires: day}
		if f.Severity == compare.Breaks {
			entry.UpTo = string(f.Severity) // what breaks is accepted by that word only
		}
		entries = append(entries, entry)
	}
	return entries, withHint(errors.Join(errs...), "the IDs of a run's findings: rehearse report RUN")
}
