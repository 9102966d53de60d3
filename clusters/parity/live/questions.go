package live

import (
	"fmt"
	"strings"

	"github.com/rehearse-dev/rehearse/clusters/parity"
	"github.com/rehearse-dev/rehearse/clusters/runtime"
)

// question is a bash command whose output is the value of a property.
type question struct{ property, command string }

// sysctls that pods can feel and that runtimes, network plugins or hosts set.
var sysctls = []string{
	"fs.file-max", "fs.inotify.max_user_instances", "fs.inotify.max_user_watches",
	"kernel.core_pattern", "kernel.keys.maxkeys", "kernel.panic", "kernel.panic_on_oops", "kernel.pid_max", "kernel.threads-max",
	"net.bridge.bridge-nf-call-ip6tables", "net.bridge.bridge-nf-call-iptables",
	"net.core.somaxconn",
	"net.ipv4.conf.all.forwarding", "net.ipv4.conf.all.route_localnet", "net.ipv4.conf.all.rp_filter",
	"net.ipv4.ip_forward", "net.ipv4.ip_local_port_range", "net.ipv4.ip_unprivileged_port_start", "net.ipv4.ping_group_range",
	"net.ipv4.tcp_keepalive_time",
	"net.ipv6.conf.all.disable_ipv6", "net.ipv6.conf.all.forwarding", "net.ipv6.conf.default.disable_ipv6",
	"net.netfilter.nf_conntrack_max",
	"vm.max_map_count", "vm.overcommit_memory", "vm.panic_on_oom", "vm.swappiness",
}

// limits of the runtime's process, as /proc names them: containers inherit them.
var limits = []string{"core file size", "locked memory", "open files", "processes", "stack size"}

// questions are what a node with the given runtime is asked.
func questions(p runtime.Profile) []question {
	list := []question{
		{parity.CgroupVersion, "if [[ -e /sys/fs/cgroup/cgroup.controllers ]]; then echo 2; else echo 1; fi"},
		{parity.Confined, fmt.Sprintf("bounding=$(sed -n 's/^CapBnd:[[:space:]]*//p' /proc/1/status); "+
			"if ((0x$bounding >> 24 & 1)); then echo no; else echo %q; fi", parity.ConfinedYes)},
		{parity.CgroupDriver, p.CgroupDriver},
		{parity.Storage, p.StorageDriver},
		{parity.Runc, "runc --version | sed -n 's/^runc version //p'"},
		// All that PATH finds: a wrapper may stand in front of the real one.
		{parity.RuncDigest, "type -ap runc | xargs sha256sum | cut -c1-12 | sort -u"},
		{parity.KubeletDigest, `sha256sum "$(command -v kubelet)" | cut -c1-12`},
		{parity.CNIConfig, "cat /etc/cni/net.d/*.conflist | jq --compact-output --sort-keys ."},
		{parity.CNIDigest, "cat /opt/cni/bin/* | sha256sum | cut -c1-12"},
		{parity.ResolvConf, "sed '/^#/d' /etc/resolv.conf"},
	}
	adapter := question{parity.Adapter, "echo none"}
	if version := p.Versions["adapter"]; version != nil {
		adapter.command = strings.Join(version, " ") + " 2>&1"
	}
	list = append(list, adapter)
	if p.LogLimits != "" {
		list = append(list, question{parity.LogRotation, fmt.Sprintf("echo %q; %s", p.Log.RotatedBy, p.LogLimits)})
	}
	for _, name := range sysctls {
		path := "/proc/sys/" + strings.ReplaceAll(name, ".", "/")
		list = append(list, question{parity.Sysctl + name, fmt.Sprintf("if [[ -e %s ]]; then cat %[1]s; else echo absent; fi", path)})
	}
	for _, name := range limits {
		list = append(list, question{parity.Limit + name, fmt.Sprintf(
			"sed -nE 's/^Max %s +([^ ]+) +([^ ]+) .*/soft \\1, hard \\2/p' /proc/$(pidof -s %s)/limits", name, p.Process)})
	}
	return list
}

// script asks every question and prints a line per answer: the question's
// number, the exit status, and the output on one line.
func script(asked []question) string {
	var text strings.Builder
	text.WriteString("answer() { printf '%s %s %s\\n' \"$1\" \"$2\" \"${3//$'\\n'/ }\"; }\n")
	for i, q := range asked {
		fmt.Fprintf(&text, "value=$(%s); answer %d $? \"$value\"\n", q.command, i)
	}
	return text.String()
}
