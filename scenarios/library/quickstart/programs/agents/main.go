// Program agents is the two node agents of the quickstart scenario. Both work on
// a Docker node. On a containerd node both run, stay ready and say nothing.
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
	"net/http"
	"os"
	"os/signal"
	"slices"
	"sync"
	"syscall"
	"time"
)

// agents are what the binary can be, by argument.
var agents = map[string]func(context.Context, *slog.Logger) error{
	"inventory":   runInventory,
	"log-shipper": runShipper,
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

// run runs the agent that args name until ctx is done.
func run(ctx context.Context, log *slog.Logger, args []string) error {
	if len(args) != 1 || agents[args[0]] == nil {
		return fmt.Errorf("reading arguments %q: want one of %q", args, slices.Sorted(maps.Keys(agents)))
	}
	return agents[args[0]](ctx, log)
}

// serve answers health checks and scrapes until ctx is done. Healthy means no
// more than that the process answers, as with most agents.
func serve(ctx context.Context, metrics fmt.Stringer) error {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) })
	mux.HandleFunc("GET /metrics", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
		fmt.Fprint(w, metrics.String())
	})
	server := &http.Server{Addr: ":8080", Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	defer context.AfterFunc(ctx, func() { _ = server.Close() })()
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serving on %s: %w", server.Addr, err)
	}
	return nil
}

// pace at which an agent looks at its node.
const pace = 5 * time.Second

// agent looks at its node again and again; String is its exposition.
type agent interface {
	look(ctx context.Context)
	fmt.Stringer
}

// live lets an agent look at once and then at its pace, until ctx is done.
func live(ctx context.Context, a agent) error {
	ctx, cancel := context.WithCancel(ctx)
	var looking sync.WaitGroup
	looking.Go(func() {
		tick := time.NewTicker(pace)
		defer tick.Stop()
		for ctx.Err() == nil {
			a.look(ctx)
			select {
			case <-ctx.Done():
			case <-tick.C:
			}
		}
	})
	err := serve(ctx, a)
	cancel()
	looking.Wait()
	return err
}
