package main

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// items are what the shop sells. Two names hold characters that a JSON envelope
// escapes and a plain one does not: whoever searches raw log files for them
// finds them on one side only.
var items = []string{"tea", "salt & pepper", "cups <small>", "kettle"}

// catalog knows the items, and asks the store how many of each were sold.
type catalog struct {
	log    *slog.Logger
	client *http.Client
	store  string // base address
	counts counters
}

func runCatalog(ctx context.Context, log *slog.Logger) error {
	c := &catalog{log: log, client: client(), store: "http://store:8080"}
	log.Info("catalogue loaded", "items", listing())
	return serve(ctx, log, c.routes(), &c.counts)
}

// listing is the whole catalogue as one log line of some 20 KiB. That is more
// than either runtime writes in one piece, so it lies in the log file in parts.
func listing() string {
	const size = 20 << 10
	line := strings.Join(items, ", ") + "; "
	return strings.Repeat(line, size/len(line)+1)
}

func (c *catalog) routes() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /items/{item}", c.show)
	return mux
}

func (c *catalog) show(w http.ResponseWriter, r *http.Request) {
	item := r.PathValue("item")
	if !slices.Contains(items, item) {
		http.NotFound(w, r)
		return
	}
	sold, err := call(r.Context(), c.client, http.MethodGet, c.store+"/sold/"+url.PathEscape(item))
	if err != nil {
		c.log.Warn("store did not answer", "error", err.Error())
		http.Error(w, "store did not answer", http.StatusBadGateway)
		return
	}
	c.counts.add("catalog_views_total", 1)
	c.log.Info("item shown", "item", item, "sold", sold)
	fmt.Fprintf(w, "%s (%s sold)", item, sold)
}
