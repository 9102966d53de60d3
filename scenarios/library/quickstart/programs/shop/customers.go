package main

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"time"
)

// pace of the customers: one visit each, whatever the answer, so that both
// sides see the same number of visits in the same time.
const pace = time.Second

// customers visit the front page of the shop, one item after the other; every
// fifth visit buys.
type customers struct {
	log    *slog.Logger
	client *http.Client
	web    string // base address
	visits int
}

func runCustomers(ctx context.Context, log *slog.Logger) error {
	c := &customers{log: log, client: client(), web: "http://web:8080"}
	tick := time.NewTicker(pace)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			c.visit(ctx)
		}
	}
}

func (c *customers) visit(ctx context.Context) {
	c.visits++
	item := items[c.visits%len(items)]
	method, path := http.MethodGet, "/items/"
	if c.visits%5 == 0 {
		method, path = http.MethodPost, "/orders/"
	}
	if _, err := call(ctx, c.client, method, c.web+path+url.PathEscape(item)); err != nil {
		c.log.Warn("went away", "item", item, "error", err.Error())
		return
	}
	c.log.Info("visited", "item", item, "method", method)
}
