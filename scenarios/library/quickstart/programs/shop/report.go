package main

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"time"
)

// runReport says once how much was sold, as the CronJob does every minute. The
// first minute may come before the store is up: it waits, so that every run
// ends the same way.
func runReport(ctx context.Context, log *slog.Logger) error {
	ctx, cancel := context.WithTimeout(ctx, 45*time.Second)
	defer cancel()
	return report(ctx, log, "http://store:8080")
}

func report(ctx context.Context, log *slog.Logger, store string) error {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		sold, err := call(ctx, client(), http.MethodGet, store+"/sold")
		if err == nil {
			log.Info("sold so far", "items", sold)
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("reporting: %w", err)
		case <-tick.C:
		}
	}
}
