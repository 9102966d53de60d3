package detect

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/rehearse-dev/rehearse/harness/compare"
	"github.com/rehearse-dev/rehearse/harness/scan/finding"
	"github.com/rehearse-dev/rehearse/harness/scan/text"
)

// unit looks at a systemd unit or a drop-in of one.
func (d *detector) unit(t *text.Text) {
	d = d.in(Node)
	sections := text.ReadDirectives(t, "=")
	if ownUnit(d.name, sections) {
		d.daemonUnit(sections)
		return
	}
	for _, section := range sections {
		for _, directive := range section.Directives {
			d.directive(section.Name.Value, directive)
		}
	}
}

// directive looks at one setting of a unit that is not Docker's own.
func (d *detector) directive(section string, each text.Directive) {
	key := each.Key.Value
	switch {
	case section == "Unit" || section == "Install":
		d.dependency(key, each.Value)
	case strings.HasPrefix(key, "Exec"):
		d.exec(each.Value)
	case key == "Environment":
		d.environmentLine(each.Value)
	case key == "EnvironmentFile":
		if strings.Contains(each.Value.Value, "/docker") {
			d.pathWord(plainWord(strings.TrimPrefix(each.Value.Value, "-"), each.Value), key)
		}
	case section == "Path" || slices.Contains([]string{"BindPaths", "ReadWritePaths", "WorkingDirectory", "What", "Where", "ListenStream", "PathExists", "SocketGroup"}, key):
		for field := range strings.FieldsSeq(each.Value.Value) {
			d.pathWord(plainWord(strings.TrimLeft(field, "-+!"), each.Value), key)
		}
	}
}

// hard are the ways to need another unit by which a unit does not start, or
// stops, when the other one is not there.
var (
	hard = []string{"Requires", "Requisite", "BindsTo", "RequiredBy"}
	soft = []string{"After", "Before", "Wants", "WantedBy", "PartOf", "Conflicts", "ReloadPropagatedFrom", "PropagatesReloadTo", "Upholds"}
)

func (d *detector) dependency(key string, value *text.Text) {
	if strings.HasPrefix(key, "ConditionPath") || strings.HasPrefix(key, "AssertPath") {
		d.pathWord(plainWord(strings.TrimLeft(value.Value, "!|"), value), key)
		return
	}
	if !slices.Contains(hard, key) && !slices.Contains(soft, key) {
		return
	}
	for name := range strings.FieldsSeq(value.Value) {
		if !unit.MatchString(name) {
			continue
		}
		h := hit{
			rule: finding.DockerService, at: value.At(strings.Index(value.Value, name)), found: key + "=" + name,
			message: fmt.Sprintf("has %s on %s", key, name), severity: compare.Info,
			remedy: "Order it after containerd.service, if it needs the runtime at all.",
		}
		if slices.Contains(hard, key) {
			h.severity, h.message = compare.Breaks, h.message+", without which it does not start"
		}
		d.report(h)
	}
}

// exec looks at a command of a unit. Its prefixes say how it is run.
func (d *detector) exec(value *text.Text) {
	start := len(value.Value) - len(strings.TrimLeft(value.Value, "-@+!:|"))
	command := value.Slice(start, len(value.Value))
	// systemd's specifiers and variables are words to a shell as well.
	d.within(command).shell(command)
	if name := programOf(firstWord(command.Value)); name == "kubelet" && !mattering.MatchString(command.Value) {
		d.kubeletFlags(command)
	}
}

func firstWord(s string) string {
	first, _, _ := strings.Cut(strings.TrimSpace(s), " ")
	return first
}

// environmentLine looks at `Environment="A=b" C=d`.
func (d *detector) environmentLine(value *text.Text) {
	script, err := parseShell(value.Value)
	if err != nil {
		return
	}
	s := &shellScan{detector: d.within(value)}
	syntax.Walk(script, func(n syntax.Node) bool {
		call, ok := n.(*syntax.CallExpr)
		if !ok {
			return true
		}
		s.assigns(call.Assigns)
		s.environment(s.words(call.Args)) // those in quotes
		return false
	})
}

// ownUnit is true for the units of Docker and their drop-ins, by their name or by
// what they start.
func ownUnit(name string, sections []text.Section) bool {
	base := path.Base(name)
	if strings.HasSuffix(base, ".conf") {
		base = strings.TrimSuffix(path.Base(path.Dir(name)), ".d")
	}
	return unit.MatchString(base) || slices.ContainsFunc(sections, func(s text.Section) bool {
		return slices.ContainsFunc(s.Directives, func(d text.Directive) bool {
			return d.Key.Value == "ExecStart" && daemonCommand.MatchString(d.Value.Value)
		})
	})
}

var daemonCommand = regexp.MustCompile(`^[-@+!:]*\S*/(dockerd|cri-dockerd|docker daemon)\b`)

// daemonUnit looks at Docker's own unit, or at what a drop-in changes of it.
func (d *detector) daemonUnit(sections []text.Section) {
	for _, section := range sections {
		for _, each := range section.Directives {
			d.daemonDirective(each)
		}
	}
}

func (d *detector) daemonDirective(each text.Directive) {
	key, value := each.Key.Value, each.Value
	switch {
	case key == "ExecStart" && strings.Contains(value.Value, "cri-dockerd"):
		d.report(hit{rule: finding.CRISocket, at: value.At(0), found: value.Value, severity: compare.Changes, message: "starts cri-dockerd, which goes with Docker"})
	case key == "ExecStart":
		d.daemonFlags(value)
	case key == "Environment":
		for _, name := range []string{"HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"} {
			if at := strings.Index(value.Value, name+"="); at >= 0 && (at == 0 || strings.ContainsAny(value.Value[at-1:at], ` "'`)) {
				d.daemonSetting(strings.ReplaceAll(strings.ToLower(name), "_", "-"), nil, value.At(at))
			}
		}
		if strings.Contains(value.Value, "DOCKER_OPTS=") {
			d.daemonFlags(value)
		}
	case strings.HasPrefix(key, "Limit"):
		d.report(hit{
			rule: finding.DaemonSetting, at: each.Key.At(0), found: key + "=" + value.Value, cause: "APP-007",
			message: fmt.Sprintf("Docker's daemon is given %s=%s, which its containers inherit", key, value.Value),
			remedy:  "Set the same in a drop-in of containerd.service.",
		})
	case key == "MountFlags", key == "OOMScoreAdjust", key == "CPUAffinity", key == "Slice":
		d.report(hit{
			rule: finding.DaemonSetting, at: each.Key.At(0), found: key + "=" + value.Value,
			message: fmt.Sprintf("Docker's daemon is given %s=%s", key, value.Value),
			remedy:  "Set the same in a drop-in of containerd.service.",
		})
	case key == "EnvironmentFile", key == "ExecStartPre", key == "ExecStartPost":
		d.report(hit{
			rule: finding.DaemonSetting, at: each.Key.At(0), found: key + "=" + value.Value, confidence: finding.Medium,
			message: fmt.Sprintf("Docker's unit has %s=%s", key, value.Value),
			remedy:  "See what it does, and whether containerd.service needs the same.",
		})
	}
}
