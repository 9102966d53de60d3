package probe

import (
	"fmt"

	"github.com/cilium/ebpf"
	. "github.com/cilium/ebpf/asm" //nolint:revive // a program reads as assembly does
)

// call is a system call that is looked at.
type call struct {
	number int32
	kind   Kind
	// subject is which argument points to the path or address; the length of an
	// address is the one after it.
	subject int
}

// A pending call, between its entry and its end: kind, size of the target, target.
const (
	pendingKind   = 0
	pendingSize   = 4
	pendingTarget = 8
	pendingLength = pendingTarget + callSize
)

// programs puts the programs together. Registers 6 to 9 survive calls of helpers:
// R6 is the context or a kernel object, R7 what is being filled, R8 and R9 pass
// things on. What is below the frame pointer: fp-8 what was read, fp-16 a key, fp-24
// the process, fp-48 the index of a value of the CPU's own.
type programs struct {
	kernel
	maps
	// unified says that processes are told apart by their cgroup of version 2.
	unified bool
}

// entry keeps the path or address of a call that may be of interest until the
// call ends.
func (p programs) entry() Instructions {
	is := Instructions{
		LoadMem(R8, R1, 8, DWord), // the number of the call
		LoadMem(R9, R1, 0, DWord), // its registers
	}
	for i, c := range calls() {
		is = append(is, JEq.Imm(R8, c.number, fmt.Sprint("call-", i)))
	}
	is = append(is, Ja.Label("out"))
	for i, c := range calls() {
		is = append(is,
			Mov.Imm(R8, int32(c.kind)).WithSymbol(fmt.Sprint("call-", i)),
			Mov.Imm(R6, 0),
		)
		if c.kind == Connect {
			is = append(is, readKernel(R9, arguments[c.subject+1])...)
			is = append(is, LoadMem(R6, RFP, -8, DWord))
		}
		is = append(is, readKernel(R9, arguments[c.subject])...)
		is = append(is, Ja.Label("keep"))
	}
	return append(is, p.keep()...)
}

// keep fills a pending call: R8 is its kind, R6 the length of its address, fp-8
// points to the path or address.
func (p programs) keep() Instructions {
	is := append(value(p.draft, R7, "keep"),
		StoreMem(R7, pendingKind, R8, Word),
		StoreMem(R7, pendingSize, R6, Word),
		Mov.Reg(R1, R7), Add.Imm(R1, pendingTarget),
		JEq.Imm(R8, int32(Connect), "address"),
		Mov.Imm(R2, callSize), LoadMem(R3, RFP, -8, DWord), FnProbeReadUserStr.Call(),
		JSLE.Imm(R0, 0, "out"),
		Mov.Reg(R9, R0), // the length of the path
		JEq.Imm(R8, int32(Exec), "store"),
	)
	is = append(is, namesDocker()...)
	is = append(is,
		And.Imm(R6, 0x7f).WithSymbol("address"), // no address of interest is longer
		Mov.Reg(R2, R6), LoadMem(R3, RFP, -8, DWord), FnProbeReadUser.Call(),
		LoadMem(R1, R7, pendingTarget, Half),
		JEq.Imm(R1, familyUnix, "unix"),
		JEq.Imm(R1, familyInet, "port"),
		JNE.Imm(R1, familyInet6, "out"),
		LoadMem(R1, R7, pendingTarget+2, Half).WithSymbol("port"),
		HostTo(BE, R1, Half),
		JEq.Imm(R1, 2375, "store"), JEq.Imm(R1, 2376, "store"), Ja.Label("out"),
		LoadMem(R1, R7, pendingTarget+2, Byte).WithSymbol("unix"),
		JEq.Imm(R1, 0, "out"), // a name of the abstract kind, or none
	)
	is = append(is, FnGetCurrentPidTgid.Call().WithSymbol("store"), StoreMem(RFP, -16, R0, DWord))
	is = append(is, update(p.pending)...)
	return append(is, out()...)
}

