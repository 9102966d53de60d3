package scrape

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	config_util "github.com/prometheus/common/config"
	"github.com/prometheus/common/model"
	"github.com/prometheus/common/promslog"
	"github.com/prometheus/prometheus/config"
	"github.com/prometheus/prometheus/discovery"
	"github.com/prometheus/prometheus/discovery/targetgroup"
	promscrape "github.com/prometheus/prometheus/scrape"
	"github.com/prometheus/prometheus/tsdb"
	"golang.org/x/sync/errgroup"

	"github.com/rehearse-dev/rehearse/clusters"
	"github.com/rehearse-dev/rehearse/harness/record"
	"github.com/rehearse-dev/rehearse/internal/kube"
)

const (
	// liveDir is where the database lies while it is written.
	liveDir = record.SeriesDir + ".live"
	// noticeAfter is how soon a new target is scraped for the first time, beside
	// the share of the interval by which Prometheus spreads its scrapes.
	noticeAfter = time.Second
)

// Recorder records the metrics of clusters over time.
type Recorder struct {
	Jobs Jobs
	// Interval between two scrapes of a target; zero means DefaultInterval.
	Interval time.Duration
	// Log takes what Prometheus' libraries have to say; nil means nowhere.
	Log *slog.Logger
}

// Kind of evidence that is recorded.
func (Recorder) Kind() record.Kind { return record.Metrics }

// Watch scrapes a cluster until the returned function is called, which has to
// happen once; that completes the recording. What cannot be scraped is a gap; an
// error means that the recording could not be written.
func (r Recorder) Watch(ctx context.Context, c *clusters.Cluster, w *record.Writer) (stop func(context.Context) error, err error) {
	s := &session{recorder: r, cluster: c, writer: w, log: cmp.Or(r.Log, promslog.NewNopLogger())}
	s.recorder.Interval = cmp.Or(r.Interval, DefaultInterval)
	if err := s.openDatabase(); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	if err := s.start(ctx); err != nil {
		s.gap("all", err) // nothing can be scraped: the cluster cannot be spoken to
	}
	return func(ctx context.Context) error {
		defer cancel()
		return s.finish(ctx, cancel)
	}, nil
}

// session is the scraping of one cluster.
type session struct {
	recorder Recorder
	cluster  *clusters.Cluster
	writer   *record.Writer
	log      *slog.Logger

	db    *tsdb.DB
	live  string // the folder of db
	books *books

	routes   *routes
	proxy    *proxy
	pools    *pools
	manager  *promscrape.Manager
	workers  errgroup.Group
	failures map[string]string // of targets, by URL, as Prometheus has them
}

func (s *session) gap(subject string, err error) {
	s.writer.Gap(record.Metrics, "series: "+subject, err.Error())
}

// openDatabase makes the database, beside the place where it will lie. It has no
// log to recover from: a recording that is cut short cannot be opened anyway.
func (s *session) openDatabase() error {
	dir, err := s.writer.Dir(liveDir)
	if err != nil {
		return err
	}
	o := tsdb.DefaultOptions()
	o.WALSegmentSize, o.RetentionDuration, o.NoLockfile = -1, 0, true
	db, err := tsdb.Open(dir, s.log, nil, o, nil)
	if err != nil {
		return &record.WriteError{Name: liveDir, Err: err}
	}
	s.db, s.live, s.books = db, dir, newBooks(db, s.writer.Redaction())
	return nil
}

// start finds targets and scrapes them from now on.
func (s *session) start(ctx context.Context) error {
	clients, err := kube.New(s.cluster.Kubeconfig)
	if err != nil {
		return err
	}
	jobs, err := s.jobs(ctx, clients)
	if err != nil {
		return err
	}
	if s.proxy, err = newProxy(clients.Config, s.routes); err != nil {
		return err
	}
	s.pools.client = &http.Client{Transport: &http.Transport{DialContext: s.proxy.pipe.dial}}
	discovered, err := s.discover(ctx, jobs)
	if err != nil {
		return err
	}
	if err := s.scrape(jobs); err != nil {
		return err
	}
	targets := make(chan map[string][]*targetgroup.Group)
	s.workers.Go(func() error {
		defer close(targets)
		s.pass(ctx, discovered, targets)
		return nil
	})
	s.workers.Go(func() error { return s.manager.Run(targets) })
	return nil
}

