package detect

import (
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/rehearse-dev/rehearse/harness/scan/finding"
	"github.com/rehearse-dev/rehearse/harness/scan/text"
)

// isPlaybook is true for plays of Ansible, or for a list of tasks.
func isPlaybook(_ string, n *yaml.Node) bool {
	if !text.IsList(n) || len(n.Content) == 0 {
		return false
	}
	first := text.Deref(n.Content[0])
	if text.Get(first, "hosts") != nil && (text.Get(first, "tasks") != nil || text.Get(first, "roles") != nil) {
		return true
	}
	for _, p := range text.Pairs(first) {
		if text.Get(first, "name") != nil && modules[module(p.Key.Value)] {
			return true
		}
	}
	return false
}

// module is a module's name without its collection.
func module(key string) string { return key[strings.LastIndexByte(key, '.')+1:] }

var modules = set("apt yum dnf package service systemd systemd_service shell command raw script copy template file lineinfile blockinfile get_url user cron docker_container docker_image docker_compose docker_prune unarchive")

func (d *detector) playbook(n *yaml.Node) {
	for _, item := range text.Items(n) {
		if !d.step() {
			return
		}
		for _, key := range []string{"tasks", "pre_tasks", "post_tasks", "handlers", "block", "rescue", "always"} {
			d.playbook(text.Get(item, key))
		}
		for _, p := range text.Pairs(item) {
			d.task(module(p.Key.Value), p)
		}
	}
}

// task looks at one module of a task and its arguments.
func (d *detector) task(name string, p text.Pair) {
	switch name {
	case "shell", "command", "raw":
		d.taskScript(p.Value)
	case "service", "systemd", "systemd_service":
		if of := text.Get(p.Value, "name"); text.IsScalar(of) && unit.MatchString(of.Value) {
			d.report(hit{rule: finding.DockerService, at: d.Scalar(of).At(0), found: of.Value, message: "a task manages the service " + of.Value})
		}
	case "apt", "yum", "dnf", "package":
		d.taskPackages(p.Value)
	case "copy", "template", "file", "lineinfile", "blockinfile", "unarchive":
		for _, key := range []string{"dest", "path"} {
			if at := text.Get(p.Value, key); text.IsScalar(at) {
				d.pathWord(d.scalarWord(at), name)
			}
		}
	default:
		if strings.HasPrefix(name, "docker_") && (strings.HasPrefix(p.Key.Value, "community.docker.") || text.IsMap(p.Value)) {
			d.report(hit{
				rule: finding.DockerCommand, at: d.At(d.Offset(p.Key.Line, p.Key.Column)), found: p.Key.Value,
				message: "a task uses the module " + p.Key.Value,
			})
		}
	}
}

func (d *detector) taskScript(script *yaml.Node) {
	if text.IsMap(script) {
		script = text.Get(script, "cmd")
	}
	if text.IsScalar(script) {
		t := d.Scalar(script)
		d.within(t).shell(t)
	}
}

func (d *detector) taskPackages(n *yaml.Node) {
	if state := text.String(n, "state"); state == "absent" || state == "removed" {
		return
	}
	for _, of := range append(text.Items(text.Get(n, "name")), text.Items(text.Get(n, "pkg"))...) {
		if text.IsScalar(of) && dockerPackage.MatchString(of.Value) {
			d.installs(d.scalarWord(of), of.Value, of.Value)
		}
	}
}
