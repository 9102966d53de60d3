package record

import "time"

// Touch is one line of access.jsonl: a way in which one caller reached for a
// container runtime, and how often that went in the same way.
type Touch struct {
	Node string `json:"node"`
	// PodUID is the pod that the process belongs to, as its cgroup names it, and
	// ContainerID its container. Both are empty for a process of the node itself.
	PodUID      string `json:"podUID,omitempty"`
	ContainerID string `json:"containerID,omitempty"`
	// Unit of systemd that a process of the node belongs to.
	Unit string `json:"unit,omitempty"`
	// Command is the name of the process, at most 15 bytes, and Line its command
	// line, where it lived long enough for that to be read.
	Command string `json:"command"`
	Line    string `json:"line,omitempty"`
	// Parents are its nearest ancestors, the nearest first.
	Parents []Caller `json:"parents,omitempty"`
	// OfNode says that a pod's process sees the files of its node as the node does.
	OfNode bool   `json:"ofNode,omitempty"`
	Act    Act    `json:"act"`
	Target string `json:"target"`
	// Error is how it failed, such as ENOENT; empty when it did not.
	Error string    `json:"error,omitempty"`
	Count int       `json:"count"`
	First time.Time `json:"first"`
	Last  time.Time `json:"last"`
}

// Caller is an ancestor of a process.
type Caller struct {
	Command string `json:"command"`
	Line    string `json:"line,omitempty"`
}

// Act is what was done to reach for a runtime.
type Act string

// The acts.
const (
	// Connects is a connection to a unix socket, whose path is the target as the
	// process wrote it, or to a port, of which the target is the address.
	Connects Act = "connect"
	// Runs is the start of a program, whose path is the target.
	Runs Act = "run"
	// Opens is the opening of a file or folder. Of what lies deeper than the first
	// name below a folder of the runtime's, the target has /... in its place.
	Opens Act = "open"
)
