package main

import (
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/rehearse-dev/rehearse/internal/progress"
	"github.com/rehearse-dev/rehearse/internal/term"
)

// app is what every command shares.
type app struct {
	stdout, stderr io.Writer
	quiet          bool
	verbose        bool
	progressMode   string
}

func newRoot(stdout, stderr io.Writer) *cobra.Command {
	a := &app{stdout: stdout, stderr: stderr}
	root := &cobra.Command{
		Use:   "rehearse",
		Short: "Find out what a move from Docker to containerd breaks, before it does",
		Long: `Rehearse raises two Kubernetes clusters that differ in nothing but the container
runtime, puts the same workloads and monitoring on both, does the same things to
both, and compares everything they show: what differs, why, whom it breaks and how
to fix it.

Exit codes: 0 equivalent, 1 different, 2 could not run or finish, 3 inconclusive.`,
		Example: `  rehearse doctor                  can this host rehearse?
  rehearse run quickstart          rehearse the scenario that ships with it
  rehearse report latest           render the newest run again
  rehearse scan .                  search files for Docker, without any cluster`,
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.SetOut(stdout)
	root.SetErr(stderr)
	flags := root.PersistentFlags()
	flags.BoolVarP(&a.quiet, "quiet", "q", false, "show results only, no progress")
	flags.BoolVarP(&a.verbose, "verbose", "v", false, "show diagnostics on standard error")
	flags.StringVar(&a.progressMode, "progress", "auto", "how to show progress: auto, plain or off")
	root.AddCommand(
		a.runCommand(), a.recordCommand(), a.upCommand(), a.downCommand(),
		a.compareCommand(), a.reportCommand(), a.acceptCommand(), a.explainCommand(),
		a.scenariosCommand(), a.imagesCommand(), a.doctorCommand(), a.translateCommand(), a.logsCommand(),
		a.scanCommand(), a.versionCommand(), a.suiteCommand(),
	)
	return root
}

func (a *app) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintln(a.stdout, version)
			return err
		},
	}
}

// show starts showing progress; the returned function ends it.
func (a *app) show() (progress.Observer, func(), error) {
	mode := term.Mode(a.progressMode)
	if a.quiet {
		mode = term.Off
	}
	display, err := term.New(a.stderr, term.Options{Mode: mode, Env: os.Getenv})
	if err != nil {
		return nil, nil, err
	}
	// When progress cannot be written there is nobody left to tell.
	return display.Observe, func() { _ = display.Close() }, nil
}

// logger writes diagnostics to a file, and to standard error with --verbose.
func (a *app) logger(file io.Writer) *slog.Logger {
	if a.verbose {
		file = io.MultiWriter(file, a.stderr)
	}
	return slog.New(slog.NewJSONHandler(file, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// cacheDir is where images and leases live between runs.
func cacheDir() (string, error) {
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("finding the cache folder: %w", err)
	}
	return filepath.Join(dir, "rehearse"), nil
}
