package main

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
)

// counters are the metrics of one service, by series: a name and its labels, as
// the Prometheus text format writes them. The zero value is ready, and all
// methods may be called at the same time.
type counters struct {
	mu     sync.Mutex
	values map[string]int
}

// add counts n on a series, which exists from then on.
func (c *counters) add(series string, n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.values == nil {
		c.values = map[string]int{}
	}
	c.values[series] += n
}

// String is the exposition: sorted, with one TYPE line for each name.
func (c *counters) String() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var text strings.Builder
	last := ""
	for _, series := range slices.Sorted(maps.Keys(c.values)) {
		if name, _, _ := strings.Cut(series, "{"); name != last {
			fmt.Fprintf(&text, "# TYPE %s counter\n", name)
			last = name
		}
		fmt.Fprintf(&text, "%s %d\n", series, c.values[series])
	}
	return text.String()
}

// ServeHTTP answers a scrape.
func (c *counters) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	fmt.Fprint(w, c.String())
}
