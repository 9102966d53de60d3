package finding

import (
	"slices"

	"github.com/rehearse-dev/rehearse/harness/compare"
)

// Rule is one thing that a scan looks for.
type Rule struct {
	// ID is how reports and suppressions name it. It never changes.
	ID string
	// Title completes the sentence "this ...".
	Title string
	// Severity is what it comes to where Docker is really taken away from under
	// it; a finding elsewhere, such as on the machine of a CI service, weighs less.
	Severity compare.Severity
	// Cause is the ID of the catalogue entry that says what changes; empty for
	// rules about the scan itself.
	Cause string
	// Remedy is what to do, unless a finding knows better.
	Remedy string
}

// The IDs of the rules.
const (
	DockerSocket      = "docker-socket"
	SocketParent      = "docker-socket-parent"
	CRISocket         = "cri-socket"
	DockerData        = "docker-data"
	DockerConfig      = "docker-config"
	DockerBinary      = "docker-binary"
	DockerHost        = "docker-host"
	DockerCommand     = "docker-command"
	DockerService     = "docker-service"
	DockerInstall     = "docker-install"
	DockerImage       = "docker-client-image"
	NeverPulled       = "image-never-pulled"
	IDPrefix          = "docker-id-prefix"
	SecurityProfile   = "docker-security-profile"
	ContainerCheck    = "docker-container-check"
	RuntimeSetting    = "docker-runtime-setting"
	AgentDefault      = "agent-docker-default"
	LogParser         = "docker-log-parser"
	APIInput          = "docker-api-input"
	DockerJournal     = "docker-journal"
	DockerMetric      = "docker-metric"
	DockerLabel       = "docker-label"
	DockerText        = "docker-text"
	DockerNetwork     = "docker-network"
	DaemonSetting     = "daemon-setting"
	KubeletFlag       = "kubelet-docker-flag"
	DockerNode        = "docker-node"
	SuppressionReason = "suppression-without-reason"
)