// jobs are the jobs of the recorder, and those of monitors on the cluster.
func (s *session) jobs(ctx context.Context, clients *kube.Clients) ([]*config.ScrapeConfig, error) {
	jobs, err := s.recorder.Jobs.load(s.cluster.Kubeconfig, s.recorder.Interval)
	if err != nil {
		return nil, err
	}
	s.routes = &routes{}
	s.pools = &pools{routes: s.routes, jobs: map[string]*config.ScrapeConfig{}, ours: map[string]bool{}, answers: map[string]bool{}, seen: map[string]found{}}
	if s.recorder.Jobs.builtin() {
		for _, j := range jobs {
			s.pools.ours[j.JobName] = true
		}
	}
	monitors := monitors{kubeconfig: s.cluster.Kubeconfig, every: s.recorder.Interval, gap: s.gap}
	jobs = append(jobs, monitors.read(ctx, clients.Dynamic)...)
	for _, j := range jobs {
		s.pools.jobs[j.JobName] = j
	}
	return jobs, nil
}

// discover looks for targets until ctx is done.
func (s *session) discover(ctx context.Context, jobs []*config.ScrapeConfig) (<-chan map[string][]*targetgroup.Group, error) {
	registry := prometheus.NewRegistry()
	metrics, err := discovery.CreateAndRegisterSDMetrics(registry)
	if err != nil {
		return nil, err
	}
	m := discovery.NewManager(ctx, s.log, registry, metrics, discovery.Updatert(noticeAfter))
	if m == nil {
		return nil, errors.New("starting discovery: see the log")
	}
	where := map[string]discovery.Configs{}
	for _, j := range jobs {
		where[j.JobName] = j.ServiceDiscoveryConfigs
	}
	if err := m.ApplyConfig(where); err != nil {
		return nil, fmt.Errorf("starting discovery: %w", err)
	}
	s.workers.Go(func() error {
		if err := m.Run(); !errors.Is(err, context.Canceled) {
			return err
		}
		return nil
	})
	return m.SyncCh(), nil
}

// scrape makes the manager that scrapes what it is told of.
func (s *session) scrape(jobs []*config.ScrapeConfig) error {
	cfg, err := config.Load("", s.log)
	if err != nil {
		return fmt.Errorf("starting to scrape: %w", err)
	}
	cfg.ScrapeConfigs = jobs
	s.manager, err = promscrape.NewManager(&promscrape.Options{
		AppendMetadata:           true, // what the metrics' types are
		DiscoveryReloadOnStartup: true,
		DiscoveryReloadInterval:  model.Duration(noticeAfter),
		ScrapeOnShutdown:         true,
		HTTPClientOptions:        []config_util.HTTPClientOption{config_util.WithDialContextFunc(s.proxy.pipe.dial)},
	}, s.log, nil, nil, s.books, prometheus.NewRegistry())
	if err != nil {
		return fmt.Errorf("starting to scrape: %w", err)
	}
	if err := s.manager.ApplyConfig(cfg); err != nil {
		return fmt.Errorf("starting to scrape: %w", err)
	}
	return nil
}

// pass hands the targets that discovery finds on, less those that are not
// scraped. Where built-in jobs have to leave targets to others, it waits a little
// until discovery has found those.
func (s *session) pass(ctx context.Context, from <-chan map[string][]*targetgroup.Group, to chan<- map[string][]*targetgroup.Group) {
	var found map[string][]*targetgroup.Group
	first := time.NewTimer(s.pools.patience())
	defer first.Stop()
	for waiting := true; ; {
		select {
		case found = <-from:
		case <-first.C:
			waiting = false
		case <-ctx.Done():
			return
		}
		if waiting || found == nil {
			continue
		}
		s.routes.learn(found)
		select {
		case to <- s.pools.handOn(ctx, found):
		case <-ctx.Done():
			return
		}
	}
}

// finish scrapes a last time and completes the recording.
func (s *session) finish(ctx context.Context, cancel func()) error {
	err := s.stop(cancel)
	err = errors.Join(err, s.books.close())
	if err == nil {
		err = s.writeSeries(ctx)
	}
	err = errors.Join(err, s.db.Close(), os.RemoveAll(s.live))
	if err != nil {
		err = &record.WriteError{Name: record.SeriesDir, Err: err}
	}
	return errors.Join(err, s.writeTargets(), s.writeFamilies())
}

// stop ends discovery and scraping, and waits for both.
func (s *session) stop(cancel func()) error {
	s.failures = map[string]string{}
	if s.manager != nil {
		for _, targets := range s.manager.TargetsActive() {
			for _, t := range targets {
				if err := t.LastError(); err != nil {
					s.failures[t.URL().String()] = err.Error()
				}
			}
		}
		s.manager.Stop()
	}
	cancel()
	err := s.workers.Wait()
	if s.proxy != nil {
		err = errors.Join(err, s.proxy.close())
	}
	return err
}
