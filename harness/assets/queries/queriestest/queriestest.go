// Package queriestest makes series for tests of what judges queries.
package queriestest

import (
	"strings"
	"testing"
	"time"

	"github.com/prometheus/prometheus/promql/promqltest"

	"github.com/rehearse-dev/rehearse/harness/assets/queries"
)

// Window is how long series are that Load returns.
const Window = 4 * time.Minute

// Load returns the series of a load script as Prometheus' own tests have it, one
// series per line with a sample every 15 s, such as `up{job="a"} 1x16`. Lines that
// begin with # are comments.
func Load(tb testing.TB, script string) queries.Series {
	tb.Helper()
	return LoadFor(tb, Window, script)
}

// LoadFor is Load for a window of another length.
func LoadFor(tb testing.TB, window time.Duration, script string) queries.Series {
	tb.Helper()
	var text strings.Builder
	text.WriteString("load 15s\n")
	for line := range strings.Lines(script) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			text.WriteString("  " + line + "\n")
		}
	}
	storage := promqltest.LoadedStorage(tb, text.String())
	tb.Cleanup(func() {
		if err := storage.Close(); err != nil {
			tb.Error(err)
		}
	})
	return queries.Series{Queryable: storage, Start: time.Unix(0, 0), End: time.Unix(0, 0).Add(window)}
}
