package record

import (
	"encoding/json"
	"time"
)

// LogFile is one line of logs/index.jsonl: a container's log file as it lay on
// its node, and where its bytes are in the recording.
type LogFile struct {
	Namespace string `json:"namespace"`
	Pod       string `json:"pod"`
	PodUID    string `json:"podUID"`
	Container string `json:"container"`
	Node      string `json:"node"`
	// Path on the node, under /var/log/pods; for a file that Docker rotated, beside
	// the current file's target. Empty for a log that came through the API server:
	// its file holds bare messages, and nothing is known of how it lay on the node.
	Path string `json:"path,omitempty"`
	// Target of the symbolic link that Path is; empty for a regular file.
	Target string `json:"target,omitempty"`
	Mode   string `json:"mode,omitempty"` // of Path as ls shows it, such as -rw-r-----
	Size   int64  `json:"size"`           // bytes of the file on the node that Path leads to
	// File holds the bytes, relative to the recording; empty when they could not
	// be read, which is then a gap too. A file that is compressed on the node is
	// unpacked here, since secrets could not be redacted otherwise.
	File string `json:"file"`
	// Truncated says that File holds only the first bytes.
	Truncated bool `json:"truncated,omitempty"`
}

// LogLink is one line of logs/links.jsonl: a symbolic link under
// /var/log/containers, where log agents look.
type LogLink struct {
	Node   string `json:"node"`
	Path   string `json:"path"`
	Target string `json:"target"`
}

// JournalEntry is one line of logs/journals/<node>.jsonl, in the field names of
// systemd's journal.
type JournalEntry struct {
	Unit       string `json:"_SYSTEMD_UNIT"`
	Identifier string `json:"SYSLOG_IDENTIFIER"`
	Priority   string `json:"PRIORITY"` // 0 to 7, as syslog has them
	Message    string `json:"MESSAGE"`
	Time       string `json:"__REALTIME_TIMESTAMP"` // microseconds since 1970
}

// Exposition is one line of metrics/index.jsonl: what one endpoint answered.
type Exposition struct {
	// Target names the endpoint the same way on both sides, such as
	// kubelet/cadvisor or pod/shop/web.
	Target string    `json:"target"`
	Node   string    `json:"node,omitempty"`
	Pod    string    `json:"pod,omitempty"`
	Time   time.Time `json:"time"`
	File   string    `json:"file"`
	// ContentType of the answer, which says which exposition format it is.
	ContentType string `json:"contentType"`
}

// Event is one line of events.jsonl.
type Event struct {
	Namespace string    `json:"namespace"`
	Kind      string    `json:"kind"` // of the object it is about
	Name      string    `json:"name"`
	UID       string    `json:"uid,omitempty"`
	FieldPath string    `json:"fieldPath,omitempty"`
	Type      string    `json:"type"` // Normal or Warning
	Reason    string    `json:"reason"`
	Message   string    `json:"message"`
	Source    string    `json:"source,omitempty"`
	Count     int32     `json:"count"`
	First     time.Time `json:"first"`
	Last      time.Time `json:"last"`
}

// Stimulus is one line of stimuli.jsonl: something that was done to the cluster.
type Stimulus struct {
	Name    string    `json:"name"`
	Started time.Time `json:"started"`
	Ended   time.Time `json:"ended"`
	// Evidence is what showed that it happened.
	Evidence string `json:"evidence,omitempty"`
	// Missing says why nothing showed that it did; empty where something did.
	Missing string `json:"missing,omitempty"`
}

// Object is one line of objects.jsonl: a Kubernetes object as the API server
// gave it, without managed fields and with secret values redacted.
type Object = json.RawMessage

// NodeFacts is what one node is made of. Lists are sorted.
type NodeFacts struct {
	Node    string            `json:"node"`
	Units   []Unit            `json:"units"`
	Sockets []string          `json:"sockets"` // listening unix sockets and TCP addresses
	Procs   []Process         `json:"processes"`
	Mounts  []NodeMount       `json:"mounts"`
	Files   []File            `json:"files"` // the paths that agents and scripts lean on
	Sysctls map[string]string `json:"sysctls"`
	// Limits are the ulimits of the runtime's process, by name.
	Limits map[string]string `json:"limits"`
	// Chains are iptables chains as <table>/<chain>.
	Chains []string `json:"chains"`
	Links  []string `json:"links"` // network interfaces
	// Binaries are the commands of interest found in the PATH, by name.
	Binaries map[string]string `json:"binaries"`
	// Config holds configuration as text by name: kubelet, daemon.json,
	// config.toml.
	Config map[string]string `json:"config"`
	// Images as the CRI lists them: reference by image ID.
	Images []NodeImage `json:"images"`
}

// Unit is a systemd unit.
type Unit struct {
	Name  string `json:"name"`
	State string `json:"state"` // such as active/running, or not-found
}

// Process is a process of the node that no container owns, and how many alike
// there are.
type Process struct {
	Name  string `json:"name"`
	Args  string `json:"args"` // without run-specific values
	Count int    `json:"count"`
}

// NodeMount is a mount point of the node.
type NodeMount struct {
	Path string `json:"path"`
	Type string `json:"type"`
}

// File is a path of the node and what kind of thing is there.
type File struct {
	Path string `json:"path"`
	Type string `json:"type"` // file, directory, socket, link, absent
	// Detail is a link's target, or how many entries a directory has.
	Detail string `json:"detail,omitempty"`
}

// NodeImage is an image in the store that kubelet reads.
type NodeImage struct {
	Names []string `json:"names"`
	ID    string   `json:"id"`
}
