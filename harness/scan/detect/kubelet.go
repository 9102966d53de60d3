package detect

import (
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/rehearse-dev/rehearse/harness/compare"
	"github.com/rehearse-dev/rehearse/harness/scan/finding"
	"github.com/rehearse-dev/rehearse/harness/scan/text"
)

// kubeletFlags looks at a line of kubelet's flags.
func (d *detector) kubeletFlags(t *text.Text) { d.in(Node).commandFlags("kubelet", t) }

// commandFlags looks at a line of the flags of a program.
func (d *detector) commandFlags(program string, t *text.Text) {
	words := []word{plainWord(program, t.Slice(0, 0))}
	at := 0
	for field := range strings.FieldsSeq(t.Value) {
		at += strings.Index(t.Value[at:], field)
		words = append(words, plainWord(strings.Trim(field, `"'`), t.Slice(at, at+len(field))))
		at += len(field)
	}
	s := &shellScan{detector: d.within(t)}
	s.flags(words)
	s.arguments(program, words[1:])
}

// kubeletConfiguration looks at kubelet's own configuration file.
func (d *detector) kubeletConfiguration(n *yaml.Node) {
	d = d.in(Node)
	for _, key := range []string{"containerRuntimeEndpoint", "imageServiceEndpoint"} {
		if v := text.Get(n, key); text.IsScalar(v) {
			d.criSocket(d.scalarWord(v), key)
		}
	}
	for _, key := range []string{"runtimeCgroups", "kubeletCgroups", "systemCgroups"} {
		if v := text.Get(n, key); text.IsScalar(v) && strings.Contains(v.Value, "docker") {
			d.report(hit{
				rule: finding.RuntimeSetting, at: d.Scalar(v).At(0), found: key + ": " + v.Value, severity: compare.Changes, cause: "NODE-004",
				message: fmt.Sprintf("kubelet's %s names a unit of Docker's", key),
				remedy:  "Name /system.slice/containerd.service.",
			})
		}
	}
}

// criSocket reports a CRI socket that is one of Docker's adapters.
func (d *detector) criSocket(w word, by string) {
	switch valueRule(w.value) {
	case finding.CRISocket, finding.DockerSocket:
		d.report(hit{
			rule: finding.CRISocket, at: w.At(0), found: w.value, message: fmt.Sprintf("%s names %s", by, w.value),
			fix: &finding.Fix{Old: w.value, New: "unix:///run/containerd/containerd.sock"},
		})
	}
}

// kubeadm looks at the configuration, or the record, of kubeadm.
func (d *detector) kubeadm(n *yaml.Node) {
	registration := text.Get(n, "nodeRegistration")
	if socket := text.Get(registration, "criSocket"); text.IsScalar(socket) {
		d.criSocket(d.scalarWord(socket), "criSocket")
	}
	d.extraArgs(text.Get(registration, "kubeletExtraArgs"))
}

// extraArgs looks at kubelet's arguments: a mapping up to v1beta3, a list since.
func (d *detector) extraArgs(n *yaml.Node) {
	for _, p := range text.Pairs(n) {
		d.extraArg(p.Key, p.Value)
	}
	if text.IsList(n) {
		for _, item := range text.Items(n) {
			d.extraArg(text.Get(item, "name"), text.Get(item, "value"))
		}
	}
}

func (d *detector) extraArg(name, value *yaml.Node) {
	if !text.IsScalar(name) || !text.IsScalar(value) {
		return
	}
	flag := "--" + strings.TrimPrefix(name.Value, "--") + "=" + value.Value
	d.kubeletFlags(text.Anywhere(flag, d.At(d.Offset(value.Line, value.Column))))
}
