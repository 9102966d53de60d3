package scrape_test

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rehearse-dev/rehearse/harness/record"
	"github.com/rehearse-dev/rehearse/harness/scrape"
)

// TestSecrets has a secret in a label, one that is known before anything is
// scraped or one that is not.
func TestSecrets(t *testing.T) {
	t.Parallel()
	const secret = "correct-horse-battery"
	for name, late := range map[string]bool{"known from the start": false, "known only at the end": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCluster(t)
			c.targets[kubelet] = func(w http.ResponseWriter, _ *http.Request, nth int) {
				expose(w, fmt.Sprintf("calls{url=\"https://u:%s@host\"} %d\nplain 1\n", secret, nth)+latency)
			}
			r := c.recordWith(scrape.Recorder{}, func(w *record.Writer) {
				if !late {
					w.Redact([]string{secret})
				}
			}, func(w *record.Writer) {
				c.wait(kubelet, 4)
				w.Redact([]string{secret})
			})
			calls := r.samples("calls")
			want := []string{watched(`url="https://u:<redacted>@host"`)}
			if diff := cmp.Diff(want, slices.Sorted(maps.Keys(calls))); diff != "" {
				t.Errorf("series (-want +got):\n%s", diff)
			}
			if values := calls[want[0]]; len(values) < 4 || values[0] != "1" || values[3] != "4" {
				t.Errorf("values = %v, want all of them", values)
			}
			if len(r.samples("plain")) != 1 || len(r.samples("latency_seconds_bucket")) != 2 {
				t.Error("series without a secret are missing")
			}
			if r.holds(secret) {
				t.Error("the recording holds the secret")
			}
		})
	}
}

// TestInterrupted ends the rehearsal before the recorder is told to stop.
func TestInterrupted(t *testing.T) {
	t.Parallel()
	c := newCluster(t)
	c.targets[kubelet] = says("m 1\n")
	ctx, interrupt := context.WithCancel(t.Context())
	c.ctx = ctx
	r := c.record(scrape.Recorder{}, func(*record.Writer) {
		c.wait(kubelet, 2)
		interrupt()
	})
	if values := r.samples("m")[watched()]; len(values) < 2 {
		t.Errorf("values = %v, want what was scraped until then", values)
	}
}

// TestUnreachableCluster has nothing but gaps to say.
func TestUnreachableCluster(t *testing.T) {
	t.Parallel()
	c := newCluster(t)
	c.url = "http://127.0.0.1:1"
	r := c.record(scrape.Recorder{}, func(*record.Writer) {})
	if len(r.gaps()) == 0 || len(r.samples("m")) != 0 {
		t.Errorf("gaps = %v, want some", r.gaps())
	}
}
