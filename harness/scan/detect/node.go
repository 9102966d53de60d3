package detect

import (
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/rehearse-dev/rehearse/harness/scan/finding"
	"github.com/rehearse-dev/rehearse/harness/scan/text"
)

// nodeObject looks at what a node remembers of its runtime.
func (d *detector) nodeObject(n *yaml.Node) { d.annotations(text.Get(n, "metadata", "annotations")) }

// NodeStatus looks at what a node of a cluster says now: its runtime, and the
// images that nobody can pull again. In a file it would be news of long ago.
func NodeStatus(source string, node map[string]any) Result {
	out := Result{Known: true}
	n := tree(node)
	newDetector(source, text.New(""), &out).in(Node).about(title("Node", n)).nodeStatus(n)
	return out.unplaced()
}

func (d *detector) nodeStatus(n *yaml.Node) {
	version := text.Get(n, "status", "nodeInfo", "containerRuntimeVersion")
	if !text.IsScalar(version) || !strings.HasPrefix(version.Value, "docker://") {
		return // what lies in containerd's store stays there
	}
	d.report(hit{
		rule: finding.DockerNode, at: d.Scalar(version).At(0), found: version.Value,
		message: "runs on Docker " + strings.TrimPrefix(version.Value, "docker://"),
	})
	for _, image := range text.Items(text.Get(n, "status", "images")) {
		d.nodeImage(image)
	}
}

// nodeImage reports an image that no registry gave to a node: a digest would say
// so, and so would a registry in its name.
func (d *detector) nodeImage(image *yaml.Node) {
	var tag *yaml.Node
	for _, name := range text.Items(text.Get(image, "names")) {
		switch {
		case strings.HasPrefix(name.Value, "<none>"):
		case strings.Contains(name.Value, "@"):
			return
		case tag == nil:
			tag = name
		}
	}
	if tag == nil || !isUnserved(tag.Value) {
		return
	}
	d.report(hit{
		rule: finding.NeverPulled, at: d.Scalar(tag).At(0), found: tag.Value, confidence: finding.Medium,
		message: fmt.Sprintf("has the image %s, which no registry gave it", tag.Value),
	})
}
