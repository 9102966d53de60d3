package detect

import (
	"go.yaml.in/yaml/v3"

	"github.com/rehearse-dev/rehearse/harness/compare"
	"github.com/rehearse-dev/rehearse/harness/scan/finding"
	"github.com/rehearse-dev/rehearse/harness/scan/text"
)

// runner looks at GitHub's runners as actions-runner-controller makes them: with
// a Docker daemon beside each of them, unless told otherwise.
func (d *detector) runner(n *yaml.Node) {
	spec := text.Get(n, "spec", "template", "spec")
	if spec == nil || text.String(spec, "dockerEnabled") == "false" {
		return
	}
	d.report(hit{
		rule: finding.DockerImage, at: d.At(d.Offset(spec.Line, spec.Column)), found: text.String(n, "kind"), severity: compare.Info, confidence: finding.Medium,
		message: "runners get a Docker daemon of their own, which goes on working on containerd if it may run privileged",
		remedy:  "Nothing has to change; set dockerEnabled: false where no job needs it.",
	})
}
