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

// Scenario is one scenario file. What it does not know it refuses, and every
// path in it starts from the file's own folder and stays below it.
type Scenario struct {
	// APIVersion of the format.
	APIVersion string `json:"apiVersion" jsonschema:"enum=rehearse.dev/v1alpha1"`
	// Kind of the file.
	Kind     string   `json:"kind" jsonschema:"enum=Scenario"`
	Metadata Metadata `json:"metadata"`
	Spec     Spec     `json:"spec"`

	// Dir is the folder of the file, which relative paths start from.
	Dir string `json:"-"`
}

// Metadata names a scenario.
type Metadata struct {
	// Name is a DNS label; it prefixes the clusters and the run folder.
	Name string `json:"name" jsonschema:"pattern=^[a-z0-9]([-a-z0-9]{0\\,61}[a-z0-9])?$"`
}

// Spec is what a scenario asks for. It names workloads, agents, stimuli or suites:
// one of them at least.
type Spec struct {
	// Summary is one sentence, shown in lists and reports.
	Summary string `json:"summary,omitempty"`
	Pair    Pair   `json:"pair,omitzero"`
	// Images that the workloads need and that no registry serves to the nodes.
	Images []Image `json:"images,omitempty"`
	// Workloads to apply, each a set of manifests, a kustomization or a chart.
	Workloads []Workload `json:"workloads,omitempty"`
	// Agents to apply, and the signals by which each is known to work.
	Agents []Agent `json:"agents,omitempty"`
	// Stimuli are done to both sides, in this order, before the suites run.
	Stimuli []Stimulus `json:"stimuli,omitempty"`
	// Suites of Ginkgo specs to run on both sides.
	Suites  []Suite `json:"suites,omitempty"`
	Observe Observe `json:"observe,omitzero"`
	Assets  Assets  `json:"assets,omitzero"`
	// Expect is a file of differences that are accepted in writing, as
	// docs/expectations.md describes it.
	Expect string `json:"expect,omitempty"`
}

// Pair is the two clusters that a scenario wants.
type Pair struct {
	// KubernetesVersion of both control planes, such as v1.37.2, which is also
	// the default.
	KubernetesVersion string `json:"kubernetesVersion,omitempty" jsonschema:"pattern=^v1[.][0-9]+[.][0-9]+$"`
	// KubeletVersion of every node on both sides; empty means the Kubernetes
	// version. Runtime dockershim needs v1.23.17 or older.
	KubeletVersion string `json:"kubeletVersion,omitempty" jsonschema:"pattern=^v1[.][0-9]+[.][0-9]+$"`
	// Workers besides the control plane, on each side. Without any, the control
	// plane takes the pods.
	Workers   int  `json:"workers,omitempty" jsonschema:"minimum=0"`
	Baseline  Side `json:"baseline,omitzero"`
	Candidate Side `json:"candidate,omitzero"`
}

// Side is what may differ between the two clusters.
type Side struct {
	// Runtime is docker (Docker Engine through cri-dockerd), dockershim (Docker
	// Engine through the adapter that kubelet had up to 1.23) or containerd. The
	// default is docker on the baseline and containerd on the candidate.
	Runtime clusters.Runtime `json:"runtime,omitempty"`
	Config  NodeConfig       `json:"config,omitzero"`
	// Mounts show files and folders of this host on every node of the side.
	Mounts []Mount `json:"mounts,omitempty"`
}

// NodeConfig is the runtime's configuration, as the user's nodes have it.
type NodeConfig struct {
	// DaemonJSON is a Docker Engine daemon.json, merged over what the nodes need;
	// for the Docker runtimes only.
	DaemonJSON string `json:"daemonJSON,omitempty"`
	// Certs is a folder of registry certificates as Docker Engine has it at
	// /etc/docker/certs.d (`<registry>/ca.crt`); for the Docker runtimes only.
	Certs string `json:"certs,omitempty"`
	// Hosts is a containerd certs.d folder (`<registry>/hosts.toml`); for
	// containerd only.
	Hosts string `json:"hosts,omitempty"`
}

