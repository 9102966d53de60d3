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

// runHog takes memory, a mebibyte at a time, until it is killed for it. It gives
// up where nothing limits it, rather than take the machine down.
func runHog(ctx context.Context, log *slog.Logger) error {
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
	// Not bound to the context: the helper is meant to outlive this process.
	helper := exec.Command(self, "idle") //nolint:noctx // see above
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
