// Program shop takes orders, or makes them:
//
//	shop serve
//	shop order URL
package main

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

const (
	// book is where orders are written: in the container's own layer.
	book = "/tmp/orders"
	// rounds of hashing are the work of one order: some milliseconds.
	rounds = 10_000
	// pause between two orders.
	pause = 100 * time.Millisecond
)

func main() {
	// As process 1 of a container the program dies of SIGTERM only if it asks to.
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt) //nolint:forbidigo // main has no caller
	err := run(ctx, os.Args[1:])
	stop()
	if err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, args []string) error {
	switch {
	case len(args) == 1 && args[0] == "serve":
		return serve(ctx)
	case len(args) == 2 && args[0] == "order":
		return order(ctx, args[1])
	default:
		return fmt.Errorf("reading arguments %q: expected serve, or order and a URL", args)
	}
}

// serve does some work for every request that is an order, and writes it down.
func serve(ctx context.Context) error {
	server := &http.Server{Addr: ":8080", ReadHeaderTimeout: time.Second, Handler: http.HandlerFunc(take)}
	stopped := context.AfterFunc(ctx, func() { _ = server.Close() })
	defer stopped()
	if err := server.ListenAndServe(); ctx.Err() == nil {
		return err
	}
	return nil
}

func take(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != "/order" {
		return // a probe, or an alert: it is enough to answer
	}
	sum := sha256.Sum256([]byte(r.RemoteAddr))
	for range rounds {
		sum = sha256.Sum256(sum[:])
	}
	f, err := os.OpenFile(book, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err == nil {
		_, err = fmt.Fprintf(f, "%x\n", sum)
		f.Close()
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
	}
}

// order orders again and again until ctx ends. A shop that does not answer is
// tried again.
func order(ctx context.Context, url string) error {
	tick := time.NewTicker(pause)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			one(ctx, strings.TrimSuffix(url, "/")+"/order")
		}
	}
}

func one(ctx context.Context, url string) {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, http.NoBody)
	if err != nil {
		return
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return
	}
	_, _ = io.Copy(io.Discard, answer.Body)
	_ = answer.Body.Close()
}
