package main

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// serveTest serves one service of the shop and returns its address.
func serveTest(t *testing.T, handler http.Handler) string {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server.URL
}

// openShop starts the three services as the cluster does and returns the
// addresses of the front and of the store.
func openShop(t *testing.T, log *slog.Logger) (front, behind string) {
	t.Helper()
	behind = serveTest(t, newStore(log).routes())
	middle := serveTest(t, (&catalog{log: log, client: client(), store: behind}).routes())
	front = serveTest(t, (&web{log: log, client: client(), catalog: middle, store: behind}).routes())
	return front, behind
}

func TestCustomersSeeAndBuyEveryItem(t *testing.T) {
	t.Parallel()
	var lines bytes.Buffer
	shopLog := slog.New(slog.NewJSONHandler(&lines, nil))
	front, behind := openShop(t, shopLog)
	c := &customers{log: shopLog, client: client(), web: front}
	for range 20 {
		c.visit(t.Context())
	}
	log := lines.String()
	for text, want := range map[string]int{
		`"msg":"visited"`:       20,
		`"msg":"page served"`:   16,
		`"msg":"order placed"`:  4,
		`"item":"cups <small>"`: 5 + 5 + 4, // customers, web, catalog
		`"level":"WARN"`:        0,
		`"msg":"key written"`:   4,
		`"key":"salt & pepper"`: 5,
	} {
		if got := strings.Count(log, text); got != want {
			t.Errorf("lines with %s: got %d, want %d", text, got, want)
		}
	}
	sold, err := call(t.Context(), client(), http.MethodGet, behind+"/sold")
	if err != nil || sold != "4" {
		t.Errorf("sold: got %q, %v, want 4", sold, err)
	}
}

func TestWebSaysWhenTheCatalogIsGone(t *testing.T) {
	t.Parallel()
	var lines bytes.Buffer
	front := &web{log: slog.New(slog.NewJSONHandler(&lines, nil)), client: client(), catalog: "http://127.0.0.1:1"}
	_, err := call(t.Context(), client(), http.MethodGet, serveTest(t, front.routes())+"/items/tea")
	if err == nil || !strings.Contains(err.Error(), "502") {
		t.Errorf("calling web: got %v, want a 502", err)
	}
	if want := `web_requests_total{method="GET",code="502"} 1`; !strings.Contains(front.counts.String(), want) {
		t.Errorf("metrics: got %q, want %q", front.counts.String(), want)
	}
}

func TestReportWaitsForTheStore(t *testing.T) {
	t.Parallel()
	answers := []int{http.StatusServiceUnavailable, http.StatusOK}
	store := serveTest(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(answers[0])
		answers = answers[1:]
	}))
	var lines bytes.Buffer
	if err := report(t.Context(), slog.New(slog.NewJSONHandler(&lines, nil)), store); err != nil {
		t.Fatalf("report: %v", err)
	}
	if got := strings.Count(lines.String(), "\n"); got != 1 {
		t.Errorf("report printed %d lines, want 1: %s", got, &lines)
	}
}

func TestReportGivesUpWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := report(ctx, slog.New(slog.DiscardHandler), "http://127.0.0.1:1"); err == nil {
		t.Error("report without a store: got no error")
	}
}

func TestCountersWriteAnExposition(t *testing.T) {
	t.Parallel()
	var c counters
	if got := c.String(); got != "" {
		t.Errorf("no counter yet: got %q, want nothing", got)
	}
	c.add(`b_total{code="502"}`, 1)
	c.add("a_total", 2)
	c.add(`b_total{code="200"}`, 3)
	c.add("a_total", 1)
	want := `# TYPE a_total counter
a_total 3
# TYPE b_total counter
b_total{code="200"} 3
b_total{code="502"} 1
`
	if diff := cmp.Diff(want, c.String()); diff != "" {
		t.Errorf("exposition (-want +got):\n%s", diff)
	}
}

func TestListingIsLongerThanOnePieceOfALogFile(t *testing.T) {
	t.Parallel()
	if got := len(listing()); got <= 16<<10 || got > 32<<10 {
		t.Errorf("listing: got %d bytes, want more than one piece of 16 KiB and at most two", got)
	}
}

func TestPlayRefusesUnknownParts(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{nil, {"owner"}, {"web", "store"}} {
		if err := play(t.Context(), slog.New(slog.DiscardHandler), args); err == nil {
			t.Errorf("play(%q): got no error", args)
		}
	}
}

func TestIdleEndsWhenAsked(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := play(ctx, slog.New(slog.DiscardHandler), []string{"idle"}); err != nil {
		t.Errorf("idle: %v", err)
	}
}
