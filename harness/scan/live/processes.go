package live

import (
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/rehearse-dev/rehearse/harness/scan/detect"
)

// process is one process of a node.
type process struct {
	pid int
	// pod is the UID of its pod; empty for a process of the node's own.
	pod string
	// unit is the systemd unit that it belongs to, where there is one.
	unit string
	argv []string
}

var (
	podGroup  = regexp.MustCompile(`pod([0-9a-f]{8}[-_][0-9a-f]{4}[-_][0-9a-f]{4}[-_][0-9a-f]{4}[-_][0-9a-f]{12}|[0-9a-f]{32})`)
	unitGroup = regexp.MustCompile(`([A-Za-z0-9:_.@\\-]+\.service)`)
)

// processes reads what processScript writes. Our own are left out.
func processes(list string) []process {
	var all []process
	for line := range strings.Lines(list) {
		fields := strings.SplitN(strings.TrimRight(line, "\n"), "\t", 3)
		if len(fields) != 3 || strings.Contains(fields[2], manager) {
			continue
		}
		pid, err := strconv.Atoi(fields[0])
		if err != nil {
			continue // a line of a process with an odd name
		}
		p := process{pid: pid, argv: strings.Split(strings.TrimRight(strings.ReplaceAll(fields[2], "\x1e", "\n"), "\x1f"), "\x1f")}
		if m := podGroup.FindStringSubmatch(fields[1]); m != nil {
			p.pod = strings.ReplaceAll(m[1], "_", "-")
		} else if m := unitGroup.FindAllString(fields[1], -1); m != nil {
			p.unit = m[len(m)-1]
		}
		all = append(all, p)
	}
	return all
}

// docker are the processes that Docker itself consists of, and those of the
// runtime below it.
var docker = regexp.MustCompile(`^(dockerd|docker-proxy|docker-init|docker-containerd.*|cri-dockerd|containerd|containerd-shim.*|runc|tini)$`)

// node adds what was read of a node.
func (c *collection) node(s *nodeState) {
	c.report.Files += s.files
	c.report.Gaps = append(c.report.Gaps, s.gaps...)
	prefix := "node/" + s.name + ":"
	for _, name := range slices.Sorted(maps.Keys(s.reports)) {
		r := s.reports[name]
		for _, f := range r.Findings {
			f.File = prefix + name
			c.addOn(s.name, name, f)
		}
		for _, f := range r.Suppressed {
			f.File, f.Message = prefix+name, mask(f.Message)
			c.report.Suppressed = append(c.report.Suppressed, f)
		}
		for _, g := range r.Gaps {
			g.File, g.Reason = prefix+name, mask(g.Reason)
			c.report.Gaps = append(c.report.Gaps, g)
		}
		for _, w := range r.Warnings {
			w.File = prefix + name
			c.report.Warnings = append(c.report.Warnings, w)
		}
	}
	for _, p := range s.process {
		c.process(s.name, p)
	}
}

// process looks at the command line of a process. What its pod's owner says itself
// has been found there.
func (c *collection) process(node string, p process) {
	if len(p.argv) == 0 || docker.MatchString(path.Base(p.argv[0])) {
		return
	}
	where, object := detect.Node, "process "+path.Base(p.argv[0])
	top, known := c.pods[p.pod]
	switch {
	case p.pod == "" && p.unit != "":
		object = fmt.Sprintf("unit %s, %s", p.unit, object)
	case p.pod != "" && known:
		where, object = detect.Pod, fmt.Sprintf("%s, %s", top.title(), object)
	case p.pod != "":
		where, object = detect.Pod, fmt.Sprintf("pod of UID %s, %s", p.pod, object)
	}
	for _, f := range detect.Command(fmt.Sprintf("node/%s:/proc/%d/cmdline", node, p.pid), where, p.argv).Findings {
		if p.pod != "" && known && c.says(top, f.Rule) {
			continue
		}
		f.Object, f.Message = object, f.Message+"; seen in a process that runs now"
		c.addOn(node, object, f)
	}
}

// says is true when the object itself, or a pod of it, has a finding of a rule.
func (c *collection) says(r reference, rule string) bool {
	for _, d := range c.drafts {
		if d.Rule == rule && (d.File == r.place() || strings.HasPrefix(d.Object, r.title())) && !strings.Contains(d.File, ":/proc/") {
			return true
		}
	}
	return false
}
