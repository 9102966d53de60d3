package live

import (
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/rehearse-dev/rehearse/harness/scan/detect"
	"github.com/rehearse-dev/rehearse/harness/scan/finding"
)

// collection is what a scan has found so far.
type collection struct {
	report *finding.Report
	owners owners
	// drafts are the findings, each once, by what makes them one.
	drafts map[string]*draft
	// pods are who is at the top of each pod's owners, by the UID that control
	// groups have; nil where nobody looks at processes.
	pods map[string]reference
}

// draft is a finding, and the nodes on which the same was found.
type draft struct {
	finding.Finding
	// tail ends the message.
	tail  string
	nodes []string
}

// object looks at one object.
func (c *collection) object(ctx context.Context, u *unstructured.Unstructured) {
	if u.GetLabels()[managedBy] == manager {
		return // ours
	}
	c.report.Objects++
	own := referenceTo(u)
	result := detect.Object(own.place(), u.Object)
	if own.kind == "Node" {
		result.Findings = append(result.Findings, detect.NodeStatus(own.place(), u.Object).Findings...)
		c.images(u)
	}
	for _, g := range result.Gaps {
		g.Reason = mask(g.Reason)
		c.report.Gaps = append(c.report.Gaps, g)
	}
	if controls[own.kind] || len(result.Findings) > 0 && own.kind != "Pod" {
		c.owners.keep(u, result.Findings)
	}
	switch {
	case isMirror(u):
		c.mirror(u, result.Findings)
	case own.kind == "Node":
		for _, f := range result.Findings {
			_, part, _ := strings.Cut(f.Object, ", ")
			c.addOn(own.name, part, f)
		}
	default:
		c.owned(ctx, u, result.Findings)
	}
}

// controls are the kinds of Kubernetes' own that make pods, or what makes them.
var controls = map[string]bool{
	"Deployment": true, "ReplicaSet": true, "DaemonSet": true, "StatefulSet": true, "CronJob": true, "Job": true, "ReplicationController": true,
}

// owned adds what is found in an object to whoever is at the top of its owners,
// unless its controller has it as well, and so has been named.
func (c *collection) owned(ctx context.Context, u *unstructured.Unstructured, findings []finding.Finding) {
	own, up := referenceTo(u), metav1.GetControllerOf(u)
	if own.kind == "ReplicaSet" && up != nil && !wantsReplicas(u) {
		return // what a Deployment was before
	}
	asked := own.kind == "Pod" && c.pods != nil
	if len(findings) == 0 && !asked {
		return
	}
	above := c.owners.above(ctx, u.GetNamespace(), up)
	line := append([]reference{own}, references(above)...)
	top := line[len(line)-1]
	if asked {
		c.pods[string(u.GetUID())] = top
	}
	for _, f := range findings {
		if len(above) > 0 && above[0].has[sameness(f)] {
			continue
		}
		_, part, divided := strings.Cut(f.Object, ", ")
		f.File, f.Object = top.place(), lineTitle(line)
		if divided {
			f.Object += ", " + part
		}
		f.Message += apart(own, above) + idleness(u)
		c.add(f)
	}
}

func references(line []*owner) []reference {
	var all []reference
	for _, o := range line {
		all = append(all, o.reference)
	}
	return all
}

// lineTitle names an object by its owners: the one at the top, and the next one
// below when that is no more than how the top one's pods are made.
func lineTitle(line []reference) string {
	parts := []string{line[len(line)-1].title()}
	for _, below := range slices.Backward(line[:len(line)-1]) {
		if below.kind != "Pod" && below.kind != "ReplicaSet" && below.kind != "Job" {
			parts = append(parts, below.kind+" "+below.name)
		}
	}
	return strings.Join(parts, ", ")
}

// apart says why something is found in an object that its controller made, and
// not in the controller.
func apart(own reference, above []*owner) string {
	switch {
	case len(above) == 0:
		return ""
	case own.kind != "Pod" && controls[above[0].kind]:
		return fmt.Sprintf("; in %s %s, not in the template that it was made from as that is now", own.kind, own.name)
	case own.kind != "Pod":
		return ""
	case !above[0].read:
		return "; found on its pods"
	case above[0].kind == "ReplicaSet" || above[0].kind == "Job":
		return "; found on its pods only, not in its template: something adds it when pods are made, such as an admission webhook"
	}
	return "; found on its pods only, not in its template as that is now: something adds it when pods are made, such as an admission webhook, or they are older"
}

