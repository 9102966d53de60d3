package main

import (
	"fmt"
	"os"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/rehearse-dev/rehearse/scenarios"
	"github.com/rehearse-dev/rehearse/scenarios/library"
)

func (a *app) scenariosCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "scenarios",
		Short: "List, show and check scenarios",
	}
	cmd.AddCommand(
		&cobra.Command{
			Use:   "list",
			Short: "List the scenarios that ship with the program",
			Args:  cobra.NoArgs,
			RunE:  func(*cobra.Command, []string) error { return a.listScenarios() },
		},
		&cobra.Command{
			Use:   "show NAME",
			Short: "Print a shipped scenario's file",
			Args:  cobra.ExactArgs(1),
			RunE: func(_ *cobra.Command, args []string) error {
				raw, err := library.Read(args[0])
				if err != nil {
					return withHint(err, "rehearse scenarios list")
				}
				_, err = a.stdout.Write(raw)
				return err
			},
		},
		&cobra.Command{
			Use:   "validate SCENARIO...",
			Short: "Check scenario files and report every mistake",
			Args:  cobra.MinimumNArgs(1),
			RunE:  func(_ *cobra.Command, args []string) error { return a.validateScenarios(args) },
		},
	)
	return cmd
}

func (a *app) listScenarios() error {
	out := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	for _, name := range library.List() {
		s, err := a.findScenario(name)
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "%s\t%s\n", name, s.Spec.Summary)
	}
	return out.Flush()
}

func (a *app) validateScenarios(names []string) error {
	for _, name := range names {
		s, err := a.findScenario(name)
		if err != nil {
			return err
		}
		if _, err := scrapeJobs(s); err != nil {
			return err
		}
		set, err := loadSearches(s)
		if err != nil {
			return err
		}
		fmt.Fprintf(a.stdout, "%s: valid\n", s.Metadata.Name)
		for _, r := range set.Refused {
			fmt.Fprintf(a.stdout, "  %s: %s cannot be judged: %s\n", r.Place(), r.Asset, r.Reason)
		}
	}
	return nil
}

// findScenario loads a scenario file or folder, or else a shipped scenario of
// that name.
func (a *app) findScenario(name string) (*scenarios.Scenario, error) {
	if _, err := os.Stat(name); err == nil {
		return scenarios.Load(name)
	}
	cache, err := cacheDir()
	if err != nil {
		return nil, err
	}
	dir, err := library.Extract(name, cache)
	if err != nil {
		return nil, withHint(err, "name a scenario file, or one of: rehearse scenarios list")
	}
	return scenarios.Load(dir)
}
