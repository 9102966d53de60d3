package access

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"github.com/rehearse-dev/rehearse/harness/access/probe"
	"github.com/rehearse-dev/rehearse/harness/record"
)

// session is one probe at work for all who watch.
type session struct {
	hierarchy hierarchy
	probe     *probe.Probe
	reading   sync.WaitGroup
	caughtUp  chan struct{} // a token for each time that all events were read
	asking    sync.Mutex    // one asks for that at a time

	mu     sync.Mutex
	groups map[uint64]string
	lines  map[int]string // how processes of nodes were started, by their ID
	sides  []*side
	failed error
}

// side is what one cluster showed.
type side struct {
	nodes  []node
	ledger ledger
}

func start(h hierarchy) (*session, error) {
	p, err := probe.Open(h.controller)
	if err != nil {
		return nil, err
	}
	s := &session{hierarchy: h, probe: p, groups: map[uint64]string{}, lines: map[int]string{}, caughtUp: make(chan struct{}, 1)}
	s.reading.Go(s.read)
	return s, nil
}

// watch begins to take note of a side. New cgroups are known from the probe, which
// is at work already, and those that are there from the cgroup tree.
func (s *session) watch(one *side) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, n := range one.nodes {
		if err := s.hierarchy.walk(n.root, func(id uint64, group string) { s.groups[id] = group }); err != nil {
			return fmt.Errorf("reading the cgroups of node %q: %w", n.name, err)
		}
	}
	s.sides = append(s.sides, one)
	return nil
}

// read takes events until the probe is closed.
func (s *session) read() {
	for {
		e, err := s.probe.Read()
		switch {
		case probe.Flushed(err):
			s.caughtUp <- struct{}{}
		case probe.Ended(err):
			return
		default:
			s.mu.Lock()
			if err == nil {
				err = s.take(e, time.Now())
			}
			if err != nil && s.failed == nil {
				s.failed = err
			}
			s.mu.Unlock()
		}
	}
}

// take notes an event on the side that it happened on, if on any.
func (s *session) take(e probe.Event, now time.Time) error {
	if e.Kind == probe.MakeGroup {
		if e.Hierarchy == s.hierarchy.number {
			s.groups[e.Group] = e.Target
		}
		return nil
	}
	group, known := s.groups[e.Group]
	if !known {
		return nil // of this host, or of a container that is no node
	}
	for _, one := range s.sides {
		for _, n := range one.nodes {
			if below, ok := n.holds(group); ok {
				s.remember(e)
				return one.take(e, n, placeOf(below), now, s.line)
			}
		}
	}
	return nil
}

// maxLines bounds how many command lines are kept of processes that may be gone.
const maxLines = 20_000

// remember keeps how a program was started: its children may be read of when it
// is gone.
func (s *session) remember(e probe.Event) {
	if e.Kind != probe.Exec || e.Line == "" {
		return
	}
	if len(s.lines) >= maxLines {
		clear(s.lines)
	}
	s.lines[e.PID] = e.Line
}

// line is how a process was started, if that is known.
func (s *session) line(pid int) string { return cmp.Or(commandLine(proc, pid), s.lines[pid]) }

// take notes an event of a node, unless it is of no interest.
func (d *side) take(e probe.Event, n node, at place, now time.Time, line func(pid int) string) error {
	act, target := interest(e, at.podUID != "" && e.Mounts != n.mounts)
	if act == "" || at.own(e.Name) {
		return nil
	}
	a := record.Touch{
		Node: n.name, PodUID: at.podUID, ContainerID: at.containerID, Unit: at.unit, Command: e.Name,
		OfNode: at.podUID != "" && e.Mounts == n.mounts, Act: act, Target: target, Error: errorName(e.Errno),
	}
	e.Parents = inside(e.Parents)
	for _, p := range e.Parents {
		a.Parents = append(a.Parents, record.Caller{Command: p.Name})
	}
	return d.ledger.add(a, now, func(a *record.Touch) {
		a.Line = line(e.PID)
		a.Parents = slices.Clone(a.Parents)
		for i, p := range e.Parents {
			a.Parents[i].Line = line(p.PID)
		}
	})
}

// inside are the ancestors up to what started the container, or the node's first
// process.
func inside(parents []probe.Process) []probe.Process {
	for i, p := range parents {
		if p.Name == "systemd" || strings.HasPrefix(p.Name, "containerd-shim") {
			return parents[:i]
		}
	}
	return parents
}

func errorName(errno uint32) string {
	if errno == 0 {
		return ""
	}
	if name := unix.ErrnoName(unix.Errno(errno)); name != "" {
		return name
	}
	return fmt.Sprintf("error %d", errno)
}

// finish writes down what a side showed, once all that happened was read.
func (s *session) finish(ctx context.Context, one *side, dst *record.Writer) error {
	if err := s.catchUp(ctx); err != nil {
		dst.Gap(record.Access, "the last events", err.Error())
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sides = slices.DeleteFunc(s.sides, func(d *side) bool { return d == one })
	if s.failed != nil {
		dst.Gap(record.Access, "some events", s.failed.Error())
	}
	if lost := one.ledger.dropped; lost > 0 {
		dst.Gap(record.Access, "some events", fmt.Sprintf("%d were not recorded, being of more than %d kinds", lost, maxWays))
	}
	switch lost, err := s.probe.Lost(); {
	case err != nil:
		dst.Gap(record.Access, "some events", err.Error())
	case lost > 0:
		dst.Gap(record.Access, "some events", fmt.Sprintf("%d on this host came faster than they could be read", lost))
	}
	return record.Lines(dst, record.AccessFile, one.ledger.entries())
}

// catchUpWithin bounds the wait for events that have happened already.
const catchUpWithin = 5 * time.Second

// catchUp returns once what has happened so far was read.
func (s *session) catchUp(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(context.WithoutCancel(ctx), catchUpWithin, fmt.Errorf("not read within %s", catchUpWithin))
	defer cancel()
	s.asking.Lock()
	defer s.asking.Unlock()
	if err := s.probe.Flush(); err != nil {
		return err
	}
	select {
	case <-s.caughtUp:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// close ends the probe, and waits until nobody reads.
func (s *session) close() error {
	err := s.probe.Close()
	s.reading.Wait()
	return err
}
