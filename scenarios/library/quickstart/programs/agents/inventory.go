package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync/atomic"
	"time"
)

// dockerSocket is where Docker Engine answers, on a node that has it.
const dockerSocket = "/var/run/docker.sock"

// inventory asks Docker how many containers the node runs and says so. When
// Docker does not answer it tries again later and keeps that to itself.
type inventory struct {
	log        *slog.Logger
	docker     *http.Client
	containers atomic.Int64 // as last answered
	answers    atomic.Int64
}

func runInventory(ctx context.Context, log *slog.Logger) error {
	i := newInventory(log, dockerSocket)
	log.Info("watching " + dockerSocket)
	return live(ctx, i)
}

func newInventory(log *slog.Logger, socket string) *inventory {
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", socket)
	}
	docker := &http.Client{Timeout: 3 * time.Second, Transport: &http.Transport{DialContext: dial}}
	return &inventory{log: log, docker: docker}
}

// look asks once. A failure is a debug line, which nobody sees at the usual level.
func (i *inventory) look(ctx context.Context) {
	n, err := i.count(ctx)
	if err != nil {
		i.log.Debug("docker did not answer", "error", err.Error())
		return
	}
	i.containers.Store(int64(n))
	i.answers.Add(1)
	i.log.Info(fmt.Sprintf("inventory: %d containers", n))
}

// count asks for the running containers.
func (i *inventory) count(ctx context.Context) (int, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://docker/containers/json", nil)
	if err != nil {
		return 0, fmt.Errorf("counting containers: %w", err)
	}
	resp, err := i.docker.Do(req)
	if err != nil {
		return 0, fmt.Errorf("counting containers: %w", err)
	}
	defer func() { _ = resp.Body.Close() }() // nothing was written to it
	if resp.StatusCode != http.StatusOK {
		return 0, fmt.Errorf("counting containers: %s", resp.Status)
	}
	var containers []json.RawMessage
	if err := json.NewDecoder(resp.Body).Decode(&containers); err != nil {
		return 0, fmt.Errorf("counting containers: %w", err)
	}
	return len(containers), nil
}

// String is the exposition. The gauge appears with the first answer.
func (i *inventory) String() string {
	if i.answers.Load() == 0 {
		return ""
	}
	return fmt.Sprintf("# TYPE inventory_containers gauge\ninventory_containers %d\n", i.containers.Load())
}
