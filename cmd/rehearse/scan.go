package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/rehearse-dev/rehearse/harness/compare"
	"github.com/rehearse-dev/rehearse/harness/scan"
	"github.com/rehearse-dev/rehearse/harness/scan/finding"
	"github.com/rehearse-dev/rehearse/harness/scan/live"
	"github.com/rehearse-dev/rehearse/internal/term"
	"github.com/rehearse-dev/rehearse/reports"
)

// scanOptions are the flags of scan.
type scanOptions struct {
	format     string
	failOn     string
	fixPreview bool
	scanner    scan.Scanner
	live       liveOptions
}

func (a *app) scanCommand() *cobra.Command {
	var o scanOptions
	cmd := &cobra.Command{
		Use:   "scan PATH... | scan --kubeconfig FILE",
		Short: "Search manifests, charts, pipelines, rules, node files or a cluster for Docker",
		Long: `Reads files and folders and says what in them reaches for Docker: sockets and folders
of the node that pods mount, docker in commands, probes and scripts, agents and log
parsers that know Docker alone, rules and dashboards on its metrics, settings of its
daemon. Each format is read by a parser, so that a comment or a text is no finding.

Charts are rendered with their values and kustomizations are built. Nothing is run,
and nobody is asked.

A comment accepts a finding, with its reason: # rehearse:ignore RULE reason

With --kubeconfig it looks at what is in a cluster instead. It lists objects, no secrets
among them, and changes nothing; --print-rbac prints the rights that it needs. With
--nodes it also reads files and processes of the nodes, by pods that it makes and removes.

Exit codes: 0 nothing found, 1 findings, 2 could not run, 3 nothing found, but not all
could be read, or the cluster did not show everything.`,
		Example: `  rehearse scan .
  rehearse scan charts/ --values production.yaml --format sarif > scan.sarif
  rehearse scan /etc --fail-on breaks
  rehearse scan --print-rbac | kubectl apply -f -
  rehearse scan --kubeconfig scan.kubeconfig`,
		Args: o.live.arguments,
		RunE: func(cmd *cobra.Command, args []string) error { return a.scan(cmd, args, o) },
	}
	flags := cmd.Flags()
	o.live.flags(cmd)
	flags.StringVar(&o.format, "format", "text", "one of text, json, sarif")
	flags.BoolVar(&o.fixPreview, "fix-preview", false, "print a unified diff of the rewrites that are certain, instead of a report")
	flags.StringVar(&o.failOn, "fail-on", string(compare.Changes), "gravity from which findings make the exit code 1: breaks, changes or info")
	flags.StringArrayVar(&o.scanner.Values, "values", nil, "a file of values for every chart, over its own; may be repeated")
	flags.StringVar(&o.scanner.KubernetesVersion, "kubernetes-version", "", "version to render charts for")
	return cmd
}

func (a *app) scan(cmd *cobra.Command, paths []string, o scanOptions) error {
	if o.live.printRBAC {
		_, err := fmt.Fprint(a.stdout, live.Rights(o.live.nodes))
		return err
	}
	output, err := reports.FindScan(o.format)
	if err != nil {
		return err
	}
	severity, err := severityOf(o.failOn)
	if err != nil {
		return err
	}
	report, err := a.look(cmd.Context(), paths, o)
	if err != nil {
		return err
	}
	switch {
	case o.fixPreview:
		err = scan.FixPreview(a.stdout, report)
	case output.Name == "text":
		err = reports.ScanText{Width: term.Width(a.stdout), Colour: term.IsTerminal(a.stdout) && term.Colour(os.Getenv)}.Format(a.stdout, report)
	default:
		err = output.Format(a.stdout, report)
	}
	if err != nil {
		return err
	}
	return scanVerdict(report, severity)
}

// look searches the paths, or the cluster.
func (a *app) look(ctx context.Context, paths []string, o scanOptions) (*finding.Report, error) {
	if len(paths) == 0 {
		return a.lookLive(ctx, o.live)
	}
	report, err := o.scanner.Run(ctx, paths)
	return report, withHint(err, "name files and folders that are there")
}

// scanVerdict turns a report into the exit code.
func scanVerdict(r *finding.Report, failOn compare.Severity) error {
	switch {
	case r.Unseen():
		return verdictError{codeInconclusive}
	case r.AtLeast(failOn) > 0:
		return verdictError{codeDifferent}
	case len(r.Gaps) > 0:
		return verdictError{codeInconclusive}
	}
	return nil
}

func severityOf(name string) (compare.Severity, error) {
	known := []string{string(compare.Breaks), string(compare.Changes), string(compare.Info)}
	if slices.Contains(known, name) {
		return compare.Severity(name), nil
	}
	return "", fmt.Errorf("--fail-on %q: know %s", name, strings.Join(known, ", "))
}
