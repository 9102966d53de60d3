package compare

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/rehearse-dev/rehearse/harness/record"
)

// The beginnings of the aspects of a caller: what it does.
const (
	connects = "connects to "
	runs     = "runs "
	opens    = "opens "
)

// callers are those who reached for a runtime on one side.
type callers struct {
	recording *record.Recording
	deeds     map[key]*deed
	nodes     []record.NodeFacts
	types     map[string]string    // what kind of thing a path of the nodes is
	mounts    map[string][]mapping // by the role of the pods that mount
}

// deed is what one caller did to one thing of a runtime.
type deed struct {
	asset      Asset
	target     string // the path on the node, if it is one
	ok, failed []Evidence
	errors     map[string]bool
	by         map[string]bool // the processes that did it
}

// mapping is a path of a container and what it is of its node.
type mapping struct{ inside, node string }

func readCallers(r *record.Recording) (*callers, error) {
	c := &callers{recording: r, deeds: map[key]*deed{}, types: map[string]string{}, mounts: map[string][]mapping{}}
	list, err := pods(r)
	if err != nil {
		return nil, err
	}
	for _, p := range list {
		c.mounts[p.role] = append(c.mounts[p.role], p.nodeMounts()...)
	}
	if c.nodes, err = r.Nodes(); err != nil {
		return nil, err
	}
	for _, n := range c.nodes {
		for _, f := range n.Files {
			c.types[canonical(f.Path)] = f.Type
		}
	}
	for line, err := range record.Entries[record.Touch](r, record.AccessFile) {
		if err != nil {
			return nil, err
		}
		c.add(line.Entry, line.Number)
	}
	return c, nil
}

// add takes an access, unless it is of no interest or nobody's.
func (c *callers) add(t record.Touch, line int) {
	asset, ok := c.owner(t)
	aspect, target := c.what(t, asset.Name)
	if !ok || aspect == "" {
		return
	}
	k := key{aspect, asset.Name}
	d := c.deeds[k]
	if d == nil {
		d = &deed{asset: asset, target: target, errors: map[string]bool{}, by: map[string]bool{}}
		c.deeds[k] = d
	}
	d.by[t.Command] = true
	if under := at(c.recording, record.AccessFile, line, deedInWords(t)); slices.Contains(underWay, t.Error) {
		d.ok = atMost(append(d.ok, under))
	} else {
		d.failed = atMost(append(d.failed, under))
		d.errors[t.Error] = true
	}
}

// underWay are the results of a call that is not wrong: it worked, or goes on
// without the caller.
var underWay = []string{"", "EINPROGRESS", "EAGAIN", "EALREADY", "EISCONN", "EINTR"}

func atMost(places []Evidence) []Evidence { return places[:min(len(places), maxEvidence)] }

// what says what an access was, in words that are the same in every run, and to
// which path of the node. It is empty for what has nothing to do with a runtime.
func (c *callers) what(t record.Touch, owner string) (aspect, target string) {
	switch t.Act {
	case record.Runs:
		return runs + path.Base(t.Target), ""
	case record.Opens:
		target = c.onNode(strings.TrimSuffix(t.Target, "/..."), owner)
		if m := runtimeFolder.FindStringIndex(target); m != nil {
			target = canonical(target[m[0]:])
			return opens + target, target
		}
	case record.Connects:
		if m := dockerPort.FindStringSubmatch(t.Target); m != nil {
			return connects + "port " + m[1], ""
		}
		target = canonical(c.onNode(t.Target, owner))
		if runtimeSocket.MatchString(target) {
			return connects + target, target
		}
	}
	return "", ""
}

var (
	dockerPort    = regexp.MustCompile(`:(237[56])$`)
	runtimeSocket = regexp.MustCompile(`/(?:docker|dockershim|cri-dockerd|containerd)\.sock$`)
	runtimeFolder = regexp.MustCompile(`(?:/var/lib/docker|/etc/docker|/var/run/docker|/run/docker|/var/lib/dockershim|/var/lib/cri-dockerd)(?:/|$)`)
)