// Mount shows a file or folder of the host on every node of a side.
type Mount struct {
	// HostPath is what to show; alone among all paths it may lie anywhere.
	HostPath string `json:"hostPath"`
	// ContainerPath is the absolute path at which the nodes see it.
	ContainerPath string `json:"containerPath"`
	// ReadOnly keeps the nodes from writing to it.
	ReadOnly bool `json:"readOnly,omitempty"`
}

// Image is one image that the workloads need, put into the store that each
// side's kubelet reads. Exactly one source is set.
type Image struct {
	// Name as the manifests write it, with a tag other than latest.
	Name string `json:"name"`
	// Build is a folder with a Dockerfile, which Docker builds, or with a Go
	// program: a static binary, named after the folder, that becomes the entry
	// point of an image which holds nothing else but an empty /tmp. The program is
	// the folder's main package. Modules that it needs are named by a go.mod, with
	// its go.sum, and fetched as the go command does. A folder without Go files
	// whose go.mod has one tool directive stands for that tool, so that a program
	// of another module needs no source here. Inside another module the files may
	// be called image.mod and image.sum, since the go command would otherwise take
	// the folder out of that module, and could not embed it.
	Build string `json:"build,omitempty" jsonschema:"oneof_required=build"`
	// Archive is a file as `docker save` writes it. It holds the image under its
	// name, or no other image.
	Archive string `json:"archive,omitempty" jsonschema:"oneof_required=archive"`
	// Pull is a reference that a registry serves, fetched by this host.
	Pull string `json:"pull,omitempty" jsonschema:"oneof_required=pull"`
}

