package main

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
)

// store keeps a number for each key: how many of it were sold.
type store struct {
	log    *slog.Logger
	counts counters

	mu   sync.Mutex
	sold map[string]int
}

func newStore(log *slog.Logger) *store { return &store{log: log, sold: map[string]int{}} }

func runStore(ctx context.Context, log *slog.Logger) error {
	s := newStore(log)
	return serve(ctx, log, s.routes(), &s.counts)
}

func (s *store) routes() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /sold/{item}", s.read)
	mux.HandleFunc("POST /sold/{item}", s.increment)
	mux.HandleFunc("GET /sold", s.total)
	return mux
}

func (s *store) read(w http.ResponseWriter, r *http.Request) {
	item := r.PathValue("item")
	s.mu.Lock()
	n := s.sold[item]
	s.mu.Unlock()
	s.counts.add("store_reads_total", 1)
	s.log.Info("key read", "key", item, "value", n)
	fmt.Fprint(w, n)
}

func (s *store) increment(w http.ResponseWriter, r *http.Request) {
	item := r.PathValue("item")
	s.mu.Lock()
	s.sold[item]++
	n := s.sold[item]
	s.mu.Unlock()
	s.counts.add("store_writes_total", 1)
	s.log.Info("key written", "key", item, "value", n)
	fmt.Fprint(w, n)
}

func (s *store) total(w http.ResponseWriter, _ *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	sum := 0
	for _, n := range s.sold {
		sum += n
	}
	fmt.Fprint(w, sum)
}
