package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"time"
)

// runIdle does nothing, for workloads whose manifest is the point.
func runIdle(ctx context.Context, log *slog.Logger) error {
	log.Info("waiting")
	<-ctx.Done()
	return nil
}

// runHelp does nothing for a while.
func runHelp(ctx context.Context, _ *slog.Logger) error {
	ctx, cancel := context.WithTimeout(ctx, helping)
	defer cancel()
	<-ctx.Done()
	return nil
}

// runHog starts a worker that takes memory until it is killed for it, and ends
// as a shell would. It lingers before that: a runtime hears of the kill and of
// the end in two ways, and takes an end that comes first for any other.
func runHog(ctx context.Context, log *slog.Logger) error {
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("finding the program: %w", err)
	}
	worker := exec.CommandContext(ctx, self, "eat")
	worker.Stdout, worker.Stderr = os.Stdout, os.Stderr
	err = worker.Run()
	if ended, ok := errors.AsType[*exec.ExitError](err); !ok || ended.Exited() {
		return errors.Join(errors.New("running the worker: nobody killed it"), err)
	}
	log.Info("worker killed")
	select {
	case <-ctx.Done():
	case <-time.After(3 * time.Second):
	}
	return killed
}

// runEat takes memory, a mebibyte at a time. It gives up where nothing limits
// it, rather than take the machine down.
func runEat(ctx context.Context, log *slog.Logger) error {
	const mebibyte, most = 1 << 20, 512
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	log.Info("taking memory")
	var held [][]byte
	for len(held) < most {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		held = append(held, touched(mebibyte))
	}
	return fmt.Errorf("taking memory: nobody minded %d MiB", len(held))
}

// helping is how long the helper of a hook lives.
const helping = 20 * time.Minute

// killed is the exit code of a shell whose last command was killed.
const killed exitCode = 128 + 9

// exitCode is an error that only says how to exit.
type exitCode int

func (c exitCode) Error() string { return fmt.Sprintf("exit code %d", int(c)) }

// touched returns memory that is really there: a page counts once it is written.
func touched(size int) []byte {
	block := make([]byte, size)
	for i := 0; i < size; i += os.Getpagesize() {
		block[i] = 1
	}
	return block
}

// runFork starts a helper in the background and returns, as hooks written for a
// shell do with `helper &`. The helper keeps the standard output that it was
// given: whoever waits for that to close waits for ever.
func runFork(_ context.Context, log *slog.Logger) error {
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("finding the program: %w", err)
	}
	// Not bound to the context: the helper is meant to outlive this process. It
	// ends by itself long after every rehearsal, since a pod that it keeps cannot be
	// stopped.
	helper := exec.Command(self, "help") //nolint:noctx // see above
	helper.Stdout, helper.Stderr = os.Stdout, os.Stderr
	if err := helper.Start(); err != nil {
		return fmt.Errorf("starting the helper: %w", err)
	}
	log.Info("helper started")
	if err := helper.Process.Release(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("leaving the helper alone: %w", err)
	}
	return nil
}