// namesDocker goes on to store when the path has docker in it.
func namesDocker() Instructions {
	return Instructions{
		Sub.Imm(R9, int32(len("docker"))), // behind the last place where it can start
		Mov.Imm(R6, 0),
		JSGE.Reg(R6, R9, "out").WithSymbol("look"),
		JGT.Imm(R6, callSize-8, "out"),
		Mov.Reg(R1, R7), Add.Reg(R1, R6),
		LoadMem(R2, R1, pendingTarget, Word),
		JNE.Imm(R2, four("dock"), "next"),
		LoadMem(R2, R1, pendingTarget+4, Half),
		JEq.Imm(R2, two("er"), "store"),
		Add.Imm(R6, 1).WithSymbol("next"),
		Ja.Label("look"),
	}
}

// end hands a pending call over, with how it ended.
func (p programs) end() Instructions {
	is := Instructions{LoadMem(R8, R1, 8, DWord)} // the result
	is = append(is, p.takePending()...)
	is = append(is,
		LoadMem(R1, R6, pendingKind, Word),
		JNE.Imm(R1, int32(Connect), "tell"),
		JEq.Imm(R8, -inProgress, "forget"), // how it went shows later
	)
	tell := p.describe("tell")
	is = append(is, tell...)
	is = append(is, StoreMem(R7, atResult, R8, Word))
	is = append(is, p.arguments()...)
	send := p.send(eventSize)
	send[0] = send[0].WithSymbol("send")
	is = append(is, send...)
	is = append(is, LoadMapPtr(R1, p.pending.FD()).WithSymbol("forget"), Mov.Reg(R2, RFP), Add.Imm(R2, -16), FnMapDeleteElem.Call())
	return append(is, out()...)
}

// arguments adds the words of the command line to a program that has started,
// behind the place of its path, and how many bytes they take.
func (p programs) arguments() Instructions {
	is := Instructions{
		LoadMem(R1, R6, pendingKind, Word),
		JNE.Imm(R1, int32(Exec), "send"),
		JNE.Imm(R8, 0, "send"),
		FnGetCurrentTask.Call(),
	}
	is = append(is, readKernel(R0, p.memory)...)
	is = append(is, LoadMem(R9, RFP, -8, DWord))
	is = append(is, readKernel(R9, p.first)...)
	is = append(is, LoadMem(R1, RFP, -8, DWord), StoreMem(RFP, -56, R1, DWord))
	is = append(is, readKernel(R9, p.last)...)
	return append(is,
		LoadMem(R2, RFP, -8, DWord), LoadMem(R3, RFP, -56, DWord), Sub.Reg(R2, R3),
		JLE.Imm(R2, callSize-1, "fits"),
		Mov.Imm(R2, callSize-1),
		And.Imm(R2, callSize-1).WithSymbol("fits"),
		StoreMem(R7, atSize, R2, Word),
		Mov.Reg(R1, R7), Add.Imm(R1, atTarget+callSize), FnProbeReadUser.Call(),
	)
}

// inProgress is the errno of a connection that goes on behind the call.
const inProgress = 115

// takePending points R6 to the pending call of the running thread, if it has one.
func (p programs) takePending() Instructions {
	return Instructions{
		FnGetCurrentPidTgid.Call(), StoreMem(RFP, -16, R0, DWord),
		LoadMapPtr(R1, p.pending.FD()), Mov.Reg(R2, RFP), Add.Imm(R2, -16), FnMapLookupElem.Call(),
		JEq.Imm(R0, 0, "out"),
		Mov.Reg(R6, R0),
	}
}

