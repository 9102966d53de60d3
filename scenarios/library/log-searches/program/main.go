// Program till writes the log lines that the searches of this scenario look for. Its
// argument says which part to play.
//
// It is built outside any module, from the files of this folder alone: nothing but the
// standard library may be imported.
package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

func main() {
	// As process 1 of a container the program dies of SIGTERM only if it asks to.
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt) //nolint:forbidigo // main has no caller
	err := play(ctx, os.Args[1:])
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "till:", err)
		os.Exit(1)
	}
}

func play(ctx context.Context, args []string) error {
	switch strings.Join(args, " ") {
	case "orders":
		takeOrders(ctx, os.Stdout, os.Stderr, time.Second)
		return nil
	case "idle":
		<-ctx.Done()
		return nil
	case "probe":
		return probe(ctx)
	}
	return fmt.Errorf("reading arguments %q: want orders, idle or probe", args)
}

// items are what is sold; a JSON envelope escapes the &, a plain one does not.
var items = []string{"tea", "salt & pepper", "cups"}

// takeOrders takes one order each time that the clock ticks. Every fifth is refused,
// and after every tenth the ledger is written: one line of some 20 KiB.
func takeOrders(ctx context.Context, out, errors io.Writer, pace time.Duration) {
	taken := slog.New(slog.NewJSONHandler(out, nil))
	refused := slog.New(slog.NewJSONHandler(errors, nil))
	tick := time.NewTicker(pace)
	defer tick.Stop()
	for order := 1; ; order++ {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		item := items[order%len(items)]
		if order%5 == 0 {
			refused.Error("payment refused", "item", item, "order", order)
			continue
		}
		taken.Info("order taken", "item", item, "order", order)
		if order%10 == 1 {
			fmt.Fprintln(out, ledger())
		}
	}
}

// carried stands where both runtimes cut a line in two: 16 KiB after its beginning. No
// line of a log file has it as a whole.
const carried = "balance carried over"

// ledger is a line of more than one piece.
func ledger() string {
	const piece = 16 << 10
	head := "ledger "
	return head + strings.Repeat(".", piece-len(head)-len(carried)/2) + carried + strings.Repeat(".", 4<<10)
}

// probe never answers in time, and says so in the log of its container as long as it
// is let live: a quarter of a minute, four times a second. Whoever ends it after a
// second makes for few lines; whoever forgets it, for many.
func probe(ctx context.Context) error {
	log, err := os.OpenFile("/proc/1/fd/1", os.O_WRONLY, 0)
	if err != nil {
		return fmt.Errorf("opening the container's log: %w", err)
	}
	defer func() { _ = log.Close() }() // a pipe: nothing is left to be written
	tick := time.NewTicker(250 * time.Millisecond)
	defer tick.Stop()
	for range 60 {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			fmt.Fprintln(log, "probe is still waiting")
		}
	}
	return nil
}
