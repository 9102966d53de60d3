package probe

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"net/netip"
	"strings"
)

// Kind is what a process did.
type Kind uint32

// What a process can do.
const (
	Connect Kind = 1 + iota
	Exec
	OpenFile
	// MakeGroup is a new cgroup: its ID and path, and nothing of a process.
	MakeGroup
)

// Event is one thing that a process did.
type Event struct {
	Kind Kind
	// Group is the ID of the process's cgroup, which is the inode of its folder.
	Group uint64
	// Hierarchy is which cgroup tree a new cgroup is in, as /proc/PID/cgroup numbers
	// them.
	Hierarchy uint32
	PID       int
	// Mounts is the inode of the process's mount namespace.
	Mounts uint32
	// Errno is why it failed; zero when it did not.
	Errno uint32
	Name  string // of the process, at most 15 bytes
	// Parents are the nearest ancestors, the nearest first.
	Parents []Process
	// Line is how a program was started that has started: its words, with spaces
	// between them.
	Line string
	// Target is a path or, for TCP, an address with its port.
	Target string
}

// Process is an ancestor.
type Process struct {
	PID  int
	Name string
}

// The layout in which the programs hand events over. Numbers are the host's.
const (
	atGroup     = 0
	atPID       = 8
	atMounts    = 12
	atKind      = 16
	atResult    = 20
	atHierarchy = 24
	atSize      = 28
	atName      = 32
	atParents   = 48
	nameSize    = 16
	parents     = 5
	parentSize  = 4 + nameSize
	atTarget    = atParents + parents*parentSize + 4 // a multiple of 8
	// callSize and groupSize bound a target: paths of callers are cut there, those of
	// cgroups are not as long. What a call leaves free holds a command line.
	callSize   = 256
	groupSize  = 512
	eventSize  = atTarget + groupSize
	callLength = atTarget + callSize
)

// decode reads what a program handed over.
func decode(raw []byte) (Event, error) {
	if len(raw) < callLength {
		return Event{}, fmt.Errorf("an event of %d bytes, want at least %d", len(raw), callLength)
	}
	order := binary.NativeEndian
	e := Event{
		Kind:      Kind(order.Uint32(raw[atKind:])),
		Group:     order.Uint64(raw[atGroup:]),
		Hierarchy: order.Uint32(raw[atHierarchy:]),
		PID:       int(order.Uint32(raw[atPID:])),
		Mounts:    order.Uint32(raw[atMounts:]),
		Name:      text(raw[atName : atName+nameSize]),
	}
	if result := int32(order.Uint32(raw[atResult:])); result < 0 {
		e.Errno = uint32(-int64(result))
	}
	for i := range parents {
		at := raw[atParents+i*parentSize:]
		p := Process{PID: int(order.Uint32(at)), Name: text(at[4:parentSize])}
		if p.PID == 0 {
			break
		}
		e.Parents = append(e.Parents, p)
	}
	target := raw[atTarget:]
	switch e.Kind {
	case Connect:
		size := min(order.Uint32(raw[atSize:]), callSize)
		e.Target = address(target[:size])
	case Exec:
		e.Target = text(target)
		if e.Errno == 0 && len(target) >= groupSize {
			e.Line = words(target[callSize:][:min(order.Uint32(raw[atSize:]), callSize)])
		}
	case OpenFile, MakeGroup:
		e.Target = text(target)
	default:
		return Event{}, fmt.Errorf("an event of the unknown kind %d", e.Kind)
	}
	return e, nil
}

// text is what stands in front of the first zero.
func text(raw []byte) string {
	before, _, _ := bytes.Cut(raw, []byte{0})
	return string(before)
}

// words are separated by zeros.
func words(raw []byte) string {
	return strings.ToValidUTF8(strings.TrimSpace(string(bytes.ReplaceAll(raw, []byte{0}, []byte{' '}))), "?")
}

// address reads a struct sockaddr: a unix socket's path, or address and port. It
// is empty for what is neither.
func address(raw []byte) string {
	if len(raw) < 3 {
		return ""
	}
	port := func() uint16 { return binary.BigEndian.Uint16(raw[2:]) }
	switch family := binary.NativeEndian.Uint16(raw); {
	case family == familyUnix:
		return text(raw[2:])
	case family == familyInet && len(raw) >= 8:
		return netip.AddrPortFrom(netip.AddrFrom4([4]byte(raw[4:8])), port()).String()
	case family == familyInet6 && len(raw) >= 24:
		return netip.AddrPortFrom(netip.AddrFrom16([16]byte(raw[8:24])).Unmap(), port()).String()
	}
	return ""
}

// Address families as Linux numbers them.
const (
	familyUnix  = 1
	familyInet  = 2
	familyInet6 = 10
)