var rules = []Rule{
	{
		DockerSocket, "reaches for Docker's socket", compare.Breaks, "NODE-002",
		"Ask the Kubernetes API, kubelet or the CRI socket /run/containerd/containerd.sock instead; build images with a builder that needs no daemon on the node.",
	},
	{
		SocketParent, "mounts a folder of the node in which Docker's socket lies", compare.Changes, "NODE-003",
		"Find out whether it uses docker.sock in there. If it does, move it off Docker's API; if it does not, mount only what it needs.",
	},
	{
		CRISocket, "names the socket of dockershim or cri-dockerd", compare.Breaks, "NODE-014",
		"Name unix:///run/containerd/containerd.sock.",
	},
	{
		DockerData, "uses Docker's data folder", compare.Changes, "NODE-011",
		"Take logs from /var/log/pods or /var/log/containers; give /var/lib/containerd the volumes, quotas and exclusions that /var/lib/docker has.",
	},
	{
		DockerConfig, "uses Docker's configuration on the node", compare.Changes, "NODE-007",
		"Write the settings where containerd and kubelet read them: /etc/containerd/config.toml, /etc/containerd/certs.d, kubelet's configuration.",
	},
	{
		DockerBinary, "uses the node's docker program", compare.Breaks, "NODE-001",
		"Use crictl with the CRI socket, or a builder that needs no daemon; nothing installs /usr/bin/docker on the node any more.",
	},
	{
		DockerHost, "points a Docker client at a daemon", compare.Breaks, "NODE-002",
		"Remove the setting and what reads it, or point it at a daemon that the workload brings along itself.",
	},
	{
		DockerCommand, "runs docker", compare.Breaks, "NODE-001",
		"Use crictl (ps, inspect, exec, logs, stats, images, rmi, pull), ctr -n k8s.io for import and export, and a builder such as BuildKit or Buildah for builds.",
	},
	{
		DockerService, "starts, stops or watches Docker's service", compare.Changes, "NODE-004",
		"Name containerd.service; to reset a node, drain it, since restarting containerd stops no container.",
	},
	{
		DockerInstall, "installs Docker", compare.Changes, "NODE-001",
		"Install containerd and crictl; take Docker out unless something besides Kubernetes needs it.",
	},
	{
		DockerImage, "is a client of Docker's API", compare.Breaks, "NODE-002",
		"Replace it by something that asks the Kubernetes API or the CRI.",
	},
	{
		NeverPulled, "needs an image that somebody put onto the node by hand", compare.Changes, "NODE-009",
		"Push the image to a registry, or import it with ctr -n k8s.io images import; what docker build or docker load made is not seen by containerd.",
	},
	{
		IDPrefix, "expects docker:// in front of container IDs", compare.Changes, "EVT-013",
		"Cut off [a-z0-9-]+:// whatever the runtime is called.",
	},
	{
		SecurityProfile, "asks for a security profile by Docker's name", compare.Changes, "APP-012",
		"Ask for RuntimeDefault.",
	},
	{
		ContainerCheck, "recognises containers by what Docker puts into them", compare.Changes, "APP-001",
		"Ask for KUBERNETES_SERVICE_HOST in the environment instead.",
	},
	{
		RuntimeSetting, "is told that the runtime is Docker", compare.Breaks, "NODE-002",
		"Set it to containerd, and the socket that goes with it to /run/containerd/containerd.sock.",
	},
	{
		AgentDefault, "is an agent that reaches for Docker unless told otherwise", compare.Changes, "NODE-003",
		"Look the agent's setting for containerd up, and set it.",
	},
	{
		LogParser, "reads container logs as Docker's JSON", compare.Breaks, "LOG-001",
		"Give it a parser for the CRI format, or one that takes both.",
	},
	{
		APIInput, "collects from Docker's API", compare.Breaks, "NODE-002",
		"Collect from kubelet, the Kubernetes API or /var/log/pods instead.",
	},
	{
		DockerJournal, "reads the journal of Docker's service", compare.Changes, "LOG-018",
		"Read the journal of containerd.service, which says other things; look each search up again.",
	},
	{
		DockerMetric, "uses a metric that only Docker's side has", compare.Changes, "MET-011",
		"Use a metric that both sides have.",
	},
	{
		DockerLabel, "selects series by a label as Docker writes it", compare.Changes, "MET-001",
		"Select by labels that Kubernetes gives: namespace, pod, container.",
	},
	{
		DockerText, "looks for a text that only Docker says", compare.Changes, "EVT-005",
		"Look for the reason instead of the text.",
	},
	{
		DockerNetwork, "leans on Docker's bridge or firewall chains", compare.Changes, "NODE-012",
		"Move rules out of DOCKER-USER into a chain of your own or a network policy, and take addresses from the Kubernetes API.",
	},
	{
		DaemonSetting, "is a setting of Docker's daemon that has to be carried over", compare.Changes, "NODE-007",
		"Set its counterpart in containerd or kubelet before the move.",
	},
	{
		KubeletFlag, "is a kubelet setting that went away with dockershim", compare.Breaks, "NODE-013",
		"Remove it: kubelet 1.24 and later do not start with a flag that they do not know.",
	},
	{
		DockerNode, "is a node whose runtime is Docker", compare.Info, "MET-014",
		"Move it when its workloads are ready: drain it, give kubelet containerd's socket, let it in again.",
	},
	{
		SuppressionReason, "suppresses a finding without saying why", compare.Changes, "",
		"Write the reason after the rule: # rehearse:ignore RULE reason.",
	},
}

// Rules lists every rule.
func Rules() []Rule { return slices.Clone(rules) }

// Find returns the rule with an ID.
func Find(id string) (Rule, bool) {
	at := slices.IndexFunc(rules, func(r Rule) bool { return r.ID == id })
	if at < 0 {
		return Rule{}, false
	}
	return rules[at], true
}
