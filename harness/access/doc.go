// Package access records who reaches for a container runtime while a rehearsal
// runs, on nodes that are containers of this host: connections to runtimes'
// sockets and Docker's ports, starts of their commands, and opened files below
// their folders, whether or not that succeeds.
//
// One probe in the kernel (package probe) sees both sides at once. Every cgroup
// has an ID, which the probe takes note of while a process acts: so one that
// lives for a millisecond is known by its pod and container, or by its systemd
// unit, all the same. [Watcher] hands each side what happened on its nodes.
//
// What belongs to the runtime itself, to kubelet or to the rehearsal is left
// out. What a caller's fate on the other side means is for package compare to
// say.
package access
