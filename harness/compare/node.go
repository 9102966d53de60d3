package compare

import (
	"fmt"
	"path"
	"regexp"
	"strings"

	"github.com/rehearse-dev/rehearse/clusters"
	"github.com/rehearse-dev/rehearse/harness/normalise"
	"github.com/rehearse-dev/rehearse/harness/record"
)

// The aspects of a node.
const (
	unit          = "unit"
	socket        = "socket"
	process       = "process"
	mount         = "mount"
	nodePath      = "path"
	sysctl        = "sysctl"
	limit         = "limit of the runtime's process"
	chain         = "iptables chain"
	link          = "network link"
	command       = "command"
	configuration = "configuration"
)

// Node compares what nodes are made of.
func Node() Comparer {
	return Comparer{record.Node, []string{record.NodeFile}, func(baseline, candidate *record.Recording) (Section, error) {
		b, err := nodesOf(baseline)
		if err != nil {
			return Section{}, err
		}
		c, err := nodesOf(candidate)
		if err != nil {
			return Section{}, err
		}
		for _, side := range [2]struct{ mine, other nodeSide }{{b, c}, {c, b}} {
			if len(side.mine.facts) == 0 && len(side.other.facts) > 0 {
				return Section{Gaps: []Gap{lacking(side.mine.recording, record.Node, record.NodeFile)}}, nil
			}
		}
		s := diff(record.Node, nil, b.facts, c.facts)
		s.prove(map[clusters.Side]func(key) Evidence{clusters.Baseline: b.absent, clusters.Candidate: c.absent})
		return s, s.phantoms(candidate)
	}}
}

func nodesOf(r *record.Recording) (nodeSide, error) {
	n := nodeSide{facts: facts{}, recording: r, mask: normalise.New(r.Meta.Names)}
	nodes, err := r.Nodes()
	if err != nil || len(nodes) == 0 {
		return n, err
	}
	n.text, err = readIndented(r, record.NodeFile)
	if err != nil {
		return n, err
	}
	for _, facts := range nodes {
		n.software(facts)
		n.kernel(facts)
		n.configured(facts)
	}
	return n, nil
}

// nodeSide gathers what the nodes of one side are made of.
type nodeSide struct {
	facts     facts
	recording *record.Recording
	mask      *normalise.Masker
	text      indented
}

func (n nodeSide) add(aspect, subject, value string) {
	k := key{aspect, anonymous.ReplaceAllString(n.mask.Text(subject), "<id>")}
	if !n.facts.enough(k, value) {
		line := n.text.line(subject)
		n.facts.add(k, value, at(n.recording, record.NodeFile, line, strings.Join([]string{aspect, subject, value}, " ")))
	}
}

// lists are where node.json would have what is missing.
var lists = map[string]string{
	unit: "units", socket: "sockets", process: "processes", mount: "mounts", nodePath: "files", sysctl: "sysctls",
	limit: "limits", chain: "chains", link: "links", command: "binaries", configuration: "config",
}

// absent points at the entry that says that something is not there, or else at
// the list that it is not in.
func (n nodeSide) absent(k key) Evidence {
	line := n.text.line(k.subject)
	if line == 0 || k.aspect != unit && k.aspect != nodePath {
		line = n.text.line(lists[k.aspect])
	}
	return at(n.recording, record.NodeFile, line, fmt.Sprintf("no %s %s among the %s", k.aspect, k.subject, lists[k.aspect]))
}

const present = "present"

func (n nodeSide) software(of record.NodeFacts) {
	for _, u := range of.Units {
		if u.State != "not-found" {
			n.add(unit, u.Name, u.State)
		}
	}
	for _, s := range of.Sockets {
		if !handedOut.MatchString(s) {
			n.add(socket, s, "listening")
		}
	}
	for _, p := range of.Procs {
		if daemon.MatchString(p.Name) {
			n.add(process, p.Name, "running")
		}
	}
	for name := range of.Binaries {
		n.add(command, name, present)
	}
	for _, f := range of.Files {
		if f.Type != absent {
			n.add(nodePath, f.Path, thing(f))
		}
	}
}

var (
	// handedOut are addresses that the kernel chose, a port or an abstract name of
	// five digits (unix(7), autobind): nobody can lean on them.
	handedOut = regexp.MustCompile(`^tcp:.*:(?:3276[89]|327[7-9]\d|32[89]\d\d|3[3-9]\d{3}|[4-6]\d{4})$|^unix:@[0-9a-f]{5}$`)
	// anonymous is what runtimes and kubelet name sockets by that have no name.
	anonymous = regexp.MustCompile(`\b[0-9a-f]{16,}\b|\b\d{5,}\b`)
	// daemon is what the long-running processes of container runtimes are
	// called. Others come and go, and a snapshot that catches one is chance.
	daemon = regexp.MustCompile(`^(?:dockerd|docker-proxy|containerd|cri-dockerd|containerd-shim.*|kubelet)$`)
)

func (n nodeSide) kernel(of record.NodeFacts) {
	for _, m := range of.Mounts {
		// What is below kubelet's pods comes and goes with the pods.
		if !within(m.Path, "/var/lib/kubelet/pods") {
			n.add(mount, m.Path, m.Type)
		}
	}
	for name, value := range of.Sysctls {
		n.add(sysctl, name, value)
	}
	for name, value := range of.Limits {
		n.add(limit, name, value)
	}
	for _, c := range of.Chains {
		if !ofServices.MatchString(path.Base(c)) {
			n.add(chain, c, present)
		}
	}
	for _, l := range of.Links {
		n.add(link, generated.ReplaceAllString(l, "$1<id>"), present)
	}
}

var (
	// ofServices are the chains that kube-proxy and network plugins make for
	// services and pods: they follow what runs, not the node.
	ofServices = regexp.MustCompile(`^(?:KUBE|CNI|cali|FLANNEL)-`)
	// generated are the names of links that are made for pods and networks.
	generated = regexp.MustCompile(`^(veth|br-|cali|lxc)[0-9a-f]+$`)
)

func (n nodeSide) configured(of record.NodeFacts) {
	for name, text := range of.Config {
		if name == "kubelet" {
			continue // the parity ledger compares it key by key
		}
		if strings.TrimSpace(text) != "" {
			n.add(configuration, name, present)
		}
	}
}

// phantoms names, for every path that became a directory, the workloads that
// mount it: a mount of a path that does not exist makes an empty directory of
// it, and what wanted a socket or a file there finds neither.
func (s *Section) phantoms(candidate *record.Recording) error {
	list, err := pods(candidate)
	if err != nil {
		return err
	}
	for i := range s.Findings {
		f := &s.Findings[i]
		if f.Aspect != nodePath || !strings.HasSuffix(f.Candidate, "directory") || strings.HasSuffix(f.Baseline, "directory") {
			continue
		}
		f.touches(candidate, list, func(dir string) bool { return dir == canonical(f.Subject) })
	}
	return nil
}
