package ginkgo

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/rehearse-dev/rehearse/clusters"
	"github.com/rehearse-dev/rehearse/internal/progress"
	"github.com/rehearse-dev/rehearse/scenarios"
	"github.com/rehearse-dev/rehearse/suites"
)

// seed of every suite: rehearsals of one scenario go through the same order.
const seed = 1

// Runner runs the suites that a scenario names.
type Runner struct {
	// Dir is the folder that relative paths of binaries start from.
	Dir     string
	Observe progress.Observer
}

// Run runs every suite of the list against one cluster and leaves a folder for
// each in dir. A few run at the same time: more would wait for each other, and on
// a crowded host containers fail for the host's reasons. There is a result for
// every suite: one that could not be looked at says so in its Gap. An error means
// that ctx ended or that nothing could be started.
func (r *Runner) Run(ctx context.Context, c *clusters.Cluster, dir string, list []scenarios.Suite) ([]suites.Result, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("finding this program, which runs the shipped suites: %w", err)
	}
	var requests []Request
	for _, s := range list {
		requests = append(requests, r.requests(s, self)...)
	}
	seen := map[string]int{}
	for i := range requests {
		requests[i].Suite = unique(seen, requests[i].Suite)
		requests[i].Cluster, requests[i].Dir, requests[i].Seed = c, dir, seed
	}
	results := make([]suites.Result, len(requests))
	var all errgroup.Group
	all.SetLimit(max(2, runtime.NumCPU()/2)) // the other side has the other half
	for i, request := range requests {
		all.Go(func() error {
			results[i], _ = Run(ctx, request) // its error is the result's gap
			r.Observe.Note("suites", fmt.Sprintf("%s on %s: %s", request.Suite, c.Side, summary(results[i])))
			return nil
		})
	}
	_ = all.Wait() // the functions return nil
	return results, context.Cause(ctx)
}

// requests turns one entry of a scenario into one request per suite.
func (r *Runner) requests(s scenarios.Suite, self string) []Request {
	if s.Binary != "" {
		binary := s.Binary
		if !filepath.IsAbs(binary) {
			binary = filepath.Join(r.Dir, binary)
		}
		name := strings.TrimSuffix(filepath.Base(binary), ".test")
		return []Request{{Suite: name, Binary: binary, Args: s.Args, Timeout: s.Timeout.Duration}}
	}
	requests := make([]Request, 0, len(s.Builtin))
	for _, name := range s.Builtin {
		args := append([]string{suites.Command, name}, s.Args...)
		requests = append(requests, Request{Suite: name, Binary: self, Args: args, Timeout: s.Timeout.Duration})
	}
	return requests
}

// summary of a result, for people who wait.
func summary(r suites.Result) string {
	count := map[suites.State]int{}
	for _, s := range r.Specs {
		count[s.State]++
	}
	text := fmt.Sprintf("%d passed, %d failed", count[suites.Passed], count[suites.Failed])
	if n := count[suites.Skipped]; n > 0 {
		text += fmt.Sprintf(", %d skipped", n)
	}
	if r.Gap != "" {
		text += "; could not look: " + r.Gap
	}
	return text
}