// Workload is something to apply. Exactly one source is set.
type Workload struct {
	// Manifests is a YAML or JSON file, or a folder of them, searched to any
	// depth.
	Manifests string `json:"manifests,omitempty" jsonschema:"oneof_required=manifests"`
	// Kustomize is a kustomization folder.
	Kustomize string `json:"kustomize,omitempty" jsonschema:"oneof_required=kustomize"`
	Helm      *Helm  `json:"helm,omitempty" jsonschema:"oneof_required=helm"`
	// Ready says what to wait for after applying: all (the default) waits until
	// every object is current, none does not wait, for workloads that are meant
	// to fail.
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

// Helm is one release of a chart. The chart is rendered and its objects are
// applied like all others: the cluster gets no release record, hooks of an
// installation are applied as ordinary objects (pre-install before, post-install
// after the rest), and other hooks are left out.
type Helm struct {
	// Chart is a chart's folder or .tgz file, with its dependencies.
	Chart string `json:"chart"`
	// Release is the name to render it with.
	Release string `json:"release"`
	// Namespace of the release, made if need be; empty means default.
	Namespace string `json:"namespace,omitempty"`
	// Values are files, of which later ones win.
	Values []string `json:"values,omitempty"`
	// Set are values that win over all files, nested as in a values file.
	Set map[string]any `json:"set,omitempty"`
}

// Agent is a third-party agent whose signals must survive the migration. It is
// a workload as well, so exactly one of manifests, kustomize and helm is set.
type Agent struct {
	// Name is a DNS label that reports know the agent by. Its pods are those of a
	// workload of that name, or those that bear it in one of the usual labels:
	// app.kubernetes.io/name, app.kubernetes.io/instance, k8s-app or app.
	Name string `json:"name"`
	Workload
	// Signals are what the agent shows when it works, at least one.
	Signals []Signal `json:"signals" jsonschema:"minItems=1"`
	// Config is a file that holds the agent's configuration, such as the manifest
	// with its ConfigMap. It is recorded as evidence: where the agent falls silent,
	// a setting in it that reads one format of container logs only is named.
	Config string `json:"config,omitempty"`
}

// Signal is one sign of life of an agent. Exactly one is set.
type Signal struct {
	// Logs is a regular expression (RE2) over the messages of the agent's pods.
	Logs string `json:"logs,omitempty" jsonschema:"oneof_required=logs"`
	// Metric is the name of a metric that the agent's pods expose.
	Metric string `json:"metric,omitempty" jsonschema:"oneof_required=metric"`
}

// Stimulus is something done to a cluster so that an alert, or a search, has a
// reason to fire. A shipped one is written as its name alone; one of the
// scenario's own has manifests, and says how it shows that it happened.
type Stimulus struct {
	// Name of a shipped stimulus, or a DNS label for one of the scenario's own.
	Name string `json:"name"`
	// Manifests is a YAML or JSON file, or a folder of them, that cause it. Nobody
	// waits until they are ready.
	Manifests string `json:"manifests,omitempty"`
	Until     Until  `json:"until,omitzero"`
}

// Short is how a shipped stimulus is written: as its name.
func (s *Stimulus) Short(name string) { s.Name = name }

// Until is what shows that a stimulus happened. Exactly one of its fields but
// object is set.
type Until struct {
	// Event is the reason of a Kubernetes event, such as FailedMount.
	Event string `json:"event,omitempty"`
	// Waiting is the reason for which a container waits, such as CrashLoopBackOff.
	Waiting string `json:"waiting,omitempty"`
	// Terminated is the reason for which a container ended, such as Completed.
	Terminated string `json:"terminated,omitempty"`
	// Restarted is set to wait until a container was started again.
	Restarted bool `json:"restarted,omitempty"`
	// Log is text in the log of a container.
	Log string `json:"log,omitempty"`
	// Object is a regular expression (RE2) over <namespace>/<name> of the pod, or
	// of the object that the event is about.
	Object string `json:"object,omitempty"`
}

// Suite is a set of Ginkgo specs. Exactly one source is set.
type Suite struct {
	// Builtin names shipped suites.
	Builtin []string `json:"builtin,omitempty" jsonschema:"oneof_required=builtin,minItems=1,enum=lifecycle,enum=logging,enum=probes,enum=networking,enum=identity,enum=images"`
	// Binary is a compiled Ginkgo test binary, as `go test -c` makes it.
	Binary string `json:"binary,omitempty" jsonschema:"oneof_required=binary"`
	// Args are passed to the suite, such as --ginkgo.label-filter=!slow.
	Args []string `json:"args,omitempty"`
	// Timeout of the whole suite on one side; zero means ten minutes.
	Timeout Duration `json:"timeout,omitzero"`
}

// Observe says how long to watch the pair once everything is done.
type Observe struct {
	// Duration to let the workloads run before evidence is collected; zero means
	// two minutes.
	Duration Duration `json:"duration,omitzero"`
	// Settle bounds the wait for the workloads to become ready; zero means three
	// minutes.
	Settle Duration `json:"settle,omitzero"`
	// MaxFor is how long an alert has to stay true at most before it counts as
	// firing, whatever its rule says; zero means 30 seconds.
	MaxFor Duration `json:"maxFor,omitzero"`
	// MaxRange bounds how far the expressions of rules and dashboards look back,
	// whatever they say; zero means one minute. Shorter than two scrapes, rates see
	// nothing.
	MaxRange Duration `json:"maxRange,omitzero"`
	// ScrapeInterval between two scrapes of everything that exposes metrics, from
	// the end of applying until evidence is collected; zero means 15 seconds, and
	// a second is the least.
	ScrapeInterval Duration `json:"scrapeInterval,omitzero"`
	// ScrapeConfigs is a Prometheus configuration whose scrape_configs take the
	// place of the built-in jobs (docs/metrics.md).
	ScrapeConfigs string `json:"scrapeConfigs,omitempty"`
}

// Assets are what the user has built on top of a cluster's behaviour and wants
// to keep. Those that are lists hold files, or patterns such as ./rules/*.yaml
// that match at least one. They are copied into the run folder, where judging reads
// them.
type Assets struct {
	// AlertRules are Prometheus rule files, and manifests with PrometheusRule
	// objects.
	AlertRules []string `json:"alertRules,omitempty"`
	// Dashboards are Grafana dashboards in JSON.
	Dashboards []string `json:"dashboards,omitempty"`
	// LogSearches are files of searches over log lines.
	LogSearches []string `json:"logSearches,omitempty"`
	Live        Live     `json:"live,omitzero"`
	// Alertmanager is an Alertmanager configuration: it says whom the alerts of
	// AlertRules page.
	Alertmanager string `json:"alertmanager,omitempty"`
}

// Duration is a length of time written as in Go, such as 2m30s.
type Duration struct{ time.Duration }
