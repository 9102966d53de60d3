package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"time"
)

// pause between two attempts to reach a registry.
const pause = 500 * time.Millisecond

// runAwait returns once all addresses accept connections: what is pulled before
// a mirror is there comes from the next one.
func runAwait(ctx context.Context, log *slog.Logger, addresses []string) error {
	for _, address := range addresses {
		if err := await(ctx, address); err != nil {
			return fmt.Errorf("waiting for %s: %w", address, err)
		}
	}
	log.Info("all registries are there")
	return nil
}

func await(ctx context.Context, address string) error {
	dialer := net.Dialer{Timeout: 2 * time.Second}
	for {
		conn, err := dialer.DialContext(ctx, "tcp", address)
		if err == nil {
			return conn.Close()
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(pause):
		}
	}
}
