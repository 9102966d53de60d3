package collect

import (
	"bufio"
	"cmp"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"github.com/rehearse-dev/rehearse/harness/record"
)

// longestFact bounds one line of node.sh; the longest are configuration files.
const longestFact = 4 << 20

// readFacts reads what node.sh printed.
func readFacts(node string, out io.Reader) (*record.NodeFacts, error) {
	f := &factReader{facts: &record.NodeFacts{
		Node: node, Units: []record.Unit{}, Sockets: []string{}, Procs: []record.Process{}, Mounts: []record.NodeMount{},
		Files: []record.File{}, Sysctls: map[string]string{}, Limits: map[string]string{}, Chains: []string{}, Links: []string{},
		Binaries: map[string]string{}, Config: map[string]string{}, Images: []record.NodeImage{},
	}, processes: map[string]process{}}
	in := bufio.NewScanner(out)
	in.Buffer(nil, longestFact)
	for in.Scan() {
		kind, rest, _ := strings.Cut(in.Text(), "\t")
		if err := f.read(kind, strings.Split(rest, "\t")); err != nil {
			return nil, fmt.Errorf("reading facts of the node: %w: %q", err, in.Text())
		}
	}
	if err := in.Err(); err != nil {
		return nil, fmt.Errorf("reading facts of the node: %w", err)
	}
	f.facts.Procs = groupProcesses(f.processes)
	f.sort()
	return f.facts, nil
}

type factReader struct {
	facts     *record.NodeFacts
	processes map[string]process // by PID
}

// fieldsOf says how many fields each kind of fact has.
var fieldsOf = map[string]int{
	"unit": 4, "socket": 1, "process": 5, "mount": 2, "file": 3, "sysctl": 2, "limit": 3,
	"chain": 1, "link": 1, "binary": 2, "config": 2,
}

func (f *factReader) read(kind string, v []string) error {
	if n, known := fieldsOf[kind]; !known || n != len(v) {
		return errors.New("unexpected line")
	}
	facts := f.facts
	switch kind {
	case "unit":
		facts.Units = append(facts.Units, record.Unit{Name: v[0], State: unitState(v[1], v[2], v[3])})
	case "socket":
		facts.Sockets = append(facts.Sockets, v[0])
	case "process":
		f.processes[v[0]] = process{parent: v[1], inPod: v[2] == "yes", name: v[3], args: strings.TrimSpace(v[4])}
	case "mount":
		facts.Mounts = append(facts.Mounts, record.NodeMount{Type: v[0], Path: v[1]})
	case "file":
		facts.Files = append(facts.Files, record.File{Path: v[0], Type: v[1], Detail: v[2]})
	case "sysctl":
		facts.Sysctls[v[0]] = v[1]
	case "limit":
		facts.Limits[v[0]] = v[1] + "/" + v[2]
	case "chain":
		facts.Chains = append(facts.Chains, v[0])
	case "link":
		facts.Links = append(facts.Links, v[0])
	case "binary":
		facts.Binaries[v[0]] = v[1]
	case "config":
		text, err := base64.StdEncoding.DecodeString(v[1])
		facts.Config[v[0]] = redactConfig(string(text))
		return err
	}
	return nil
}

// unitState is active/running and the like, or why there is no such unit.
func unitState(load, active, sub string) string {
	switch load {
	case "loaded":
		return active + "/" + sub
	case "":
		return "unknown" // systemd did not answer
	default:
		return load
	}
}

// configSecret finds quoted settings whose name says that they are secret, as
// JSON, YAML and TOML write them.
var configSecret = regexp.MustCompile(`(?im)^(\s*"?(?:auth|[\w.-]*(?:passw|token|secret|credential)[\w.-]*)"?\s*[:=]\s*)(?:"[^"\n]*"|'[^'\n]*')`)

func redactConfig(text string) string {
	return configSecret.ReplaceAllString(text, `${1}"`+record.Redacted+`"`)
}

// sort orders all lists and drops what is said twice.
func (f *factReader) sort() {
	facts := f.facts
	slices.SortFunc(facts.Units, func(a, b record.Unit) int { return cmp.Compare(a.Name, b.Name) })
	slices.SortFunc(facts.Files, func(a, b record.File) int { return cmp.Compare(a.Path, b.Path) })
	slices.SortFunc(facts.Mounts, func(a, b record.NodeMount) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Type, b.Type))
	})
	for _, list := range []*[]string{&facts.Sockets, &facts.Chains, &facts.Links} {
		slices.Sort(*list)
		*list = slices.Compact(*list)
	}
}

type process struct {
	parent     string
	inPod      bool
	name, args string
}

// containerID is what makes the arguments of two shims differ.
var containerID = regexp.MustCompile(`\b[0-9a-f]{64}\b`)

// groupProcesses counts the processes of the node itself. Those of pods are left
// out, and those that do not descend from process 1: they are ours, looking.
func groupProcesses(all map[string]process) []record.Process {
	counts := map[record.Process]int{}
	for pid, p := range all {
		if !p.inPod && descends(all, pid) {
			counts[record.Process{Name: p.name, Args: containerID.ReplaceAllString(p.args, "<id>")}]++
		}
	}
	groups := []record.Process{}
	for p, n := range counts {
		p.Count = n
		groups = append(groups, p)
	}
	slices.SortFunc(groups, func(a, b record.Process) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Args, b.Args))
	})
	return groups
}

func descends(all map[string]process, pid string) bool {
	for range len(all) { // as far as there can be parents
		if pid == "1" {
			return true
		}
		p, known := all[pid]
		if !known {
			return false
		}
		pid = p.parent
	}
	return false
}
