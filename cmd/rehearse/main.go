// Rehearse tells, before a Kubernetes cluster moves from Docker to containerd,
// what will stop working and how to fix it: it puts the same workloads on two
// clusters that differ in nothing but the runtime and compares all they show.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

// Exit codes, the same for every command.
const (
	codeEquivalent   = 0
	codeDifferent    = 1
	codeFailed       = 2
	codeInconclusive = 3
)

// version is set when the program is built.
var version = "dev"

func main() {
	ctx, stop := interruptible(context.Background())
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run is the whole program, as tests call it.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	root := newRoot(stdout, stderr)
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return codeEquivalent
	}
	if answer, ok := errors.AsType[verdictError](err); ok {
		return answer.code
	}
	fmt.Fprintf(stderr, "rehearse: %v\n", err)
	if hint, ok := errors.AsType[*hintError](err); ok {
		fmt.Fprintf(stderr, "hint: %s\n", hint.hint)
	}
	return codeFailed
}

// verdictError ends the program with the code of a verdict and without words:
// the verdict has been printed.
type verdictError struct{ code int }

func (e verdictError) Error() string { return fmt.Sprintf("exit code %d", e.code) }

// hintError is an error and what to do about it.
type hintError struct {
	error
	hint string
}

func (e *hintError) Unwrap() error { return e.error }

func withHint(err error, hint string) error {
	if err == nil {
		return nil
	}
	return &hintError{err, hint}
}

// errInterrupted is the cause of a context that the user cancelled.
var errInterrupted = errors.New("interrupted")

// interruptible is cancelled by the first SIGINT or SIGTERM; a second one ends
// the program at once.
func interruptible(ctx context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		if _, open := <-signals; !open {
			return
		}
		fmt.Fprintln(os.Stderr, "rehearse: interrupted: collecting what there is and tearing down; interrupt again to leave at once")
		cancel(errInterrupted)
		if _, open := <-signals; open {
			fmt.Fprintln(os.Stderr, "rehearse: left at once\nhint: remove what is left with: rehearse down --all")
			os.Exit(codeFailed)
		}
	}()
	return ctx, func() {
		signal.Stop(signals)
		close(signals)
		cancel(nil)
	}
}
