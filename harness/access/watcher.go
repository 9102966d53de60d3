package access

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"sync"

	"github.com/rehearse-dev/rehearse/clusters"
	"github.com/rehearse-dev/rehearse/harness/record"
)

const (
	proc = "/proc"
	// firstPIDs is the number of the PID namespace that every kernel starts with
	// (PROC_PID_INIT_INO). In another one, cgroups and processes have other names.
	firstPIDs = "pid:[4026531836]"
)

// Watcher records who reaches for a runtime. One of it serves both sides of a
// pair, at the same time.
type Watcher struct {
	// Nodes finds the nodes on this host; nil where they are not on it, which is
	// recorded as a gap.
	Nodes clusters.LocalNodes

	mu      sync.Mutex
	session *session // while anybody watches
	users   int
}

// Kind of evidence that is recorded.
func (*Watcher) Kind() record.Kind { return record.Access }

// Watch takes note of what happens on the nodes of a cluster until the returned
// function is called, which writes it down.
func (w *Watcher) Watch(ctx context.Context, c *clusters.Cluster, dst *record.Writer) (stop func(context.Context) error, err error) {
	nothing := func(context.Context) error { return nil }
	if w.Nodes == nil {
		dst.Gap(record.Access, "all", "the nodes are not containers of this host, so nobody could be watched")
		return nothing, nil
	}
	nodes, h, err := w.find(ctx, c)
	if err == nil {
		err = w.join(h)
	}
	if err != nil {
		dst.Gap(record.Access, "all", reason(err))
		return nothing, nil
	}
	side := &side{nodes: nodes, ledger: ledger{ways: map[string]*record.Touch{}}}
	if err := w.session.watch(side); err != nil {
		dst.Gap(record.Access, "all", err.Error())
		return func(context.Context) error { return w.leave() }, nil
	}
	return func(ctx context.Context) error {
		return errors.Join(w.session.finish(ctx, side, dst), w.leave())
	}, nil
}

// reason says why nobody can be watched. What the kernel says of a missing right
// would lead elsewhere: to limits of memory.
func reason(err error) string {
	if errors.Is(err, fs.ErrPermission) {
		return "watching who reaches for the runtime needs root, or CAP_BPF, CAP_PERFMON and CAP_SYS_PTRACE"
	}
	return err.Error()
}

// find locates the nodes of a cluster among this host's cgroups.
func (w *Watcher) find(ctx context.Context, c *clusters.Cluster) ([]node, hierarchy, error) {
	var nodes []node
	var tree hierarchy
	if pids, err := os.Readlink(proc + "/self/ns/pid"); err != nil || pids != firstPIDs {
		return nil, tree, errors.New("rehearse runs in a container of its own, from where the host's processes cannot be told apart")
	}
	for _, name := range c.Nodes {
		pid, err := w.Nodes.NodeProcess(ctx, c, name)
		if err != nil {
			return nil, tree, fmt.Errorf("finding node %q: %w", name, err)
		}
		h, root, err := hierarchyOf(proc, pid)
		if err != nil {
			return nil, tree, fmt.Errorf("finding the cgroup of node %q: %w", name, err)
		}
		tree = h
		n := node{name: name, root: root}
		mounts, err := os.Readlink(fmt.Sprintf("%s/%d/ns/mnt", proc, pid))
		if err != nil {
			return nil, tree, fmt.Errorf("finding the files of node %q: %w", name, err)
		}
		if _, err := fmt.Sscanf(mounts, "mnt:[%d]", &n.mounts); err != nil {
			return nil, tree, fmt.Errorf("finding the files of node %q: %q: %w", name, mounts, err)
		}
		nodes = append(nodes, n)
	}
	return nodes, tree, nil
}

// join starts the one session, or takes part in it.
func (w *Watcher) join(h hierarchy) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.session == nil {
		s, err := start(h)
		if err != nil {
			return err
		}
		w.session = s
	}
	w.users++
	return nil
}

// leave ends the session with the last that took part.
func (w *Watcher) leave() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.users--; w.users > 0 {
		return nil
	}
	s := w.session
	w.session = nil
	if err := s.close(); err != nil {
		return fmt.Errorf("ending to watch who reaches for the runtime: %w", err)
	}
	return nil
}

// node is one node among this host's cgroups.
type node struct {
	name   string
	root   string // its cgroup
	mounts uint32 // the inode of its mount namespace
}

// holds says whether a cgroup is the node's, and its path below the node's own.
func (n node) holds(group string) (string, bool) {
	below, ok := strings.CutPrefix(group, n.root)
	return below, ok && (below == "" || below[0] == '/')
}
