package collect

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"

	"github.com/rehearse-dev/rehearse/clusters"
	"github.com/rehearse-dev/rehearse/harness/record"
	"github.com/rehearse-dev/rehearse/internal/kube"
	"github.com/rehearse-dev/rehearse/scenarios"
)

const (
	// atOnce bounds how many nodes, endpoints or logs of one cluster are read at
	// the same time: evidence is collected from both sides at once, often on two
	// cores.
	atOnce = 4
	// nodeTimeout bounds one command on a node. Reading a node's logs is the
	// longest.
	nodeTimeout = 3 * time.Minute
	noExec      = "the provider cannot run commands on nodes"
)

// Source is a cluster to collect from.
type Source struct {
	Cluster *clusters.Cluster
	Client  kubernetes.Interface
	Dynamic dynamic.Interface
	// Exec reaches the nodes; nil where they cannot be reached, which is recorded
	// as a gap.
	Exec clusters.NodeExecer
	// Since is when the rehearsal began: older journal entries and events are left
	// out. Zero means from the beginning.
	Since time.Time
}

// Collector records one kind of evidence. A gap of the recording says what could
// not be looked at; an error is a record.WriteError.
type Collector interface {
	Kind() record.Kind
	Collect(ctx context.Context, src Source, w *record.Writer) error
}

// All lists every collector in the order in which they have to run on one
// recording. What a scenario names of its own comes after them.
func All() []Collector {
	return []Collector{secrets{}, identities{}, metrics{}, logs{}, events{}, objects{}, node{}}
}

// Named lists the collectors of what a scenario names: its agents' configuration
// and its log stores.
func Named(s *scenarios.Scenario) []Collector {
	var list []Collector
	if slices.ContainsFunc(s.Spec.Agents, func(a scenarios.Agent) bool { return a.Config != "" }) {
		list = append(list, Agents{s})
	}
	if logs := s.Spec.Assets.Live.Logs; len(logs) > 0 {
		list = append(list, Stores{logs})
	}
	return list
}

// alerting is the collector of what a scenario's own Prometheus and Alertmanager
// say, if it names any.
func alerting(s *scenarios.Scenario) []Collector {
	live := s.Spec.Assets.Live
	if live.Prometheus == "" && live.Alertmanager == "" {
		return nil
	}
	return []Collector{Alerting{Prometheus: live.Prometheus, Alertmanager: live.Alertmanager}}
}

// Live is a collector that finds its own way to a cluster.
type Live struct {
	Collector Collector
	// Exec reaches the nodes; nil where they cannot be reached.
	Exec clusters.NodeExecer
}

// AllLive lists every collector for a scenario, as All and Named do. Right after the
// secrets, which nobody may record, come the systems that say how things stand now.
func AllLive(s *scenarios.Scenario, exec clusters.NodeExecer) []Live {
	var list []Live
	all := All()
	for _, c := range slices.Concat(all[:1], alerting(s), all[1:], Named(s)) {
		list = append(list, Live{c, exec})
	}
	return list
}

// Kind of evidence that is recorded.
func (l Live) Kind() record.Kind { return l.Collector.Kind() }

// Collect records what the cluster shows since the recording was started.
func (l Live) Collect(ctx context.Context, c *clusters.Cluster, w *record.Writer) error {
	clients, err := kube.New(c.Kubeconfig)
	if err != nil {
		return gap(w, l.Kind(), "all", err)
	}
	return l.Collector.Collect(ctx, Source{
		Cluster: c, Client: clients.Typed, Dynamic: clients.Dynamic, Exec: l.Exec, Since: w.Meta().Started,
	}, w)
}

// gap notes that something could not be looked at, unless err is nil. It hands
// back what is no gap: that the recording could not be written.
func gap(w *record.Writer, kind record.Kind, subject string, err error) error {
	if err == nil {
		return nil
	}
	if broken, ok := errors.AsType[*record.WriteError](err); ok {
		return broken
	}
	w.Gap(kind, subject, err.Error())
	return nil
}

// each sees do through for every item, a few at the same time, whatever becomes
// of the others. Results belong into a slot of their own per index.
func each[T any](items []T, do func(int, T) error) error {
	var group errgroup.Group
	group.SetLimit(atOnce)
	errs := make([]error, len(items))
	for i, item := range items {
		group.Go(func() error {
			errs[i] = do(i, item)
			return nil
		})
	}
	if err := group.Wait(); err != nil { // before anybody looks at errs
		return err
	}
	return errors.Join(errs...)
}

// eachNode does something with every node. A node for which that fails becomes a
// gap.
func eachNode(src Source, w *record.Writer, kind record.Kind, do func(i int, node string) error) error {
	return each(src.Cluster.Nodes, func(i int, node string) error {
		return gap(w, kind, "node "+node, do(i, node))
	})
}

// run runs a script on a node and hands its output to read while it runs. The
// script goes through standard input, so that errors name a short command.
func run(ctx context.Context, src Source, node, script string, args []string, read func(io.Reader) error) error {
	ctx, cancel := context.WithTimeoutCause(ctx, nodeTimeout, fmt.Errorf("not done after %s", nodeTimeout))
	defer cancel()
	out, in := io.Pipe()
	var command sync.WaitGroup
	command.Go(func() {
		argv := append([]string{"bash", "-c", `eval "$(cat)"`, "rehearse"}, args...)
		err := src.Exec.ExecOnNode(ctx, src.Cluster, node, strings.NewReader(script), in, argv...)
		if err != nil && ctx.Err() != nil {
			err = context.Cause(ctx) // what was killed says nothing of use
		}
		in.CloseWithError(err) // nil reads as the end of the output
	})
	err := read(out)
	if err == nil {
		_, err = io.Copy(io.Discard, out) // what the command still says, and how it ended
	}
	out.CloseWithError(err) // a command whose output nobody reads must not wait for ever
	command.Wait()
	return err
}

// output returns what a command on a node printed.
func output(ctx context.Context, src Source, node string, argv ...string) (string, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, nodeTimeout, fmt.Errorf("not done after %s", nodeTimeout))
	defer cancel()
	var out strings.Builder
	err := src.Exec.ExecOnNode(ctx, src.Cluster, node, nil, &out, argv...)
	return out.String(), err
}
