package kind

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"sigs.k8s.io/kind/pkg/apis/config/v1alpha4"
	"sigs.k8s.io/kind/pkg/cluster"
	"sigs.k8s.io/kind/pkg/exec"

	"github.com/rehearse-dev/rehearse/clusters"
)

// outputLines is how many lines of kubeadm go into an error: enough for the
// reason that it gives and the commands that it advises.
const outputLines = 12

// raise has kind's library make the cluster. The library knows no context, so
// when ctx ends its containers are taken away from under it until it gives up.
//
// It is told to keep a failed cluster: the reason is still to be read from it.
func (p *Provider) raise(ctx context.Context, cfg clusters.Config, config *v1alpha4.Cluster) (*clusters.Cluster, error) {
	library := cluster.NewProvider(
		cluster.ProviderWithDocker(),
		cluster.ProviderWithLogger(p.libraryLog(ctx, cfg)),
	)
	created := make(chan error, 1)
	go func() {
		created <- library.Create(cfg.Name,
			cluster.CreateWithV1Alpha4Config(config),
			cluster.CreateWithKubeconfigPath(kubeconfig(cfg)),
			cluster.CreateWithRetain(true),
		)
	}()
	select {
	case <-ctx.Done():
		return nil, errors.Join(context.Cause(ctx), abandon(ctx, cfg.Name, created))
	case err := <-created:
		switch {
		case ctx.Err() != nil: // an interrupt from the keyboard reaches kind's commands, too
			return nil, context.Cause(ctx)
		case err != nil:
			return nil, p.explain(ctx, cfg, err)
		}
		return newCluster(ctx, cfg)
	}
}

// abandon waits for the library, and takes away whatever it makes meanwhile.
func abandon(ctx context.Context, name string, created <-chan error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanUpTimeout)
	defer cancel()
	ticker := time.NewTicker(200 * time.Millisecond)
	defer ticker.Stop()
	for {
		ids, err := nodesOf(ctx, name, "ID")
		if err == nil && len(ids) > 0 {
			err = removeContainers(ctx, ids)
		}
		if err != nil {
			return fmt.Errorf("stopping the creation of %q: %w", name, err)
		}
		select {
		case <-created: // that it failed is what was wanted
			return nil
		case <-ticker.C:
		case <-ctx.Done():
			return fmt.Errorf("stopping the creation of %q: kind did not give up: %w", name, context.Cause(ctx))
		}
	}
}

// explain adds to kind's error what can still be read from the nodes.
func (p *Provider) explain(ctx context.Context, cfg clusters.Config, err error) error {
	err = fmt.Errorf("creating with kind: %w%s", err, printed(err))
	c, listing := newCluster(ctx, cfg)
	if listing != nil {
		return errors.Join(err, listing)
	}
	return errors.Join(err, p.journals(ctx, c))
}

// progressLine is what kubeadm and others print while all is well.
var progressLine = regexp.MustCompile(`^I\d{4} `)

// printed returns the end of what a command of kind's printed before it failed.
func printed(err error) string {
	failed := exec.RunErrorForError(err)
	if failed == nil {
		return ""
	}
	lines := strings.Split(strings.TrimSpace(string(failed.Output)), "\n")
	lines = slices.DeleteFunc(lines, progressLine.MatchString)
	return ": " + strings.Join(lines[max(0, len(lines)-outputLines):], "\n")
}

// noter tells the observer what kind is at.
func (p *Provider) noter(cfg clusters.Config) func(string) {
	return func(text string) { p.Observe.Note(step(cfg), text) }
}
