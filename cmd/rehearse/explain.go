package main

import (
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/rehearse-dev/rehearse/harness/catalogue"
)

func (a *app) explainCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "explain [ID]",
		Short: "Explain a known difference: what changes, who is hit, how to fix it",
		Long:  "Prints one entry of the catalogue of known differences, or without an ID lists them all.",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			known, err := catalogue.Load()
			if err != nil {
				return err
			}
			if len(args) == 0 {
				return a.listCatalogue(known)
			}
			entry, ok := known.Entry(args[0])
			if !ok {
				return withHint(fmt.Errorf("no catalogue entry %q", args[0]), "rehearse explain lists all")
			}
			_, err = fmt.Fprint(a.stdout, entry.Text())
			return err
		},
	}
}

func (a *app) listCatalogue(known *catalogue.Catalogue) error {
	out := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	for _, e := range known.Entries {
		fmt.Fprintf(out, "%s\t%s\n", e.ID, e.Title)
	}
	return out.Flush()
}
