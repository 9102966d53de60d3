// Package ginkgo runs a compiled Ginkgo suite against one cluster and reads back
// what it showed.
//
// Any test binary built with Ginkgo 2 works unchanged, Kubernetes' own e2e.test
// included. It runs in a process group of its own, with the cluster's kubeconfig
// in its environment and none of the caller's secrets, and answers through
// Ginkgo's JSON report. Failing specs are part of the [suites.Result]; an error
// means that the suite could not be looked at, or not to its end.
//
// The specs of one process run one after another: to run a compiled binary in
// parallel, Ginkgo needs its own command line tool. A [Runner] runs a few suites of
// a scenario at the same time instead, which is why the shipped ones are cut into
// one suite per area.
package ginkgo

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"github.com/rehearse-dev/rehearse/clusters"
	"github.com/rehearse-dev/rehearse/suites"
)

const (
	// DefaultTimeout of a suite that names none.
	DefaultTimeout = 10 * time.Minute

	// killAfter is how long an interrupted suite may take to clean up. Ginkgo
	// gives each node that is running, or still has to clean up, nodeGrace of it.
	killAfter = 40 * time.Second
	nodeGrace = 10 * time.Second
)

// Request is one suite to run against one cluster.
type Request struct {
	Cluster *clusters.Cluster
	// Suite names the suite, and its folder in Dir.
	Suite string
	// Binary is a compiled Ginkgo suite. It runs in the folder that it lies in, as
	// it would with test data beside it.
	Binary string
	// Args come before the runner's own, which win.
	Args []string
	// Seed of Ginkgo's random order; use the same for both sides.
	Seed int64
	// Timeout of the whole suite; zero means DefaultTimeout.
	Timeout time.Duration
	// Dir is a folder in which <suite>/ is made, with all that the process wrote
	// (output.log) and Ginkgo's own report (report.json).
	Dir string
}

// Run runs one suite. A suite that is cut short, by its time-out or by ctx, is
// first interrupted so that it can clean up and report: the specs that had ended
// by then are returned together with the error.
func Run(ctx context.Context, r Request) (suites.Result, error) {
	if r.Timeout == 0 {
		r.Timeout = DefaultTimeout
	}
	ctx, cancel := context.WithTimeoutCause(ctx, r.Timeout,
		fmt.Errorf("it did not end within %s", r.Timeout))
	defer cancel()
	result, err := run(ctx, r)
	if cause := context.Cause(ctx); err != nil && cause != nil {
		err = cause // what a suite that we interrupted says of it is of no use
	}
	if err != nil {
		result.Gap = err.Error()
		err = fmt.Errorf("running suite %q on %s: %w", r.Suite, r.Cluster.Side, err)
	}
	result.Suite, result.Seed = r.Suite, r.Seed
	return result, err
}

func run(ctx context.Context, r Request) (suites.Result, error) {
	dir, err := prepare(r)
	if err != nil {
		return suites.Result{}, err
	}
	report, output := filepath.Join(dir, "report.json"), filepath.Join(dir, "output.log")
	exit, err := start(ctx, r, report, output)
	if err != nil {
		return suites.Result{}, err
	}
	result, err := readReport(report)
	if errors.Is(err, os.ErrNotExist) {
		return result, noReport(r.Binary, exit, output)
	}
	return result, err
}

// prepare makes the folder of the suite and takes away what an earlier run left:
// an old report must not pass for a new one.
func prepare(r Request) (string, error) {
	dir, err := filepath.Abs(filepath.Join(r.Dir, r.Suite))
	if err != nil {
		return "", fmt.Errorf("preparing output: %w", err)
	}
	if err := os.RemoveAll(dir); err != nil {
		return "", fmt.Errorf("preparing output: %w", err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", fmt.Errorf("preparing output: %w", err)
	}
	return dir, nil
}

// start runs the process to its end. How it exited is not an error: Ginkgo exits
// with 1 when a spec failed.
func start(ctx context.Context, r Request, report, output string) (exit error, err error) {
	binary, err := filepath.Abs(r.Binary)
	if err != nil {
		return nil, err
	}
	out, err := os.Create(output)
	if err != nil {
		return nil, fmt.Errorf("preparing output: %w", err)
	}
	cmd := exec.CommandContext(ctx, binary, arguments(r, report)...)
	cmd.Dir = filepath.Dir(binary)
	cmd.Env = environment(r.Cluster)
	cmd.Stdout, cmd.Stderr = out, out
	// A group of its own: an interrupt typed at the terminal reaches us alone, and
	// we pass it on once. A second one would make Ginkgo skip its clean-up.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = killAfter
	if err := cmd.Start(); err != nil {
		return nil, errors.Join(err, out.Close())
	}
	exit = cmd.Wait()
	return exit, errors.Join(killGroup(cmd.Process.Pid), out.Close())
}

// killGroup ends what the suite's process left running.
func killGroup(leader int) error {
	if err := syscall.Kill(-leader, syscall.SIGKILL); err != nil && !errors.Is(err, syscall.ESRCH) {
		return fmt.Errorf("ending what the suite left running: %w", err)
	}
	return nil
}

func arguments(r Request, report string) []string {
	args := append([]string{}, r.Args...)
	return append(args,
		"--ginkgo.json-report="+report,
		"--ginkgo.seed="+strconv.FormatInt(r.Seed, 10),
		"--ginkgo.no-color",
		// Time is kept out here, once: two that run out together would count as two
		// interrupts.
		"--ginkgo.timeout=0",
		"--ginkgo.grace-period="+nodeGrace.String(),
	)
}

// environment is what a suite may know. The caller's own environment stays with
// the caller, but for what programs need to find their way.
func environment(c *clusters.Cluster) []string {
	env := []string{
		suites.EnvKubeconfig + "=" + c.Kubeconfig,
		suites.EnvSide + "=" + string(c.Side),
		suites.EnvRuntime + "=" + string(c.Runtime),
	}
	for _, name := range []string{suites.EnvToolbox, "PATH", "HOME", "TMPDIR", "TZ"} {
		if value, ok := os.LookupEnv(name); ok {
			env = append(env, name+"="+value)
		}
	}
	return env
}
