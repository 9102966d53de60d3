package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"time"
)

// address that every service of the shop listens on.
const address = ":8080"

// serve answers requests until ctx is done. Health and metrics are the same for
// every service.
func serve(ctx context.Context, log *slog.Logger, mux *http.ServeMux, counts *counters) error {
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) })
	mux.Handle("GET /metrics", counts)
	server := &http.Server{Addr: address, Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	// Visits take milliseconds: closing at once costs nothing and lets the pod go.
	defer context.AfterFunc(ctx, func() { _ = server.Close() })()
	log.Info("listening", "address", address)
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serving on %s: %w", address, err)
	}
	return nil
}

// client opens a connection for each request, so that a service spreads them
// over its pods.
func client() *http.Client {
	return &http.Client{Timeout: 2 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
}

// call makes one request and returns the body of a good answer.
func call(ctx context.Context, c *http.Client, method, url string) (string, error) {
	req, err := http.NewRequestWithContext(ctx, method, url, nil)
	if err != nil {
		return "", fmt.Errorf("calling %q: %w", url, err)
	}
	resp, err := c.Do(req)
	if err != nil {
		return "", err // names the method and the address itself
	}
	defer func() { _ = resp.Body.Close() }() // nothing was written to it
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return "", fmt.Errorf("calling %q: %w", url, err)
	}
	if resp.StatusCode != http.StatusOK {
		return "", fmt.Errorf("calling %q: %s", url, resp.Status)
	}
	return string(body), nil
}
