package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/rehearse-dev/rehearse/clusters"
	"github.com/rehearse-dev/rehearse/internal/lease"
	"github.com/rehearse-dev/rehearse/scenarios"
)

func (a *app) upCommand() *cobra.Command {
	o := runOptions{keep: true}
	cmd := &cobra.Command{
		Use:   "up [SCENARIO]",
		Short: "Raise a pair of clusters and nothing else",
		Long: `Raises the pair that a scenario asks for, or the default pair, loads the scenario's
images, and leaves it running. Standard output names the two kubeconfigs.`,
		Example: "  rehearse up\n  kubectl --kubeconfig rehearsals/latest/clusters/baseline/kubeconfig get nodes -o wide\n  rehearse down latest",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			name := "hello"
			if len(args) == 1 {
				name = args[0]
			}
			return a.up(cmd.Context(), name, o)
		},
	}
	cmd.Flags().StringVar(&o.out, "out", "rehearsals", "folder for the run's folder")
	return cmd
}

func (a *app) up(ctx context.Context, name string, o runOptions) error {
	scenario, err := a.findScenario(name)
	if err != nil {
		return err
	}
	// The pair alone, ready for the scenario: nothing is put on it but images.
	scenario.Spec = scenarios.Spec{Pair: scenario.Spec.Pair, Images: scenario.Spec.Images}
	folder, err := a.createFolder(scenario, o)
	if err != nil {
		return err
	}
	observe, done, err := a.show()
	if err != nil {
		return err
	}
	defer done()
	rehearsal, release, err := a.assemble(ctx, scenario, folder, assembly{o, observe, nil})
	if err != nil {
		return err
	}
	rehearsal.Collectors = nil
	if err := errors.Join(rehearsal.Run(ctx), release()); err != nil {
		return err
	}
	for _, side := range clusters.Sides() {
		fmt.Fprintf(a.stdout, "%-9s  %s\n", side, filepath.Join(folder.Path, "clusters", string(side), "kubeconfig"))
	}
	_, err = fmt.Fprintf(a.stdout, "down       rehearse down %s\n", folder.Path)
	return err
}

func (a *app) downCommand() *cobra.Command {
	var all bool
	cmd := &cobra.Command{
		Use:   "down [RUN]",
		Short: "Remove the pair of a run, or with --all every cluster that Rehearse made",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case all && len(args) == 0:
				return a.downAll(cmd.Context())
			case !all && len(args) == 1:
				folder, err := openRun(args[0])
				if err != nil {
					return err
				}
				return a.removePairs(cmd.Context(), []string{folder.Rehearsal.Pair})
			}
			return withHint(errors.New("expected either a run folder or --all"), "rehearse down latest")
		},
	}
	cmd.Flags().BoolVar(&all, "all", false, "every cluster that Rehearse made on this host, also those in use")
	return cmd
}

func (a *app) downAll(ctx context.Context) error {
	pairs, err := leftoverPairs(ctx)
	if err != nil {
		return err
	}
	return a.removePairs(ctx, pairs)
}

// removeOrphans removes the pairs of processes that died without doing so.
func (a *app) removeOrphans(ctx context.Context) error {
	dir, err := leaseDir()
	if err != nil {
		return err
	}
	pairs, err := leftoverPairs(ctx)
	if err != nil {
		return err
	}
	var orphans []string
	for _, pair := range pairs {
		orphaned, err := lease.Orphaned(dir, pair)
		if err != nil {
			return err
		}
		if orphaned {
			orphans = append(orphans, pair)
		}
	}
	return a.removePairs(ctx, orphans)
}

func (a *app) removePairs(ctx context.Context, pairs []string) error {
	dir, err := leaseDir()
	if err != nil {
		return err
	}
	var errs []error
	for _, pair := range pairs {
		var names []string
		for _, side := range clusters.Sides() {
			names = append(names, pair+"-"+string(side))
		}
		if err := kindProvider(nil, nil).DeleteByName(ctx, names...); err != nil {
			errs = append(errs, err)
			continue
		}
		errs = append(errs, lease.Drop(dir, pair))
		fmt.Fprintf(a.stderr, "removed %s\n", pair)
	}
	return errors.Join(errs...)
}

func leaseDir() (string, error) {
	cache, err := cacheDir()
	return filepath.Join(cache, "pairs"), err
}