// isMirror is true for what the API shows of a static pod.
func isMirror(u *unstructured.Unstructured) bool {
	_, mirror := u.GetAnnotations()["kubernetes.io/config.mirror"]
	return mirror && u.GetKind() == "Pod"
}

// mirror adds what is found in a static pod. Its name ends in that of its node, so
// that the same pod has another name on each.
func (c *collection) mirror(u *unstructured.Unstructured, findings []finding.Finding) {
	node, _, _ := unstructured.NestedString(u.Object, "spec", "nodeName")
	pod := reference{"static Pod", u.GetNamespace(), strings.TrimSuffix(u.GetName(), "-"+node)}
	if c.pods != nil {
		c.pods[u.GetAnnotations()["kubernetes.io/config.hash"]] = pod
	}
	for _, f := range findings {
		_, part, divided := strings.Cut(f.Object, ", ")
		f.Object = pod.title()
		if divided {
			f.Object += ", " + part
		}
		f.Message += idleness(u)
		d := c.addOn(node, f.Object, f)
		d.tail = "; a static pod, whose manifest lies on node " + d.nodes[0]
	}
}

// mostImages is how many images kubelet tells of unless it is told otherwise: the
// largest ones.
const mostImages = 50

func (c *collection) images(u *unstructured.Unstructured) {
	images, _, _ := unstructured.NestedSlice(u.Object, "status", "images")
	version, _, _ := unstructured.NestedString(u.Object, "status", "nodeInfo", "containerRuntimeVersion")
	if len(images) >= mostImages && strings.HasPrefix(version, "docker://") {
		c.report.Warnings = append(c.report.Warnings, finding.Warning{
			File: referenceTo(u).place(), Text: fmt.Sprintf("the node tells of its %d largest images only: smaller ones may have been put onto it by hand as well", len(images)),
		})
	}
}

// add takes a finding in, unless it is there.
func (c *collection) add(f finding.Finding) { c.draft(f, f.File+"\x00"+f.Object) }

// addOn takes in what was found on a node. It is the same on another node if what
// it is in is, which common says without the node.
func (c *collection) addOn(node, common string, f finding.Finding) *draft {
	d := c.draft(f, fmt.Sprintf("on a node\x00%s\x00%d", common, f.Line))
	if !slices.Contains(d.nodes, node) {
		d.nodes = append(d.nodes, node)
	}
	return d
}

func (c *collection) draft(f finding.Finding, where string) *draft {
	f.Message, f.Found = mask(f.Message), mask(f.Found)
	f.Fix = nil // nobody edits an object's line
	key := strings.Join([]string{where, f.Rule, f.Found, f.Message}, "\x00")
	known := c.drafts[key]
	if known == nil {
		known = &draft{Finding: f}
		c.drafts[key] = known
	}
	return known
}

// finish is the report of everything.
func (c *collection) finish() *finding.Report {
	for _, key := range slices.Sorted(maps.Keys(c.drafts)) {
		d := c.drafts[key]
		d.Message += d.tail + alsoOn(d.nodes)
		c.report.Findings = append(c.report.Findings, d.Finding)
	}
	c.report.Sort()
	return c.report
}

// namedNodes is how many nodes a message names.
const namedNodes = 3

func alsoOn(nodes []string) string {
	if len(nodes) < 2 {
		return ""
	}
	others := nodes[1:]
	text := fmt.Sprintf("; the same on %d more: %s", len(others), strings.Join(others[:min(len(others), namedNodes)], ", "))
	if len(others) > namedNodes {
		text += " and others"
	}
	return text
}

var (
	// login is the part of an address that says who asks.
	login = regexp.MustCompile(`(://)[^/@\s"']+@`)
	// password is a setting by whose name its value is nobody's business.
	password = regexp.MustCompile(`(?i)((?:password|passwd|secret|token|api[_-]?key|credential)[\w-]*["']?\s*[=:]\s*["']?|--(?:password|token|secret)\s+)[^\s"',;]+`)
)

// mask hides what a command or an address may hold that nobody should read.
func mask(s string) string {
	return password.ReplaceAllString(login.ReplaceAllString(s, "$1***@"), "$1***")
}
