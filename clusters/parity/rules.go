package parity

import (
	"strings"

	"github.com/rehearse-dev/rehearse/clusters"
)

// The properties that the rules name. Those that end in a space start the names
// of many.
const (
	Kubernetes     = "kubernetes version"
	Kubelet        = "kubelet version"
	Skew           = "kubelet older than its control plane"
	Nodes          = "nodes"
	CPUs           = "cpus per node"
	Memory         = "memory per node"
	Kernel         = "kernel"
	OSImage        = "os image"
	Architecture   = "architecture"
	CgroupVersion  = "cgroup version"
	CgroupDriver   = "cgroup driver of the runtime"
	Confined       = "confined host"
	Runtime        = "runtime"
	RuntimeVersion = "runtime version"
	Adapter        = "runtime adapter"
	Runc           = "runc version"
	RuncDigest     = "runc digest"
	KubeletDigest  = "kubelet digest"
	Storage        = "storage driver"
	LogRotation    = "log rotation"
	ResolvConf     = "resolv.conf of the node"
	CNIConfig      = "cni config"
	CNIDigest      = "cni plugins digest"
	KubeletConfig  = "kubelet config "
	Sysctl         = "sysctl "
	Limit          = "limit of the runtime "
	Image          = "image "
)

// ConfinedYes is the value of Confined on a host without CAP_SYS_RESOURCE.
const ConfinedYes = "yes, without CAP_SYS_RESOURCE"

// rule says how to read an inequality of one property, or of all whose names
// start alike.
type rule struct {
	name  string
	class clusters.ParityClass
	note  string
	// equal says what an equal value implies, by the value; the value "*" stands
	// for any.
	equal map[string]string
}

// rules, the most special first: the first whose name fits counts.
var rules = []rule{
	{name: Runtime, class: clusters.ParitySubject, note: "what is rehearsed"},
	{name: RuntimeVersion, class: clusters.ParitySubject, note: "what is rehearsed"},
	{name: Adapter, class: clusters.ParitySubject, note: "comes with the runtime"},

	{
		name: KubeletConfig + "containerRuntimeEndpoint", class: clusters.ParityExpected,
		note: "where kubelet finds its runtime",
	},
	{
		name: KubeletConfig + "imageServiceEndpoint", class: clusters.ParityExpected,
		note: "where kubelet finds its runtime",
	},
	{
		name: Storage, class: clusters.ParityExpected,
		note: "overlay2 and overlayfs are the kernel's one overlay file system, kept in different folders",
	},
	{
		name: LogRotation, class: clusters.ParityExpected,
		note: "who rotates container logs, and when, comes with the runtime: a log that outgrows the lower limit is cut at different lines",
	},

	{
		name: Confined, class: clusters.ParityConfounder,
		note: "only one side can raise limits and lower its OOM score",
		equal: map[string]string{ConfinedYes: "on both sides privileged pods lack CAP_SYS_RESOURCE, " +
			"limits cannot be raised and OOM scores cannot be lowered, unlike on most real nodes"},
	},
	{
		name: Skew, class: clusters.ParityConfounder, note: "the sides have different gaps between their versions",
		equal: map[string]string{"*": "further apart than Kubernetes supports; the same on both sides, " +
			"so it explains no difference, but neither side is a cluster that anybody runs"},
	},
	{name: Kubernetes, class: clusters.ParityConfounder, note: "different versions differ in more than the runtime"},
	{name: Kubelet, class: clusters.ParityConfounder, note: "different versions differ in more than the runtime"},
	{name: KubeletDigest, class: clusters.ParityConfounder, note: "not the same build of kubelet"},
	{name: Nodes, class: clusters.ParityConfounder, note: "may explain placement, networking and load"},
	{name: CPUs, class: clusters.ParityConfounder, note: "may explain latencies, throttling and probe time-outs"},
	{name: Memory, class: clusters.ParityConfounder, note: "may explain evictions and OOM kills"},
	{name: Kernel, class: clusters.ParityConfounder, note: "may explain differences in cgroups, networking and system calls"},
	{name: Architecture, class: clusters.ParityConfounder, note: "the sides run different images"},
	{name: CgroupVersion, class: clusters.ParityConfounder, note: "may explain cgroup paths, metrics and OOM kills"},
	{name: CgroupDriver, class: clusters.ParityConfounder, note: "may explain cgroup paths and metric ids"},
	{name: Runc, class: clusters.ParityConfounder, note: "may explain texts of start failures"},
	{name: RuncDigest, class: clusters.ParityConfounder, note: "not the same build of runc"},
	{name: ResolvConf, class: clusters.ParityConfounder, note: "may explain name resolution"},
	{name: CNIConfig, class: clusters.ParityConfounder, note: "may explain networking"},
	{name: CNIDigest, class: clusters.ParityConfounder, note: "may explain networking"},
	{
		name: KubeletConfig, class: clusters.ParityConfounder,
		note: "a setting of kubelet that no runtime asks for",
	},
	{name: Sysctl, class: clusters.ParityConfounder, note: "may explain networking and limits inside pods"},
	{name: Limit, class: clusters.ParityConfounder, note: "containers inherit the runtime's limits"},
	{name: Image, class: clusters.ParityConfounder, note: "not the same image on both sides"},
	{name: "", class: clusters.ParityConfounder, note: "differs, though the runtime does not ask for it"},
}

func ruleFor(property string) rule {
	for _, r := range rules {
		many := r.name == "" || strings.HasSuffix(r.name, " ")
		if r.name == property || many && strings.HasPrefix(property, r.name) {
			return r
		}
	}
	panic("parity: the last rule fits every property")
}

func (r rule) whenEqual(value string) string {
	if note, known := r.equal[value]; known {
		return note
	}
	return r.equal["*"]
}