// dialing follows TCP connections until it shows what became of them. R9 is the
// socket, fp-32 its new state.
func (p programs) dialing() Instructions {
	const established, synSent = 1, 2
	is := Instructions{
		LoadMem(R9, R1, 0, DWord),
		LoadMem(R8, R1, 8, DWord), // the old state
		LoadMem(R7, R1, 16, DWord),
		StoreMem(RFP, -32, R7, DWord),
		StoreMem(RFP, -40, R9, DWord),
		JEq.Imm(R8, synSent, "result"),
		JNE.Imm(R7, synSent, "out"),
	}
	is = append(is, p.takePending()...)
	is = append(is, p.describe("")...)
	is = append(is, StoreMem(RFP, -16, R9, DWord))
	is = append(is, update(p.dials)...)
	is = append(is, Ja.Label("out"),
		StoreMem(RFP, -16, R9, DWord).WithSymbol("result"),
		LoadMapPtr(R1, p.dials.FD()), Mov.Reg(R2, RFP), Add.Imm(R2, -16), FnMapLookupElem.Call(),
		JEq.Imm(R0, 0, "out"),
		Mov.Reg(R7, R0),
		Mov.Imm(R8, 0),
		LoadMem(R1, RFP, -32, DWord),
		JEq.Imm(R1, established, "tell"),
	)
	is = append(is, readKernel(R9, p.failure)...)
	is = append(is,
		LoadMem(R8, RFP, -8, Word),
		Mov.Imm(R1, 0), Sub.Reg(R1, R8), Mov.Reg(R8, R1),
		StoreMem(R7, atResult, R8, Word).WithSymbol("tell"),
	)
	is = append(is, p.send(callLength)...)
	is = append(is, LoadMapPtr(R1, p.dials.FD()), Mov.Reg(R2, RFP), Add.Imm(R2, -16), FnMapDeleteElem.Call())
	return append(is, out()...)
}

// newGroup tells of every cgroup that is made.
func (p programs) newGroup() Instructions {
	is := Instructions{LoadMem(R6, R1, 0, DWord), LoadMem(R9, R1, 8, DWord)}
	is = append(is, value(p.event, R7, "")...)
	is = append(is, Mov.Imm(R1, int32(MakeGroup)), StoreMem(R7, atKind, R1, Word))
	is = append(is, readKernel(R6, p.node)...)
	is = append(is, LoadMem(R1, RFP, -8, DWord))
	is = append(is, readKernel(R1, p.id)...)
	is = append(is, LoadMem(R1, RFP, -8, DWord), StoreMem(R7, atGroup, R1, DWord))
	is = append(is, readKernel(R6, p.root)...)
	is = append(is, LoadMem(R1, RFP, -8, DWord))
	is = append(is, readKernel(R1, p.hierarchy)...)
	is = append(is, LoadMem(R1, RFP, -8, Word), StoreMem(R7, atHierarchy, R1, Word),
		Mov.Reg(R1, R7), Add.Imm(R1, atTarget), Mov.Imm(R2, groupSize), Mov.Reg(R3, R9), FnProbeReadKernelStr.Call())
	is = append(is, p.send(eventSize)...)
	return append(is, out()...)
}

// describe fills an event, in R7, with who is running and with the pending call
// that R6 points to.
func (p programs) describe(label string) Instructions {
	is := value(p.event, R7, label)
	is = append(is,
		FnGetCurrentPidTgid.Call(), RSh.Imm(R0, 32), StoreMem(R7, atPID, R0, Word),
		LoadMem(R1, R6, pendingKind, Word), StoreMem(R7, atKind, R1, Word),
		LoadMem(R1, R6, pendingSize, Word), StoreMem(R7, atSize, R1, Word),
		Mov.Imm(R1, 0), StoreMem(R7, atHierarchy, R1, Word),
		Mov.Reg(R1, R7), Add.Imm(R1, atTarget), Mov.Imm(R2, callSize),
		Mov.Reg(R3, R6), Add.Imm(R3, pendingTarget), FnProbeReadKernel.Call(),
		Mov.Reg(R1, R7), Add.Imm(R1, atName), Mov.Imm(R2, nameSize), FnGetCurrentComm.Call(),
		FnGetCurrentTask.Call(), StoreMem(RFP, -24, R0, DWord),
	)
	is = append(is, p.group()...)
	is = append(is, p.namespace()...)
	return append(is, p.ancestors()...)
}

