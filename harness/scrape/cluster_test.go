package scrape_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/value"
	"github.com/prometheus/prometheus/tsdb/chunkenc"

	"github.com/rehearse-dev/rehearse/clusters"
	"github.com/rehearse-dev/rehearse/harness/record"
	"github.com/rehearse-dev/rehearse/harness/record/series"
	"github.com/rehearse-dev/rehearse/harness/scrape"
)

// every is how often tests scrape, and how long a target may take to answer: long
// enough for a crowded host.
const every = time.Second

// answer is what a target says the nth time that it is asked, from 1.
type answer func(w http.ResponseWriter, in *http.Request, nth int)

// says answers the same text every time.
func says(text string) answer {
	return func(w http.ResponseWriter, _ *http.Request, _ int) { expose(w, text) }
}

func expose(w http.ResponseWriter, text string) {
	w.Header().Set("Content-Type", "text/plain; version=0.0.4")
	_, _ = fmt.Fprint(w, text) // a client that went away is the client's business
}

// cluster stands in for an API server: it lists and watches objects, and answers
// for what stands behind its proxy.
type cluster struct {
	t       testing.TB
	ctx     context.Context // of watching
	url     string
	objects map[string]string // lists, by path
	targets map[string]answer

	mu    sync.Mutex
	asked map[string]int
	more  *sync.Cond
}

func newCluster(tb testing.TB) *cluster {
	tb.Helper()
	c := &cluster{t: tb, ctx: tb.Context(), targets: map[string]answer{}, asked: map[string]int{}, objects: map[string]string{
		"/api/v1/pods":  list("PodList", "v1"),
		"/api/v1/nodes": list("NodeList", "v1", node),
		"/apis/monitoring.coreos.com/v1/servicemonitors": list("ServiceMonitorList", "monitoring.coreos.com/v1"),
		"/apis/monitoring.coreos.com/v1/podmonitors":     list("PodMonitorList", "monitoring.coreos.com/v1"),
	}}
	c.more = sync.NewCond(&c.mu)
	server := httptest.NewServer(c)
	c.url = server.URL
	tb.Cleanup(server.Close)
	return c
}

const node = `{"metadata":{"name":"n1"},"status":{"addresses":[{"type":"InternalIP","address":"10.0.0.1"},{"type":"Hostname","address":"n1"}],
  "daemonEndpoints":{"kubeletEndpoint":{"Port":10250}}}}`

func list(kind, version string, items ...string) string {
	return fmt.Sprintf(`{"kind":%q,"apiVersion":%q,"metadata":{"resourceVersion":"1"},"items":[%s]}`, kind, version, strings.Join(items, ","))
}

func (c *cluster) ServeHTTP(w http.ResponseWriter, in *http.Request) {
	if in.URL.Query().Get("watch") != "" {
		c.watch(w, in)
		return
	}
	text, ok := c.objects[in.URL.Path]
	if text == notFound {
		http.NotFound(w, in)
		return
	}
	if ok {
		w.Header().Set("Content-Type", "application/json")
		_, _ = fmt.Fprint(w, text)
		return
	}
	c.mu.Lock()
	c.asked[in.URL.Path]++
	nth := c.asked[in.URL.Path]
	c.mu.Unlock()
	if target, ok := c.targets[in.URL.Path]; ok {
		target(w, in, nth)
	} else {
		fail(w, http.StatusServiceUnavailable, "ServiceUnavailable", "dial tcp: connection refused")
	}
	c.more.Broadcast()
}

// watch never has anything new to tell, and cannot begin with what is there
// already, as API servers before 1.32 cannot.
func (c *cluster) watch(w http.ResponseWriter, in *http.Request) {
	if in.URL.Query().Get("sendInitialEvents") != "" {
		fail(w, http.StatusUnprocessableEntity, "Invalid", "sendInitialEvents is forbidden")
		return
	}
	w.Header().Set("Content-Type", "application/json")
	if err := http.NewResponseController(w).Flush(); err != nil {
		c.t.Error(err)
	}
	<-in.Context().Done()
}

func fail(w http.ResponseWriter, code int, reason, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	_, _ = fmt.Fprintf(w, `{"kind":"Status","apiVersion":"v1","status":"Failure","reason":%q,"message":%q,"code":%d}`, reason, message, code)
}

// wait returns once a target was asked so often, and answered all but the last
// of those requests.
func (c *cluster) wait(path string, times int) {
	c.t.Helper()
	stop := context.AfterFunc(c.t.Context(), c.more.Broadcast)
	defer stop()
	c.mu.Lock()
	defer c.mu.Unlock()
	for c.asked[path] < times {
		if c.t.Context().Err() != nil {
			c.t.Fatalf("%s was asked %d times, want %d", path, c.asked[path], times)
		}
		c.more.Wait()
	}
}

