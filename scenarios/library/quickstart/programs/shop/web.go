package main

import (
	"context"
	"fmt"
	"html"
	"log/slog"
	"net/http"
	"net/url"
)

// web is the front of the shop: it shows items and takes orders.
type web struct {
	log            *slog.Logger
	client         *http.Client
	catalog, store string // base addresses
	counts         counters
}

func runWeb(ctx context.Context, log *slog.Logger) error {
	w := &web{log: log, client: client(), catalog: "http://catalog:8080", store: "http://store:8080"}
	return serve(ctx, log, w.routes(), &w.counts)
}

func (s *web) routes() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /items/{item}", s.page)
	mux.HandleFunc("POST /orders/{item}", s.order)
	return mux
}

func (s *web) page(w http.ResponseWriter, r *http.Request) {
	s.answer(w, r, "page served", s.catalog+"/items/")
}

func (s *web) order(w http.ResponseWriter, r *http.Request) {
	s.answer(w, r, "order placed", s.store+"/sold/")
}

// answer passes a request on to the service behind, for the item it names.
func (s *web) answer(w http.ResponseWriter, r *http.Request, done, behind string) {
	item := r.PathValue("item")
	body, err := call(r.Context(), s.client, r.Method, behind+url.PathEscape(item))
	if err != nil {
		s.counts.add(requests(r.Method, http.StatusBadGateway), 1)
		s.log.Warn("shop is closed", "error", err.Error())
		http.Error(w, "shop is closed", http.StatusBadGateway)
		return
	}
	s.counts.add(requests(r.Method, http.StatusOK), 1)
	s.log.Info(done, "item", item)
	fmt.Fprintln(w, html.EscapeString(body))
}

func requests(method string, status int) string {
	return fmt.Sprintf(`web_requests_total{method=%q,code="%d"}`, method, status)
}
