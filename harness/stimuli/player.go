package stimuli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/rehearse-dev/rehearse/clusters"
	"github.com/rehearse-dev/rehearse/harness/record"
	"github.com/rehearse-dev/rehearse/internal/kube"
	"github.com/rehearse-dev/rehearse/internal/progress"
	"github.com/rehearse-dev/rehearse/scenarios"
)

// patience bounds the wait for one stimulus. A crash loop takes a minute to grow
// slow, and a runtime that is restarted may take a control plane down with it.
const patience = 3 * time.Minute

// Applier puts a scenario's workloads on a cluster and takes them off again.
type Applier interface {
	Apply(ctx context.Context, c *clusters.Cluster, s *scenarios.Scenario) error
	Remove(ctx context.Context, c *clusters.Cluster, s *scenarios.Scenario) error
}

// Player does the stimuli of a scenario to clusters. It may serve both sides at
// the same time.
type Player struct {
	Applier Applier
	// Exec reaches the nodes; where it is nil, restarting something on them is a
	// gap.
	Exec clusters.NodeExecer
	// Dir is a folder that the shipped manifests are put into.
	Dir     string
	Observe progress.Observer

	// extracting keeps one side from reading what the other has half written.
	extracting sync.Mutex
}

// Play does the scenario's stimuli to one cluster, one after another, and says of
// each what showed that it happened. One that did not happen in time says why; an
// error means that nothing could be done at all.
func (p *Player) Play(ctx context.Context, c *clusters.Cluster, s *scenarios.Scenario) ([]record.Stimulus, error) {
	known, err := p.prepare(s)
	if err != nil {
		return nil, err
	}
	clients, err := kube.New(c.Kubeconfig)
	if err != nil {
		return nil, fmt.Errorf("connecting to cluster %q: %w", c.Name, err)
	}
	stage := &stage{Player: p, cluster: c, clients: clients, began: time.Now().Truncate(time.Second)}
	if err := p.Applier.Apply(ctx, c, p.asScenario(s, known)); err != nil {
		return nil, fmt.Errorf("applying the stimuli: %w", err)
	}
	var done []record.Stimulus
	for _, k := range known {
		played := stage.play(ctx, k)
		if err := context.Cause(ctx); err != nil {
			return done, err
		}
		done = append(done, played)
	}
	return done, nil
}

// Remove takes off what Play put on a cluster. It may be repeated.
func (p *Player) Remove(ctx context.Context, c *clusters.Cluster, s *scenarios.Scenario) error {
	known, err := p.prepare(s)
	if err != nil {
		return err
	}
	return p.Applier.Remove(ctx, c, p.asScenario(s, known))
}

// prepare resolves the scenario's stimuli and makes files of the shipped
// manifests.
func (p *Player) prepare(s *scenarios.Scenario) ([]Known, error) {
	library, err := Library()
	if err != nil {
		return nil, err
	}
	var list []Known
	for _, stimulus := range s.Spec.Stimuli {
		if stimulus.Manifests != "" {
			list = append(list, Known{Name: stimulus.Name, Manifests: s.Path(stimulus.Manifests), Until: stimulus.Until})
			continue
		}
		at := slices.IndexFunc(library, func(k Known) bool { return k.Name == stimulus.Name })
		if at < 0 {
			return nil, fmt.Errorf("no stimulus is called %q", stimulus.Name)
		}
		k := library[at]
		if k.Manifests != "" {
			k.Manifests = filepath.Join(p.Dir, k.Manifests)
		}
		list = append(list, k)
	}
	return list, p.extract()
}

func (p *Player) extract() error {
	p.extracting.Lock()
	defer p.extracting.Unlock()
	files, err := manifests()
	if err != nil {
		return err
	}
	if err := os.CopyFS(p.Dir, files); err != nil && !errors.Is(err, os.ErrExist) {
		return fmt.Errorf("writing the manifests of the stimuli: %w", err)
	}
	return nil
}

// asScenario is a scenario whose workloads are the stimuli, so that they are
// applied and removed like all others.
func (p *Player) asScenario(s *scenarios.Scenario, list []Known) *scenarios.Scenario {
	of := &scenarios.Scenario{Metadata: s.Metadata, Dir: s.Dir}
	of.Spec.Observe = s.Spec.Observe
	add := func(path string) {
		of.Spec.Workloads = append(of.Spec.Workloads, scenarios.Workload{Manifests: path, Ready: scenarios.ReadyNone})
	}
	if slices.ContainsFunc(list, func(k Known) bool { return k.Summary != "" && k.Manifests != "" }) {
		add(filepath.Join(p.Dir, namespaceFile))
	}
	for _, k := range list {
		if k.Manifests != "" {
			add(k.Manifests)
		}
	}
	return of
}
