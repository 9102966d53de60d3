package main

import (
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/rehearse-dev/rehearse/harness/catalogue"
)

func (a *app) explainCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "explain [ID|TEXT]",
		Short: "Explain a known difference: what changes, who is hit, how to fix it",
		Long: `Prints one entry of the catalogue of known differences, by its ID. With a text it
lists the entries in which all of its words stand, or prints the one there is; without
anything it lists them all.`,
		Example: "  rehearse explain LOG-001\n  rehearse explain docker.sock agent\n  rehearse explain",
		RunE: func(_ *cobra.Command, args []string) error {
			known, err := catalogue.Load()
			if err != nil {
				return err
			}
			if len(args) == 0 {
				return a.listEntries(known.Entries)
			}
			return a.explain(known, strings.Join(args, " "))
		},
	}
}

func (a *app) explain(known *catalogue.Catalogue, what string) error {
	if entry, ok := known.Entry(what); ok {
		return a.printEntry(entry)
	}
	if catalogue.IsID(what) {
		hint := "rehearse explain lists all"
		if near := known.Near(what); len(near) > 0 {
			hint = "did you mean " + strings.Join(near, ", ") + "? " + hint
		}
		return withHint(fmt.Errorf("no catalogue entry %q", what), hint)
	}
	switch found := known.Search(what); len(found) {
	case 0:
		return withHint(fmt.Errorf("no catalogue entry has all the words of %q", what), "try fewer words, or list all: rehearse explain")
	case 1:
		return a.printEntry(found[0])
	default:
		return a.listEntries(found)
	}
}

func (a *app) printEntry(entry catalogue.Entry) error {
	_, err := fmt.Fprint(a.stdout, entry.Text())
	return err
}

func (a *app) listEntries(entries []catalogue.Entry) error {
	out := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	for _, e := range entries {
		fmt.Fprintf(out, "%s\t%s\n", e.ID, e.Title)
	}
	return out.Flush()
}
