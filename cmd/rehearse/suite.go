package main

import (
	"github.com/spf13/cobra"

	"github.com/rehearse-dev/rehearse/suites/builtin"
)

// suiteCommand is how a shipped suite runs in a process of its own: the runner
// starts this very program again with it.
func (a *app) suiteCommand() *cobra.Command {
	return &cobra.Command{
		Use:                "suite NAME [GINKGO FLAGS]",
		Short:              "Run one shipped suite against KUBECONFIG",
		Hidden:             true,
		Args:               cobra.MinimumNArgs(1),
		DisableFlagParsing: true,
		RunE: func(_ *cobra.Command, args []string) error {
			passed, err := builtin.Main(args[0], args[1:])
			if err == nil && !passed {
				return verdictError{codeDifferent}
			}
			return err
		},
	}
}