// group fills in the cgroup of the running process.
func (p programs) group() Instructions {
	if p.unified {
		return Instructions{FnGetCurrentCgroupId.Call(), StoreMem(R7, atGroup, R0, DWord)}
	}
	is := Instructions{LoadMem(R1, RFP, -24, DWord)}
	for _, field := range []int32{p.sets, p.state, p.kernel.group, p.node, p.id} {
		is = append(is, readKernel(R1, field)...)
		is = append(is, LoadMem(R1, RFP, -8, DWord))
	}
	return append(is, StoreMem(R7, atGroup, R1, DWord))
}

// namespace fills in the mount namespace of the running process.
func (p programs) namespace() Instructions {
	is := Instructions{LoadMem(R1, RFP, -24, DWord)}
	for _, field := range []int32{p.proxy, p.mounts, p.number} {
		is = append(is, readKernel(R1, field)...)
		is = append(is, LoadMem(R1, RFP, -8, DWord))
	}
	return append(is, StoreMem(R7, atMounts, R1, Word))
}

// ancestors fills in the nearest ancestors of the running process. The first
// process of all is its own parent, or has none: it may fill what is left.
func (p programs) ancestors() Instructions {
	var is Instructions
	for i := range int16(parents) {
		at := int16(atParents) + i*parentSize
		is = append(is, LoadMem(R1, RFP, -24, DWord))
		is = append(is, readKernel(R1, p.parent)...)
		is = append(is, LoadMem(R1, RFP, -8, DWord), StoreMem(RFP, -24, R1, DWord))
		is = append(is, readKernel(R1, p.tgid)...)
		is = append(is,
			LoadMem(R1, RFP, -8, Word), StoreMem(R7, at, R1, Word),
			Mov.Reg(R1, R7), Add.Imm(R1, int32(at)+4), Mov.Imm(R2, nameSize),
			LoadMem(R3, RFP, -24, DWord), Add.Imm(R3, p.comm), FnProbeReadKernel.Call(),
		)
	}
	return is
}

// send hands over the event in R7, which is not used afterwards, or counts it as
// lost when there is no room.
func (p programs) send(size int32) Instructions {
	is := Instructions{
		LoadMapPtr(R1, p.ring.FD()), Mov.Reg(R2, R7), Mov.Imm(R3, size), Mov.Imm(R4, 0), FnRingbufOutput.Call(),
		JEq.Imm(R0, 0, "sent"),
	}
	is = append(is, value(p.lost, R7, "")...)
	return append(is,
		LoadMem(R1, R7, 0, DWord), Add.Imm(R1, 1), StoreMem(R7, 0, R1, DWord),
		Mov.Imm(R0, 0).WithSymbol("sent"),
	)
}

// value points a register to the one value of a map that each CPU has for itself.
func value(m *ebpf.Map, to Register, label string) Instructions {
	is := Instructions{
		Mov.Imm(R1, 0), StoreMem(RFP, -48, R1, Word),
		LoadMapPtr(R1, m.FD()), Mov.Reg(R2, RFP), Add.Imm(R2, -48), FnMapLookupElem.Call(),
		JEq.Imm(R0, 0, "out"),
		Mov.Reg(to, R0),
	}
	if label != "" {
		is[0] = is[0].WithSymbol(label)
	}
	return is
}

// update stores what R7 points to under the key at fp-16.
func update(m *ebpf.Map) Instructions {
	return Instructions{
		LoadMapPtr(R1, m.FD()), Mov.Reg(R2, RFP), Add.Imm(R2, -16), Mov.Reg(R3, R7), Mov.Imm(R4, 0), FnMapUpdateElem.Call(),
	}
}

// readKernel reads eight bytes at an offset from what a register points to into
// fp-8. What cannot be read is zero.
func readKernel(base Register, offset int32) Instructions {
	return Instructions{
		Mov.Reg(R3, base), Add.Imm(R3, offset),
		Mov.Reg(R1, RFP), Add.Imm(R1, -8), Mov.Imm(R2, 8), FnProbeReadKernel.Call(),
	}
}

func out() Instructions {
	return Instructions{Mov.Imm(R0, 0).WithSymbol("out"), Return()}
}
