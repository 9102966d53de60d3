package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/rehearse-dev/rehearse/harness/scan/finding"
	"github.com/rehearse-dev/rehearse/harness/scan/live"
	"github.com/rehearse-dev/rehearse/internal/kube"
)

// liveOptions are the flags of scan that are about a cluster.
type liveOptions struct {
	kubeconfig string
	context    string
	nodes      bool
	nodesImage string
	printRBAC  bool
}

func (o *liveOptions) flags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&o.kubeconfig, "kubeconfig", "", "look at the cluster of this file instead of at paths")
	flags.StringVar(&o.context, "context", "", "the file's context to use instead of its current one")
	flags.BoolVar(&o.nodes, "nodes", false, "also read files and processes of the nodes, by a pod on each for as long as it takes")
	flags.StringVar(&o.nodesImage, "nodes-image", live.DefaultImage, "image of those pods: any with sh, find, tar and tr")
	flags.BoolVar(&o.printRBAC, "print-rbac", false, "print the account and the rights that a look at a cluster needs, with --nodes those for nodes too")
}

// arguments says what the flags leave to name.
func (o *liveOptions) arguments(cmd *cobra.Command, args []string) error {
	kubeconfig, printRBAC := cmd.Flags().Changed("kubeconfig"), cmd.Flags().Changed("print-rbac")
	switch {
	case printRBAC && (kubeconfig || len(args) > 0):
		return withHint(errors.New("--print-rbac only prints"), "rehearse scan --print-rbac | kubectl apply -f -")
	case printRBAC:
		return nil
	case kubeconfig && len(args) > 0:
		return withHint(errors.New("expected either paths or --kubeconfig"), "scan a cluster and files one after the other")
	case kubeconfig:
		for _, of := range []string{"values", "kubernetes-version", "fix-preview"} {
			if cmd.Flags().Changed(of) {
				return fmt.Errorf("--%s is for scans of files", of)
			}
		}
		return nil
	}
	for _, of := range []string{"context", "nodes", "nodes-image"} {
		if cmd.Flags().Changed(of) {
			return withHint(fmt.Errorf("--%s is for scans of a cluster", of), "rehearse scan --kubeconfig FILE")
		}
	}
	return cobra.MinimumNArgs(1)(cmd, args)
}

// lookLive searches a cluster.
func (a *app) lookLive(ctx context.Context, o liveOptions) (*finding.Report, error) {
	clients, err := kube.NewIn(o.kubeconfig, o.context)
	if err != nil {
		return nil, withHint(err, "name a kubeconfig file that is there, and a context of it")
	}
	scanner := live.Scanner{Clients: clients, Name: filepath.ToSlash(o.kubeconfig)}
	if o.nodes {
		observe, done, err := a.show()
		if err != nil {
			return nil, err
		}
		defer done()
		scanner.Reader = &live.Reader{Image: o.nodesImage, Observe: observe}
	}
	report, err := scanner.Run(ctx)
	switch {
	case apierrors.IsUnauthorized(err):
		return nil, withHint(err, "the file's account is not known to the cluster, or its token has ended; rehearse scan --print-rbac prints one with just the rights that a scan needs")
	case err != nil && ctx.Err() == nil:
		return nil, withHint(err, fmt.Sprintf("does `kubectl --kubeconfig %s version` answer?", o.kubeconfig))
	}
	return report, err
}