func (c *cluster) kubeconfig() string {
	c.t.Helper()
	name := filepath.Join(c.t.TempDir(), "kubeconfig")
	text := fmt.Sprintf(`{"apiVersion":"v1","kind":"Config","current-context":"c","clusters":[{"name":"c","cluster":{"server":%q}}],
"users":[{"name":"u","user":{"token":"t"}}],"contexts":[{"name":"c","context":{"cluster":"c","user":"u"}}]}`, c.url)
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		c.t.Fatal(err)
	}
	return name
}

// recording is what was recorded of a cluster.
type recording struct {
	t   testing.TB
	dir string
	*record.Recording
}

// record scrapes the cluster while during runs.
func (c *cluster) record(r scrape.Recorder, during func(*record.Writer)) recording {
	c.t.Helper()
	return c.recordWith(r, func(*record.Writer) {}, during)
}

func (c *cluster) recordWith(r scrape.Recorder, before, during func(*record.Writer)) recording {
	c.t.Helper()
	dir := c.t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "baseline", "1"), 0o755); err != nil {
		c.t.Fatal(err)
	}
	w, err := record.Create(filepath.Join(dir, "baseline", "1"), record.Meta{})
	if err != nil {
		c.t.Fatal(err)
	}
	before(w)
	r.Interval = cmp.Or(r.Interval, every)
	stop, err := r.Watch(c.ctx, &clusters.Cluster{Kubeconfig: c.kubeconfig()}, w)
	if err != nil {
		c.t.Fatal(err)
	}
	during(w)
	if err := errors.Join(stop(c.t.Context()), w.Close()); err != nil {
		c.t.Fatal(err)
	}
	return c.open(dir)
}

func (c *cluster) open(dir string) recording {
	c.t.Helper()
	r, err := record.Open(series.DirFS(dir), "baseline/1")
	if err != nil {
		c.t.Fatal(err)
	}
	db, err := series.Open(series.DirFS(dir), "baseline/1")
	if err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(func() {
		if err := db.Close(); err != nil {
			c.t.Error(err)
		}
	})
	r.Series = db
	return recording{c.t, dir, r}
}

// samples are the values of each series that a metric has, by its labels. Markers
// that a series has ended read as "stale".
func (r recording) samples(metric string) map[string][]string {
	r.t.Helper()
	q, err := r.Series.Querier(math.MinInt64, math.MaxInt64)
	if err != nil {
		r.t.Fatal(err)
	}
	defer func() {
		if err := q.Close(); err != nil {
			r.t.Error(err)
		}
	}()
	found := map[string][]string{}
	set := q.Select(r.t.Context(), true, nil, labels.MustNewMatcher(labels.MatchEqual, model.MetricNameLabel, metric))
	var it chunkenc.Iterator
	for set.Next() {
		b := labels.NewBuilder(set.At().Labels()).Del(model.MetricNameLabel)
		name := b.Labels().String()
		it = set.At().Iterator(it)
		for kind := it.Next(); kind != chunkenc.ValNone; kind = it.Next() {
			found[name] = append(found[name], text(it, kind))
		}
		if err := it.Err(); err != nil {
			r.t.Fatal(err)
		}
	}
	if err := set.Err(); err != nil {
		r.t.Fatal(err)
	}
	return found
}

func text(it chunkenc.Iterator, kind chunkenc.ValueType) string {
	if kind == chunkenc.ValFloat {
		_, v := it.At()
		if value.IsStaleNaN(v) {
			return "stale"
		}
		return fmt.Sprint(v)
	}
	_, h := it.AtFloatHistogram(nil)
	if value.IsStaleNaN(h.Sum) {
		return "stale"
	}
	return fmt.Sprintf("count %v, sum %v, buckets %v", h.Count, h.Sum, h.PositiveBuckets)
}

// targets are what was scraped, by job.
func (r recording) targets() map[string]record.Target {
	r.t.Helper()
	all := map[string]record.Target{}
	for _, target := range entries[record.Target](r, record.TargetsFile) {
		all[target.Job] = target
	}
	return all
}

func entries[T any](r recording, name string) []T {
	r.t.Helper()
	var all []T
	for line, err := range record.Entries[T](r.Recording, name) {
		if err != nil {
			r.t.Fatal(err)
		}
		all = append(all, line.Entry)
	}
	return all
}

// gaps are the gaps of the recording, as subject: reason.
func (r recording) gaps() []string {
	var all []string
	for _, g := range r.Meta.Gaps {
		all = append(all, g.Subject+": "+g.Reason)
	}
	return all
}

// holds says whether any file of the recording holds a text.
func (r recording) holds(text string) bool {
	r.t.Helper()
	found := false
	err := filepath.WalkDir(r.dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := os.ReadFile(name)
		found = found || strings.Contains(string(raw), text)
		return err
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return found
}
