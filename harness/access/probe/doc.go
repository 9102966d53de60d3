// Package probe watches, from the kernel of this host, which processes reach for
// something: every program that is started, every unix socket that is connected
// to, connections to Docker's TCP ports, and opened files whose path names
// docker. It sees all processes, those in containers and in nodes of kind
// included, and what fails as well as what succeeds.
//
// It attaches eBPF programs to raw tracepoints, which need neither tracefs nor a
// compiler: the programs are put together here, with the places of the kernel's
// fields taken from its own type information (BTF). [Open] says why where that is
// not possible or not allowed. What an [Event] means is for others to say.
package probe
