package record

import (
	"time"

	"github.com/rehearse-dev/rehearse/clusters"
)

// FormatVersion of what Create writes. Open accepts it and its predecessor.
const FormatVersion = 1

// oldestFormat that Open accepts; there is no version 0.
const oldestFormat = max(1, FormatVersion-1)

// Meta is recording.json.
type Meta struct {
	FormatVersion int              `json:"formatVersion"`
	Scenario      string           `json:"scenario"`
	Side          clusters.Side    `json:"side"`
	Run           int              `json:"run"` // from 1
	Runtime       clusters.Runtime `json:"runtime"`
	// Versions of what the side runs, by component: kubernetes, kubelet, kernel,
	// os, runtime, adapter, runc. Nodes that differ are joined by commas.
	Versions map[string]string `json:"versions"`
	Started  time.Time         `json:"started"`
	Ended    time.Time         `json:"ended"`
	// Names are the run's own names, which differ from run to run and are masked
	// by their role before anything is compared.
	Names Names `json:"names"`
	Gaps  []Gap `json:"gaps,omitempty"`
}

// Kind is a kind of evidence. It names the collector that records it and the
// comparer that reads it.
type Kind string

// The kinds of evidence.
const (
	Specs   Kind = "specs"
	Logs    Kind = "logs"
	Metrics Kind = "metrics"
	Events  Kind = "events"
	Objects Kind = "objects"
	Node    Kind = "node"
	Agents  Kind = "agents"
	Stimuli Kind = "stimuli"
	// Searches are the user's log searches, evaluated on the recorded logs.
	Searches Kind = "searches"
	Parity   Kind = "parity"
	// Stores are what log stores answered: what became of logs behind the agents.
	Stores Kind = "stores"
	// Live is what the cluster's own Prometheus and Alertmanager say.
	Live Kind = "live"
	// Rules and Dashboards are the user's own, evaluated over recorded metrics.
	Rules      Kind = "rules"
	Dashboards Kind = "dashboards"
	// Identities are the names that only one run knows, and versions: what is
	// masked before comparing.
	Identities Kind = "identities"
	// Access is who reached for a runtime: its sockets, commands, ports and files.
	Access Kind = "access"
	// Secrets are what has to be redacted; nothing of them is recorded.
	Secrets Kind = "secrets"
)

// Gap is something that could not be looked at.
type Gap struct {
	Kind    Kind   `json:"kind"`
	Subject string `json:"subject"` // what was to be looked at
	Reason  string `json:"reason"`  // why it could not be
}

// Names maps each name that only this run knows to its role, by kind of name.
type Names struct {
	// Nodes maps a node's name to its role, such as control-plane or worker.
	Nodes map[string]string `json:"nodes,omitempty"`
	// Pods are known by their UID, and a static pod also by the hash that its log
	// folder and cgroup carry instead.
	Pods map[string]Pod `json:"pods,omitempty"`
	// Workloads maps each ReplicaSet and Job that a controller made, as
	// <namespace>/<name>, to the controller's name.
	Workloads map[string]string `json:"workloads,omitempty"`
	// Containers maps a container's ID, without the runtime's scheme, to
	// <pod role>/<container>. A pod's sandbox is its container POD.
	Containers map[string]string `json:"containers,omitempty"`
	// Images maps an image's ID or digest, without sha256:, to its name.
	Images map[string]string `json:"images,omitempty"`
	// IPs maps an address to the role of its node or pod, or the name of its
	// service.
	IPs map[string]string `json:"ips,omitempty"`
}

// Sandbox stands for the container that holds a pod's namespaces in
// Names.Containers. No container can have that name.
const Sandbox = "POD"

// Pod is what a run knows of one pod.
type Pod struct {
	Namespace string `json:"namespace"`
	Name      string `json:"name"`
	// Role is the pod's name without what differs from run to run: its owner's
	// name, or its own name when it has none.
	Role string `json:"role"`
	Node string `json:"node,omitempty"`
}
