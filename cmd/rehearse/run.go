package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"
	"k8s.io/klog/v2"

	"github.com/rehearse-dev/rehearse/clusters"
	"github.com/rehearse-dev/rehearse/harness"
	"github.com/rehearse-dev/rehearse/scenarios"
	"github.com/rehearse-dev/rehearse/scenarios/apply"
)

// runOptions are the flags of run and record.
type runOptions struct {
	out                 string
	keep                bool
	null                string
	repeat              int
	baselineRuntime     string
	baselineKubeconfig  string
	candidateKubeconfig string
}

func (a *app) runCommand() *cobra.Command {
	var o runOptions
	var j judging
	cmd := &cobra.Command{
		Use:   "run SCENARIO",
		Short: "Rehearse a scenario: record both sides, compare, report",
		Long: `Raises the pair of clusters that the scenario asks for, goes through its stages on
both sides, records everything, tears the pair down, and judges the recordings.

SCENARIO is a file, a folder with a scenario.yaml, or the name of a shipped one.

With --repeat N all of this is done N times, each time on a fresh pair. What varies
from run to run is then told from what differs, and amounts are judged as well: with
two runs that is a first look, three are the usual choice, five a gate. A warm-up that
is not recorded comes before them.

With --null both sides get the same runtime. Such a rehearsal must find nothing: what
it finds is noise of the harness or of the workloads.`,
		Example: `  rehearse run quickstart
  rehearse run ./my-scenario --keep
  rehearse run quickstart --null=docker
  rehearse run quickstart --repeat 3
  rehearse run alerts --baseline-runtime dockershim
  rehearse run ./my-scenario --baseline-kubeconfig old.yaml --candidate-kubeconfig new.yaml`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if _, err := j.read(); err != nil {
				return err // before there are clusters
			}
			folder, err := a.record(cmd.Context(), args[0], o)
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
	o.addFlags(cmd)
	j.addFlags(cmd)
	return cmd
}

func (a *app) recordCommand() *cobra.Command {
	var o runOptions
	cmd := &cobra.Command{
		Use:   "record SCENARIO",
		Short: "Rehearse a scenario up to the recordings, without judging them",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			folder, err := a.record(cmd.Context(), args[0], o)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintln(a.stdout, folder.Path)
			return err
		},
	}
	o.addFlags(cmd)
	return cmd
}

func (o *runOptions) addFlags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&o.out, "out", "rehearsals", "folder for the run's folder")
	flags.BoolVar(&o.keep, "keep", false, "leave the pair running afterwards")
	flags.StringVar(&o.null, "null", "", "use one runtime on both sides: docker, containerd or dockershim (without a value: the candidate's)")
	flags.Lookup("null").NoOptDefVal = "candidate"
	flags.IntVar(&o.repeat, "repeat", 1, "how often to rehearse, each time on a fresh pair")
	flags.StringVar(&o.baselineRuntime, "baseline-runtime", "", "rehearse from another kind of Docker Engine than the scenario says: docker, or dockershim with kubelet v1.23.17 on both sides")
	flags.StringVar(&o.baselineKubeconfig, "baseline-kubeconfig", "", "rehearse on a cluster that exists, instead of making one")
	flags.StringVar(&o.candidateKubeconfig, "candidate-kubeconfig", "", "the same for the other side; both or neither")
	cmd.MarkFlagsRequiredTogether("baseline-kubeconfig", "candidate-kubeconfig")
	cmd.MarkFlagsMutuallyExclusive("baseline-kubeconfig", "repeat")
	cmd.MarkFlagsMutuallyExclusive("baseline-kubeconfig", "baseline-runtime")
}

// record goes through the stages and returns the run folder.
func (a *app) record(ctx context.Context, name string, o runOptions) (*harness.Folder, error) {
	if o.repeat < 1 || o.repeat > harness.MaxRepeat {
		return nil, fmt.Errorf("--repeat=%d: want 1 to %d", o.repeat, harness.MaxRepeat)
	}
	scenario, err := a.findScenario(name)
	if err != nil {
		return nil, err
	}
	if o.baselineRuntime != "" {
		if err := scenario.Spec.Pair.UseBaseline(clusters.Runtime(o.baselineRuntime)); err != nil {
			return nil, fmt.Errorf("--baseline-runtime: %w", err)
		}
	}
	if err := applyNull(scenario, o.null); err != nil {
		return nil, err
	}
	if _, err := loadSearches(scenario); err != nil {
		return nil, err
	}
	// A chart that does not render, or a job that makes no sense, is better found before there are clusters.
	if _, err := apply.Render(scenario); err != nil {
		return nil, err
	}
	if _, err := scrapeJobs(scenario); err != nil {
		return nil, err
	}
	folder, err := a.createFolder(scenario, o)
	if err != nil {
		return nil, err
	}
	log, err := os.Create(filepath.Join(folder.Path, "rehearse.log"))
	if err != nil {
		return nil, fmt.Errorf("opening the log: %w", err)
	}
	defer log.Close()
	observe, done, err := a.show()
	if err != nil {
		return nil, err
	}
	defer done()
	logger := a.logger(log)
	klog.SetSlogLogger(logger) // Kubernetes' libraries would write to the terminal
	rehearsal, release, err := a.assemble(ctx, scenario, folder, assembly{o, observe, logger})
	if err != nil {
		return nil, err
	}
	err = errors.Join(rehearsal.Run(ctx), release())
	if err != nil {
		return nil, withHint(err, "what was recorded is in "+folder.Path)
	}
	return folder, nil
}

func (a *app) createFolder(s *scenarios.Scenario, o runOptions) (*harness.Folder, error) {
	hash, err := s.Hash()
	if err != nil {
		return nil, err
	}
	return harness.CreateFolder(o.out, harness.Record{
		Tool: version, Scenario: s, ScenarioHash: hash, Null: o.null != "", Repeat: o.repeat, Started: time.Now().UTC(),
	})
}

// applyNull gives both sides of a scenario the same runtime and configuration.
func applyNull(s *scenarios.Scenario, null string) error {
	pair := &s.Spec.Pair
	switch clusters.Runtime(null) {
	case "":
		return nil
	case "candidate", pair.Candidate.Runtime:
		pair.Baseline = pair.Candidate
	case pair.Baseline.Runtime:
		pair.Candidate = pair.Baseline
	default:
		return fmt.Errorf("--null=%s: the scenario's runtimes are %s and %s", null, pair.Baseline.Runtime, pair.Candidate.Runtime)
	}
	return nil
}
