package scenarios

import (
	"time"

	"github.com/rehearse-dev/rehearse/clusters"
)

// APIVersion and Kind that every scenario file names.
const (
	APIVersion = "rehearse.dev/v1alpha1"
	Kind       = "Scenario"
)

// Scenario is one scenario file.
type Scenario struct {
	APIVersion string   `json:"apiVersion"`
	Kind       string   `json:"kind"`
	Metadata   Metadata `json:"metadata"`
	Spec       Spec     `json:"spec"`

	// Dir is the folder of the file, which relative paths start from.
	Dir string `json:"-"`
}

// Metadata names a scenario.
type Metadata struct {
	// Name is a DNS label; it prefixes the clusters and the run folder.
	Name string `json:"name"`
}

// Spec is what a scenario asks for.
type Spec struct {
	// Summary is one sentence, shown in lists and reports.
	Summary   string     `json:"summary,omitempty"`
	Pair      Pair       `json:"pair,omitempty"`
	Images    []Image    `json:"images,omitempty"`
	Workloads []Workload `json:"workloads,omitempty"`
	Agents    []Agent    `json:"agents,omitempty"`
	Suites    []Suite    `json:"suites,omitempty"`
	Observe   Observe    `json:"observe,omitempty"`
}

// Pair is the two clusters that a scenario wants.
type Pair struct {
	// KubernetesVersion of both control planes; empty means the default.
	KubernetesVersion string `json:"kubernetesVersion,omitempty"`
	// KubeletVersion of every node; empty means the Kubernetes version.
	KubeletVersion string `json:"kubeletVersion,omitempty"`
	// Workers besides the control plane, on each side.
	Workers   int  `json:"workers,omitempty"`
	Baseline  Side `json:"baseline,omitempty"`
	Candidate Side `json:"candidate,omitempty"`
}

// Side is what may differ between the two clusters.
type Side struct {
	// Runtime defaults to docker on the baseline and containerd on the candidate.
	Runtime clusters.Runtime `json:"runtime,omitempty"`
	Config  NodeConfig       `json:"config,omitempty"`
	Mounts  []Mount          `json:"mounts,omitempty"`
}

// NodeConfig is the runtime's configuration, as the user's nodes have it.
type NodeConfig struct {
	// DaemonJSON is a Docker Engine daemon.json; Docker runtimes only.
	DaemonJSON string `json:"daemonJSON,omitempty"`
	// Hosts is a containerd certs.d folder; containerd only.
	Hosts string `json:"hosts,omitempty"`
}

// Mount shows a file or folder of the host on every node of a side.
type Mount struct {
	HostPath      string `json:"hostPath"`
	ContainerPath string `json:"containerPath"`
	ReadOnly      bool   `json:"readOnly,omitempty"`
}

// Image is one image that the workloads need. Exactly one source is set.
type Image struct {
	Name string `json:"name"`
	// Build is a folder with a Dockerfile, or with a Go main package that needs
	// only the standard library.
	Build string `json:"build,omitempty"`
	// Archive is a file as `docker save` writes it.
	Archive string `json:"archive,omitempty"`
	// Pull is a reference that a registry serves.
	Pull string `json:"pull,omitempty"`
}

// Workload is something to apply. Exactly one source is set.
type Workload struct {
	// Manifests is a YAML or JSON file, or a folder of them.
	Manifests string `json:"manifests,omitempty"`
	// Kustomize is a kustomization folder.
	Kustomize string `json:"kustomize,omitempty"`
	Helm      *Helm  `json:"helm,omitempty"`
	// Ready says what to wait for after applying; empty means `all`.
	Ready Readiness `json:"ready,omitempty"`
}

// Readiness is what a workload is waited for.
type Readiness string

// The kinds of readiness.
const (
	// ReadyAll waits until every object is current, as kstatus sees it.
	ReadyAll Readiness = "all"
	// ReadyNone does not wait: for workloads that are meant to fail.
	ReadyNone Readiness = "none"
)

// Helm is one release of a chart.
type Helm struct {
	Chart     string         `json:"chart"`
	Release   string         `json:"release"`
	Namespace string         `json:"namespace,omitempty"`
	Values    []string       `json:"values,omitempty"`
	Set       map[string]any `json:"set,omitempty"`
}

// Agent is a third-party agent whose signals must survive the migration.
type Agent struct {
	Name string `json:"name"`
	Workload
	// Signals are what the agent shows when it works, at least one.
	Signals []Signal `json:"signals"`
}

// Signal is one sign of life of an agent. Exactly one is set.
type Signal struct {
	// Logs is a regular expression (RE2) over the messages of the agent's pods.
	Logs string `json:"logs,omitempty"`
	// Metric is the name of a metric that the agent's pods expose.
	Metric string `json:"metric,omitempty"`
}

// Suite is a set of Ginkgo specs. Either Builtin or Binary is set.
type Suite struct {
	// Builtin names shipped suites.
	Builtin []string `json:"builtin,omitempty"`
	// Binary is a compiled Ginkgo test binary.
	Binary string   `json:"binary,omitempty"`
	Args   []string `json:"args,omitempty"`
	// Timeout of the whole suite on one side; zero means ten minutes.
	Timeout Duration `json:"timeout,omitempty"`
}

// Observe says how long to watch the pair once everything is done.
type Observe struct {
	// Duration to let the workloads run before evidence is collected.
	Duration Duration `json:"duration,omitempty"`
	// Settle bounds the wait for the workloads to become ready; zero means three
	// minutes.
	Settle Duration `json:"settle,omitempty"`
}

// Duration is a length of time written as in Go, such as 2m30s.
type Duration struct{ time.Duration }
