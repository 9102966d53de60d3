// Program registry is everything that runs in the registry scenario: the
// registries and mirrors, what waits for them, and what is pulled from them. A
// registry serves images that hold this very program.
//
// It is built outside any module, from the files of this folder alone: nothing
// but the standard library may be imported.
package main

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"os/signal"
	"slices"
	"syscall"
)

// parts are what the binary can be, by its first argument.
var parts = map[string]func(context.Context, *slog.Logger, []string) error{
	"serve": runServe,
	"await": runAwait,
	"idle":  runIdle,
}

func main() {
	log := slog.New(slog.NewJSONHandler(os.Stdout, nil))
	// As process 1 of a container the program dies of SIGTERM only if it asks to.
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt) //nolint:forbidigo // main has no caller
	err := run(ctx, log, os.Args[1:])
	stop()
	if err != nil {
		log.Error("stopping", "error", err.Error())
		os.Exit(1)
	}
}

// run plays the part that the first argument names until it ends or ctx does.
func run(ctx context.Context, log *slog.Logger, args []string) error {
	if len(args) == 0 || parts[args[0]] == nil {
		return fmt.Errorf("reading arguments %q: want one of %q first", args, slices.Sorted(maps.Keys(parts)))
	}
	return parts[args[0]](ctx, log, args[1:])
}

// runIdle is what a pulled image does: it shows that it was pulled.
func runIdle(ctx context.Context, log *slog.Logger, _ []string) error {
	about, err := os.ReadFile("/about")
	if err != nil {
		return fmt.Errorf("reading which image this is: %w", err)
	}
	log.Info("pulled and running", "image", string(about))
	<-ctx.Done()
	return nil
}
