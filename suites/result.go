package suites

import "time"

// The environment of a suite's process.
const (
	EnvKubeconfig = "KUBECONFIG"       // path of the cluster's kubeconfig
	EnvSide       = "REHEARSE_SIDE"    // clusters.Side
	EnvRuntime    = "REHEARSE_RUNTIME" // clusters.Runtime
	EnvToolbox    = "REHEARSE_TOOLBOX" // reference of the toolbox image
)

// DefaultToolbox is the image of the shipped suites' pods, which every node image
// brings along: busybox as /bin/sh and its tools, and Kubernetes' /agnhost.
const DefaultToolbox = "rehearse.dev/toolbox:1"

// Command is the program's command that runs one shipped suite in its process:
// rehearse suite NAME.
const Command = "suite"

// NamespacePrefix starts the name of every namespace that a shipped suite makes.
// What is in there is the suite's own and no evidence of the user's workloads.
const NamespacePrefix = "rehearse-"

// Result is what one suite showed on one cluster.
type Result struct {
	Suite string `json:"suite"`
	Specs []Spec `json:"specs"` // sorted by name
	// Seed that Ginkgo used, the same on both sides.
	Seed int64 `json:"seed"`
	// Gap says why the suite could not be looked at, or not to its end; empty when
	// it ran through. Failing specs are no gap.
	Gap string `json:"gap,omitempty"`
}

// Spec is one spec that ran, or was skipped.
type Spec struct {
	// Name is the full text, containers included.
	Name         string        `json:"name"`
	Labels       []string      `json:"labels,omitempty"`
	State        State         `json:"state"`
	Failure      string        `json:"failure,omitempty"`
	Location     string        `json:"location,omitempty"` // file:line of the failure
	Elapsed      time.Duration `json:"elapsed"`
	Observations []Observation `json:"observations,omitempty"`
}

// State is the outcome of a spec.
type State string

// The outcomes of a spec.
const (
	Passed  State = "passed"
	Failed  State = "failed" // also panicked, timed out or interrupted
	Skipped State = "skipped"
)

// Observation is a value that a spec saw and attached to its report.
type Observation struct {
	Name  string `json:"name"` // unique within its spec
	Value string `json:"value"`
}
