package probe

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/asm"
	"github.com/cilium/ebpf/link"
	"github.com/cilium/ebpf/ringbuf"
)

const (
	// ringSize is how many bytes of events may wait to be read.
	ringSize = 8 << 20
	// atOnce is how many calls may be between their entry and their end.
	atOnce = 8 << 10
	// dialsAtOnce is how many TCP connections to Docker may be under way.
	dialsAtOnce = 512
)

// licence of the programs: the kernel lets only some read its memory.
const licence = "Dual BSD/GPL"

// Probe is the programs at work. Close it.
type Probe struct {
	maps
	loaded []*ebpf.Program
	links  []link.Link
	reader *ringbuf.Reader
}

type maps struct {
	ring    *ebpf.Map
	draft   *ebpf.Map // of each CPU: a pending call that is being filled
	event   *ebpf.Map // of each CPU: an event that is being filled
	pending *ebpf.Map // calls by thread
	dials   *ebpf.Map // events by TCP socket
	lost    *ebpf.Map // of each CPU: how many events found no room in the ring
}

// Open starts watching. Processes are told apart by their cgroup of version 2, or
// where a controller of version 1 is named, such as pids, by their cgroup in its
// hierarchy.
func Open(controller string) (*Probe, error) {
	if len(calls()) == 0 {
		return nil, errors.New("watching system calls is not known for this platform")
	}
	k, err := lookUp(controller)
	if err != nil {
		return nil, err
	}
	p := &Probe{}
	if err := p.makeMaps(); err != nil {
		return nil, errors.Join(fmt.Errorf("making eBPF maps: %w", err), p.Close())
	}
	if err := p.attach(programs{kernel: k, maps: p.maps, unified: controller == ""}); err != nil {
		return nil, errors.Join(err, p.Close())
	}
	if p.reader, err = ringbuf.NewReader(p.ring); err != nil {
		return nil, errors.Join(fmt.Errorf("reading eBPF events: %w", err), p.Close())
	}
	return p, nil
}

func (p *Probe) makeMaps() error {
	for _, m := range []struct {
		to   **ebpf.Map
		spec ebpf.MapSpec
	}{
		{&p.ring, ebpf.MapSpec{Type: ebpf.RingBuf, MaxEntries: ringSize}},
		{&p.draft, ebpf.MapSpec{Type: ebpf.PerCPUArray, KeySize: 4, ValueSize: pendingLength, MaxEntries: 1}},
		{&p.event, ebpf.MapSpec{Type: ebpf.PerCPUArray, KeySize: 4, ValueSize: eventSize, MaxEntries: 1}},
		// A thread that is killed in the middle of a call leaves its entry behind.
		{&p.pending, ebpf.MapSpec{Type: ebpf.LRUHash, KeySize: 8, ValueSize: pendingLength, MaxEntries: atOnce}},
		{&p.dials, ebpf.MapSpec{Type: ebpf.LRUHash, KeySize: 8, ValueSize: eventSize, MaxEntries: dialsAtOnce}},
		{&p.lost, ebpf.MapSpec{Type: ebpf.PerCPUArray, KeySize: 4, ValueSize: 8, MaxEntries: 1}},
	} {
		made, err := ebpf.NewMap(&m.spec)
		if err != nil {
			return err
		}
		*m.to = made
	}
	return nil
}

// attach loads each program and puts it where it belongs. What ends a call comes
// before what starts one, so that no start waits for ever.
func (p *Probe) attach(of programs) error {
	for _, one := range []struct {
		tracepoint string
		code       asm.Instructions
	}{
		{"cgroup_mkdir", of.newGroup()},
		{"inet_sock_set_state", of.dialing()},
		{"sys_exit", of.end()},
		{"sys_enter", of.entry()},
	} {
		program, err := ebpf.NewProgram(&ebpf.ProgramSpec{
			Name: one.tracepoint[:min(15, len(one.tracepoint))], Type: ebpf.RawTracepoint, Instructions: one.code, License: licence,
		})
		if err != nil {
			return fmt.Errorf("loading the eBPF program for %s: %w", one.tracepoint, err)
		}
		p.loaded = append(p.loaded, program)
		attached, err := link.AttachRawTracepoint(link.RawTracepointOptions{Name: one.tracepoint, Program: program})
		if err != nil {
			return fmt.Errorf("attaching to the tracepoint %s: %w", one.tracepoint, err)
		}
		p.links = append(p.links, attached)
	}
	return nil
}

// Read waits for the next event. Flushed and Ended say what some errors mean;
// after others reading may go on.
func (p *Probe) Read() (Event, error) {
	record, err := p.reader.Read()
	if err != nil {
		return Event{}, err
	}
	return decode(record.RawSample)
}

// Flush makes Read report, once all that has happened so far was read, that it was.
func (p *Probe) Flush() error { return p.reader.Flush() }

// Flushed says that an error of Read is the report that Flush asked for.
func Flushed(err error) bool { return errors.Is(err, ringbuf.ErrFlushed) }

// Ended says that an error of Read means that the probe was closed.
func Ended(err error) bool { return errors.Is(err, ringbuf.ErrClosed) }

// Lost is how many events came faster than they were read.
func (p *Probe) Lost() (uint64, error) {
	var each []uint64
	if err := p.lost.Lookup(uint32(0), &each); err != nil {
		return 0, fmt.Errorf("counting lost events: %w", err)
	}
	var sum uint64
	for _, n := range each {
		sum += n
	}
	return sum, nil
}

// Close stops watching.
func (p *Probe) Close() error {
	var errs []error
	for _, l := range p.links {
		errs = append(errs, l.Close())
	}
	for _, one := range p.loaded {
		errs = append(errs, one.Close())
	}
	if p.reader != nil {
		errs = append(errs, p.reader.Close())
	}
	for _, m := range []*ebpf.Map{p.ring, p.draft, p.event, p.pending, p.dials, p.lost} {
		errs = append(errs, m.Close()) // which a map that was never made allows
	}
	return errors.Join(errs...)
}

// four and two are text as the host reads it from memory as a number.
func four(text string) int32 { return int32(binary.NativeEndian.Uint32([]byte(text))) }
func two(text string) int32  { return int32(binary.NativeEndian.Uint16([]byte(text))) }
