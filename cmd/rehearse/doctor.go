package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/rehearse-dev/rehearse/clusters/doctor"
)

func (a *app) doctorCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "doctor",
		Short: "Check whether this host can rehearse, and say what to do if not",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			checks := doctor.Evaluate(doctor.Read(cmd.Context()))
			for _, c := range checks {
				a.showCheck(c)
			}
			if doctor.Worst(checks) == doctor.Fail {
				return errors.New("this host cannot rehearse yet")
			}
			return nil
		},
	}
}

func (a *app) showCheck(c doctor.Check) {
	marks := map[doctor.State]string{doctor.OK: "✓", doctor.Warn: "!", doctor.Fail: "✗"}
	fmt.Fprintf(a.stdout, "%s %-16s %s\n", marks[c.State], c.Name, c.Found)
	if c.Means != "" {
		fmt.Fprintf(a.stdout, "  %-16s %s\n", "", c.Means)
	}
	if c.Mend != "" {
		fmt.Fprintf(a.stdout, "  %-16s mend: %s\n", "", c.Mend)
	}
}
