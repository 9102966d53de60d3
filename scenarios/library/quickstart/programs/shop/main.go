// Program shop is the web shop of the quickstart scenario. It is one binary so
// that one image serves the whole cast; its argument says which part to play.
//
// It is built outside any module, from the files of this folder alone: nothing
// but the standard library may be imported.
package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"os/signal"
	"slices"
	"syscall"
)

// parts are the roles that the binary can play, by argument.
var parts = map[string]func(context.Context, *slog.Logger) error{
	"web":       runWeb,
	"catalog":   runCatalog,
	"store":     runStore,
	"customers": runCustomers,
	"report":    runReport,
	"idle":      runIdle,
	"hog":       runHog,
	"eat":       runEat,
	"fork":      runFork,
	"help":      runHelp,
}

func main() {
	log := slog.New(slog.NewJSONHandler(os.Stdout, nil))
	// As process 1 of a container the program dies of SIGTERM only if it asks to.
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt) //nolint:forbidigo // main has no caller
	err := play(ctx, log, os.Args[1:])
	stop()
	if code, ok := errors.AsType[exitCode](err); ok {
		os.Exit(int(code))
	}
	if err != nil {
		log.Error("stopping", "error", err.Error())
		os.Exit(1)
	}
}

// play runs the part that args name until it ends or ctx does.
func play(ctx context.Context, log *slog.Logger, args []string) error {
	if len(args) != 1 || parts[args[0]] == nil {
		return fmt.Errorf("reading arguments %q: want one of %q", args, slices.Sorted(maps.Keys(parts)))
	}
	return parts[args[0]](ctx, log.With("part", args[0]))
}