// onNode is what a path of a container is of its node, as far as its pod mounts
// it; another one stays as it is.
func (c *callers) onNode(inside, owner string) string {
	best := mapping{}
	for _, m := range c.mounts[owner] {
		if within(inside, m.inside) && len(m.inside) > len(best.inside) {
			best = m
		}
	}
	if best.inside == "" {
		return inside
	}
	return path.Join(best.node, strings.TrimPrefix(inside, best.inside))
}

// nodeMounts are the paths of the pod's containers that are its node's.
func (p *pod) nodeMounts() []mapping {
	var list []mapping
	for _, container := range slices.Concat(p.Spec.InitContainers, p.Spec.Containers) {
		for _, m := range container.VolumeMounts {
			for _, v := range p.Spec.Volumes {
				if v.Name == m.Name && v.HostPath != nil {
					list = append(list, mapping{path.Clean(m.MountPath), path.Join(v.HostPath.Path, m.SubPath)})
				}
			}
		}
	}
	return list
}

// owner is whose an access is: of a workload, a systemd unit, a job of cron or a
// login. It is nobody's when it is a suite's, or of a pod that nothing else was
// recorded of.
func (c *callers) owner(t record.Touch) (Asset, bool) {
	if t.PodUID != "" {
		p, known := c.recording.Meta.Names.Pods[t.PodUID]
		return Asset{Kind: "workload", Name: path.Join(p.Namespace, p.Role)}, known && !strings.HasPrefix(p.Namespace, suitePrefix)
	}
	unit := transient.ReplaceAllString(t.Unit, "<id>")
	switch {
	case scheduler.MatchString(unit):
		return Asset{Kind: "cron job", Name: fmt.Sprintf("%s of %s", job(t), unit)}, true
	case login.MatchString(unit):
		return Asset{Kind: "login", Name: job(t)}, true
	default:
		return Asset{Kind: "unit", Name: unit}, unit != ""
	}
}

var (
	// transient is what systemd and others number units by.
	transient = regexp.MustCompile(`\b[a-z]?[0-9a-f]{6,}\b|\d+`)
	scheduler = regexp.MustCompile(`^(?:cron|crond|cronie|anacron|atd|fcron)\.service$`)
	login     = regexp.MustCompile(`^(?:session-<id>\.scope|sshd?(?:@.*)?\.service)$`)
	// jobDaemon is where the process tree of a job begins, by process name.
	jobDaemon = regexp.MustCompile(`(?i)^(?:cron|crond|anacron|atd|fcron|sshd.*|systemd|login)$`)
	shell     = regexp.MustCompile(`^(?:ba|da|a|k|z)?sh$`)
)

// job names what a scheduler or a login started: the outermost program of the
// process tree that is no shell, or else the process itself.
func job(t record.Touch) string {
	name := program(record.Caller{Command: t.Command, Line: t.Line})
	for _, parent := range t.Parents {
		outer := program(parent)
		if jobDaemon.MatchString(outer) {
			break
		}
		if !shell.MatchString(outer) {
			name = outer
		}
	}
	return name
}

// program is the name of what runs: of the script, where a shell runs one.
func program(c record.Caller) string {
	words := strings.Fields(c.Line)
	if shell.MatchString(c.Command) && len(words) > 1 && !strings.HasPrefix(words[1], "-") {
		return path.Base(words[1])
	}
	return c.Command
}

// deedInWords says an access in one line, as evidence.
func deedInWords(t record.Touch) string {
	tree := []string{lineOf(record.Caller{Command: t.Command, Line: t.Line})}
	for _, p := range t.Parents {
		tree = append(tree, lineOf(p))
	}
	how := "works"
	if t.Error != "" {
		how = t.Error
	}
	return fmt.Sprintf("%s %s: %s, %d times, by %s", t.Act, t.Target, how, t.Count, strings.Join(tree, " < "))
}

func lineOf(c record.Caller) string {
	if c.Line != "" {
		return c.Line
	}
	return c.Command
}
