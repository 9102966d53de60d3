// Package clustertest is a provider whose clusters exist in memory only, for
// tests of code that needs a [clusters.Provider] and not a cluster.
//
// [Provider] also runs commands on nodes and loads images. To test code with a
// provider that can do neither, hide them: struct{ clusters.Provider }{fake}.
package clustertest

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/rehearse-dev/rehearse/clusters"
)

// Provider keeps clusters in memory. The zero value makes every cluster and
// fails at nothing; its methods may be called at the same time.
//
// Calls are named by what they do and to what: "create baseline", "delete
// candidate", "load baseline", "exec NODE".
type Provider struct {
	// Errors makes a call fail.
	Errors map[string]error
	// Hang makes a call wait until its context ends, and fail with the cause.
	Hang map[string]bool
	// Exec answers commands on nodes; nil answers nothing, successfully.
	Exec func(node string, stdin io.Reader, argv []string) (stdout string, err error)

	mu    sync.Mutex
	calls []string
	alive map[string]bool
}

var (
	_ clusters.Provider    = (*Provider)(nil)
	_ clusters.NodeExecer  = (*Provider)(nil)
	_ clusters.ImageLoader = (*Provider)(nil)
)

// Answers makes an Exec that knows a fixed answer per command, its words joined
// by spaces. Any other command fails, as one that is not installed does.
func Answers(stdout map[string]string) func(string, io.Reader, []string) (string, error) {
	return func(node string, _ io.Reader, argv []string) (string, error) {
		answer, known := stdout[strings.Join(argv, " ")]
		if !known {
			return "", fmt.Errorf("running %q on node %q: exit status 127", argv, node)
		}
		return answer, nil
	}
}

// Calls lists the calls so far, in the order in which they began.
func (p *Provider) Calls() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.calls)
}

// Alive lists the names of the clusters that were made and not deleted, sorted.
func (p *Provider) Alive() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var names []string
	for name, alive := range p.alive {
		if alive {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// Create makes a cluster with the node names that kind would give it. Its
// kubeconfig is a path in cfg.Dir at which there is no file.
func (p *Provider) Create(ctx context.Context, cfg clusters.Config) (*clusters.Cluster, error) {
	if err := p.call(ctx, "create "+string(cfg.Side)); err != nil {
		return nil, err
	}
	p.setAlive(cfg.Name, true)
	return &clusters.Cluster{
		Name: cfg.Name, Side: cfg.Side, Runtime: cfg.Runtime,
		Kubeconfig: filepath.Join(cfg.Dir, "kubeconfig"),
		Nodes:      nodeNames(cfg),
	}, nil
}

// Delete forgets a cluster.
func (p *Provider) Delete(ctx context.Context, c *clusters.Cluster) error {
	if err := p.call(ctx, "delete "+string(c.Side)); err != nil {
		return err
	}
	p.setAlive(c.Name, false)
	return nil
}

// ExecOnNode writes what Exec answers.
func (p *Provider) ExecOnNode(ctx context.Context, _ *clusters.Cluster, node string, stdin io.Reader, stdout io.Writer, argv ...string) error {
	if err := p.call(ctx, "exec "+node); err != nil {
		return err
	}
	if p.Exec == nil {
		return nil
	}
	answer, err := p.Exec(node, stdin, argv)
	if err != nil {
		return err
	}
	_, err = io.WriteString(stdout, answer)
	return err
}

// LoadImages loads nothing.
func (p *Provider) LoadImages(ctx context.Context, c *clusters.Cluster, _ string, _ []string) error {
	return p.call(ctx, "load "+string(c.Side))
}

func (p *Provider) call(ctx context.Context, name string) error {
	p.mu.Lock()
	p.calls = append(p.calls, name)
	p.mu.Unlock()
	if p.Hang[name] {
		<-ctx.Done()
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return p.Errors[name]
}

func (p *Provider) setAlive(name string, alive bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.alive == nil {
		p.alive = map[string]bool{}
	}
	p.alive[name] = alive
}

func nodeNames(cfg clusters.Config) []string {
	names := []string{cfg.Name + "-control-plane"}
	for i := range cfg.Workers {
		name := cfg.Name + "-worker"
		if i > 0 {
			name += strconv.Itoa(i + 1)
		}
		names = append(names, name)
	}
	return names
}
