package main

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/rehearse-dev/rehearse/clusters"
	"github.com/rehearse-dev/rehearse/clusters/existing"
	"github.com/rehearse-dev/rehearse/clusters/kind"
	"github.com/rehearse-dev/rehearse/clusters/nodeimage"
	"github.com/rehearse-dev/rehearse/harness"
	"github.com/rehearse-dev/rehearse/harness/access"
	"github.com/rehearse-dev/rehearse/harness/collect"
	"github.com/rehearse-dev/rehearse/harness/scrape"
	"github.com/rehearse-dev/rehearse/harness/stimuli"
	"github.com/rehearse-dev/rehearse/internal/lease"
	"github.com/rehearse-dev/rehearse/internal/progress"
	"github.com/rehearse-dev/rehearse/scenarios"
	"github.com/rehearse-dev/rehearse/scenarios/apply"
	"github.com/rehearse-dev/rehearse/scenarios/images"
	"github.com/rehearse-dev/rehearse/suites/ginkgo"
)

// assembly is how a rehearsal is to be put together.
type assembly struct {
	options runOptions
	observe progress.Observer
	log     *slog.Logger
}

// assemble puts a rehearsal together. The returned function gives up what the
// rehearsal holds on the host; call it when the rehearsal is over.
func (a *app) assemble(ctx context.Context, s *scenarios.Scenario, folder *harness.Folder, by assembly) (*harness.Rehearsal, func() error, error) {
	cache, err := cacheDir()
	if err != nil {
		return nil, nil, err
	}
	jobs, err := scrapeJobs(s)
	if err != nil {
		return nil, nil, err
	}
	provider, release, err := a.provider(ctx, folder, by)
	if err != nil {
		return nil, nil, err
	}
	local, _ := provider.(clusters.LocalNodes)
	exec, _ := provider.(clusters.NodeExecer) // without it, what only a node can show or do is a gap
	return &harness.Rehearsal{
		Scenario: s,
		Provider: provider,
		Images:   &images.Store{Dir: filepath.Join(cache, "images"), Root: s.Dir, Observe: by.observe},
		Applier:  &apply.Applier{Observe: by.observe},
		Stimulator: &stimuli.Player{
			Applier: &apply.Applier{Observe: by.observe}, Exec: exec,
			Dir: filepath.Join(folder.Path, "stimuli"), Observe: by.observe,
		},
		Runner:     &ginkgo.Runner{Dir: s.Dir, Observe: by.observe},
		Collectors: collectors(s, provider, exec),
		Onlookers:  []harness.Watcher{&access.Watcher{Nodes: local}},
		Watchers:   []harness.Watcher{scrape.Recorder{Jobs: jobs, Interval: s.Spec.Observe.ScrapeInterval.Duration, Log: by.log}},
		Folder:     folder,
		Repeat:     by.options.repeat,
		Keep:       by.options.keep,
		Observe:    by.observe,
		Log:        by.log,
	}, release, nil
}

// provider makes clusters with kind, or takes those that the options name.
func (a *app) provider(ctx context.Context, folder *harness.Folder, by assembly) (clusters.Provider, func() error, error) {
	o := by.options
	if o.baselineKubeconfig != "" {
		return &existing.Provider{Baseline: o.baselineKubeconfig, Candidate: o.candidateKubeconfig},
			func() error { return nil }, nil
	}
	if err := a.removeOrphans(ctx); err != nil {
		return nil, nil, withHint(err, "rehearse doctor says whether this host can rehearse")
	}
	dir, err := leaseDir()
	if err != nil {
		return nil, nil, err
	}
	held, err := lease.Take(dir, folder.Rehearsal.Pair)
	if err != nil {
		return nil, nil, err
	}
	if o.keep {
		err = held.Keep()
	}
	return kindProvider(by.observe, by.log), held.Release, err
}

// kindProvider makes clusters with kind on node images of our own.
func kindProvider(observe progress.Observer, log *slog.Logger) *kind.Provider {
	return &kind.Provider{Image: func(ctx context.Context, cfg clusters.Config) (string, error) {
		builder, err := nodeImages(observe, log)
		if err != nil {
			return "", err
		}
		return builder.Ensure(ctx, nodeimage.Spec{
			Runtime: cfg.Runtime, KubernetesVersion: cfg.KubernetesVersion, KubeletVersion: cfg.KubeletVersion,
		})
	}, Observe: observe, Log: log}
}

// nodeImages builds node images in the user's cache.
func nodeImages(observe progress.Observer, log *slog.Logger) (*nodeimage.Builder, error) {
	cache, err := cacheDir()
	if err != nil {
		return nil, err
	}
	return &nodeimage.Builder{
		CacheDir:  cache,
		BaseImage: os.Getenv("REHEARSE_BASE_IMAGE"),
		Observe:   observe,
		Log:       log,
	}, nil
}

// scrapeJobs are the jobs by which metrics are recorded.
func scrapeJobs(s *scenarios.Scenario) (scrape.Jobs, error) {
	if s.Spec.Observe.ScrapeConfigs == "" {
		return scrape.Jobs{}, nil
	}
	jobs, err := scrape.ReadJobs(s.Path(s.Spec.Observe.ScrapeConfigs))
	return jobs, withHint(err, "jobs find targets with kubernetes_sd_configs and static_configs; docs/metrics.md says what else they may have")
}

func collectors(s *scenarios.Scenario, provider clusters.Provider, exec clusters.NodeExecer) []harness.Collector {
	var list []harness.Collector
	for _, c := range collect.AllLive(s, exec) { // secrets first, so that nobody records one
		list = append(list, c)
	}
	return append(list, harness.ParityCollector{Provider: provider})
}

// leftoverPairs are the names of the pairs of which a cluster is on this host.
func leftoverPairs(ctx context.Context) ([]string, error) {
	names, err := kind.Leftovers(ctx)
	if err != nil {
		return nil, err
	}
	for i := range names {
		for _, side := range clusters.Sides() {
			names[i] = strings.TrimSuffix(names[i], "-"+string(side))
		}
	}
	return slices.Compact(names), nil
}
