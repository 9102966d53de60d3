package scrape

import (
	"cmp"
	"context"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/histogram"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/value"
	"github.com/prometheus/prometheus/storage"

	"github.com/rehearse-dev/rehearse/harness/record"
)

// books takes what is scraped, without secrets, to the database, and keeps an
// account of it. It may be used by many scrapes at the same time.
type books struct {
	next   storage.AppendableV2
	redact func(string) string

	// open is held by everybody who writes, and closed once and for all.
	open   sync.RWMutex
	closed bool

	// secretive is set once a label held a secret.
	secretive atomic.Bool

	mu sync.Mutex
	// tallies count the scrapes of each target, by its labels.
	tallies  map[string]*tally
	families map[record.Family]bool
	// broken is the first error of writing to the database.
	broken error
}

// tally is how often a target answered.
type tally struct{ answered, failed int }

func newBooks(next storage.AppendableV2, redact func(string) string) *books {
	return &books{next: next, redact: redact, tallies: map[string]*tally{}, families: map[record.Family]bool{}}
}

// AppenderV2 takes one scrape.
func (b *books) AppenderV2(ctx context.Context) storage.AppenderV2 {
	return &appender{b.next.AppenderV2(ctx), b}
}

// close waits for the scrapes that are being written, takes no other, and
// returns the first error of writing. Of targets that are gone, markers that say
// so may still be about to come: they come too late.
func (b *books) close() error {
	b.open.Lock()
	b.closed = true
	b.open.Unlock()
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.broken
}

// count notes one sample of the series up, which tells each target's scrapes.
func (b *books) count(ls labels.Labels, up float64) {
	key := targetKey(ls)
	b.mu.Lock()
	defer b.mu.Unlock()
	t := b.tallies[key]
	if t == nil {
		t = &tally{}
		b.tallies[key] = t
	}
	if up > 0 {
		t.answered++
	} else {
		t.failed++
	}
}

// targetKey names a target by its labels.
func targetKey(ls labels.Labels) string { return ls.DropReserved(isReserved).String() }

func isReserved(name string) bool { return name == model.MetricNameLabel }

// describe notes what a new series' target says of its type.
func (b *books) describe(ls labels.Labels, opts storage.AOptions) {
	if opts.Metadata.Type == "" {
		return
	}
	// Those that Prometheus itself adds are marked at the end of their names.
	name := strings.TrimSuffix(opts.MetricFamilyName, "\xff")
	f := record.Family{Job: ls.Get(model.JobLabel), Name: name, Type: string(opts.Metadata.Type), Unit: opts.Metadata.Unit}
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.families[f] {
		f.Name = strings.Clone(f.Name) // the scrape's buffer is used again
		b.families[f] = true
	}
}

// redacted returns labels without secrets.
func (b *books) redacted(ls labels.Labels) labels.Labels {
	var changed *labels.Builder
	ls.Range(func(l labels.Label) {
		if v := b.redact(l.Value); v != l.Value {
			if changed == nil {
				changed = labels.NewBuilder(ls)
			}
			changed.Set(l.Name, v)
		}
	})
	if changed == nil {
		return ls
	}
	b.secretive.Store(true)
	return changed.Labels()
}

// appender takes one scrape.
type appender struct {
	storage.AppenderV2
	books *books
}

// Append hands one sample on. A series' labels are looked at when it is new, since
// later samples name it by its reference; but if any ever held a secret, always:
// the database goes back to the labels when it has forgotten the reference.
func (a *appender) Append(ref storage.SeriesRef, ls labels.Labels, st, t int64, v float64, h *histogram.Histogram, fh *histogram.FloatHistogram, opts storage.AOptions) (storage.SeriesRef, error) {
	if ref == 0 {
		a.books.describe(ls, opts)
	}
	if h == nil && fh == nil && ls.Get(model.MetricNameLabel) == "up" && !value.IsStaleNaN(v) {
		a.books.count(ls, v)
	}
	if ref == 0 || a.books.secretive.Load() {
		ls = a.books.redacted(ls)
	}
	return a.AppenderV2.Append(ref, ls, st, t, v, h, fh, opts)
}

// Commit writes the scrape down.
func (a *appender) Commit() error {
	a.books.open.RLock()
	defer a.books.open.RUnlock()
	if a.books.closed {
		return a.Rollback()
	}
	err := a.AppenderV2.Commit()
	if err != nil {
		a.books.mu.Lock()
		defer a.books.mu.Unlock()
		a.books.broken = cmp.Or(a.books.broken, err)
	}
	return err
}
