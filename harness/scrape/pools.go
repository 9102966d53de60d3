package scrape

import (
	"context"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/prometheus/prometheus/config"
	"github.com/prometheus/prometheus/discovery/targetgroup"
	"github.com/prometheus/prometheus/model/labels"
	promscrape "github.com/prometheus/prometheus/scrape"
)

// pools decides which of the targets that discovery found are scraped: all those
// of the user's jobs; of the built-in ones those that no job of the user's scrapes
// already, since each would count twice, and of the optional ones those that
// answer.
type pools struct {
	routes *routes
	jobs   map[string]*config.ScrapeConfig
	ours   map[string]bool // the built-in jobs
	client *http.Client    // through the proxy
	// answers are whether optional targets answered the first time that they were
	// asked, by URL.
	answers map[string]bool
	// seen are all targets that were ever handed on, by job and labels.
	seen map[string]found
}

// found is a target that discovery found.
type found struct {
	job    string
	labels labels.Labels // without those that only scraping needs
	url    *url.URL
	at     endpoint
	port   string
	// ready is false for pods that have not been ready so far.
	ready bool
}

// patience is how long to wait for targets of other jobs than the built-in ones
// before the first are handed on.
func (p *pools) patience() time.Duration {
	if len(p.ours) == 0 || len(p.ours) == len(p.jobs) {
		return 0
	}
	return 3 * noticeAfter
}

// handOn returns the groups of every job without the targets that are not
// scraped.
func (p *pools) handOn(ctx context.Context, groups map[string][]*targetgroup.Group) map[string][]*targetgroup.Group {
	taken := map[string]bool{}
	for job, of := range groups {
		if !p.ours[job] {
			p.each(job, of, func(f found) bool { taken[f.url.String()] = true; return true })
		}
	}
	kept := map[string][]*targetgroup.Group{}
	for _, job := range slices.Sorted(maps.Keys(groups)) {
		kept[job] = p.each(job, groups[job], func(f found) bool {
			if p.ours[job] && (taken[f.url.String()] || !p.worthwhile(ctx, f)) {
				return false
			}
			p.see(f)
			return true
		})
	}
	return kept
}

func (p *pools) see(f found) {
	key := f.job + f.labels.String()
	f.ready = f.ready || p.seen[key].ready
	p.seen[key] = f
}

// each returns the groups with those targets that keep wants. A target that a
// job drops, or that makes no sense, is none.
func (p *pools) each(job string, groups []*targetgroup.Group, keep func(found) bool) []*targetgroup.Group {
	var kept []*targetgroup.Group
	b := labels.NewBuilder(labels.EmptyLabels())
	for _, g := range groups {
		left := &targetgroup.Group{Labels: g.Labels, Source: g.Source}
		for _, t := range g.Targets {
			full, err := promscrape.PopulateLabels(b, p.jobs[job], t, g.Labels)
			if err != nil || full.IsEmpty() {
				continue
			}
			target := promscrape.NewTarget(full, p.jobs[job], t, g.Labels)
			f := found{job: job, labels: target.Labels(b), url: target.URL(), ready: labelOf(t, g, podReadyLabel) != "false"}
			f.at, f.port, _ = p.routes.find(f.url.Host) // if it is nowhere, scraping it will say so
			if keep(f) {
				left.Targets = append(left.Targets, t)
			}
		}
		kept = append(kept, left)
	}
	return kept
}

// worthwhile is true for targets that are recorded whether or not they answer, and
// for those that do.
func (p *pools) worthwhile(ctx context.Context, f found) bool {
	if !slices.Contains(optional, f.job) {
		return true
	}
	answers, known := p.answers[f.url.String()]
	if !known {
		answers = p.ask(ctx, f.url)
		p.answers[f.url.String()] = answers
	}
	return answers
}

func (p *pools) ask(ctx context.Context, of *url.URL) bool {
	ctx, cancel := context.WithTimeout(ctx, maxTimeout)
	defer cancel()
	in, err := http.NewRequestWithContext(ctx, http.MethodGet, of.String(), http.NoBody)
	if err != nil {
		return false
	}
	answer, err := p.client.Do(in)
	if err != nil {
		return false
	}
	return answer.Body.Close() == nil && answer.StatusCode == http.StatusOK
}
