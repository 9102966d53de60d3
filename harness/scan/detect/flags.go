package detect

import (
	"fmt"
	"slices"
	"strings"

	"github.com/rehearse-dev/rehearse/harness/scan/finding"
)

// flags looks at flags by which programs are told that the runtime is Docker.
func (s *shellScan) flags(words []word) {
	kubelet := programOf(words[0].value) == "kubelet" || programOf(words[0].value) == "hyperkube"
	for i, w := range words {
		name, value, ok := strings.Cut(w.value, "=")
		if !ok && i+1 < len(words) {
			value = words[i+1].value
		}
		if !ok && strings.HasPrefix(value, "-") {
			value = ""
		}
		s.flag(w, name, strings.Trim(value, `"'`), kubelet)
	}
}

// flag looks at one flag. Values that are paths are found whatever the flag is.
func (d *detector) flag(w word, name, value string, kubelet bool) {
	plain := strings.ReplaceAll(strings.TrimLeft(name, "-"), "_", "-")
	switch {
	case !strings.HasPrefix(name, "-"):
	case kubelet && slices.Contains(goneFlags, plain):
		d.report(hit{
			rule: finding.KubeletFlag, at: w.At(0), found: w.value,
			message: fmt.Sprintf("sets kubelet's flag --%s, which went away with dockershim", plain),
		})
	case slices.Contains(runtimeFlags, plain) && isDocker(value):
		d.report(hit{
			rule: finding.RuntimeSetting, at: w.At(0), found: w.value,
			message: fmt.Sprintf("is told by --%s that the runtime is Docker", plain),
		})
	case slices.Contains(clientFlags, plain) && value != "false" && valueRule(value) == "":
		d.report(hit{
			rule: finding.APIInput, at: w.At(0), found: w.value,
			message: "is made to ask Docker by --" + plain,
		})
	case strings.HasSuffix(plain, "docker-endpoint") && value != "" && valueRule(value) == "":
		d.report(hit{rule: finding.DockerHost, at: w.At(0), found: w.value, message: "is given the address of a Docker daemon"})
	default:
		d.monitors(w, value)
	}
}

var (
	// goneFlags are kubelet's flags that no kubelet knows any more that has no
	// dockershim.
	goneFlags = []string{
		"docker-endpoint", "docker-root", "docker-exec-handler", "network-plugin-mtu", "image-pull-progress-deadline",
		"experimental-dockershim-root-directory", "docker-disable-shared-pid", "experimental-dockershim", "docker-env-metadata-whitelist",
		"docker-tls", "docker-tls-ca", "docker-tls-cert", "docker-tls-key", "network-plugin", "cni-bin-dir", "cni-conf-dir", "cni-cache-dir",
	}
	runtimeFlags = []string{"container-runtime", "runtime", "default-runtime", "container-engine", "cri", "runtime-type", "component"}
	// clientFlags switch the use of Docker on in well-known programs.
	clientFlags = []string{
		"docker", "docker-only", "docker-enabled", "enable-docker", "probe.docker", "providers.docker", "use-docker", "docker-mode",
		"enable-docker-bridge", "docker-config-json", "collector.docker", "probe.docker.bridge",
	}
)

func isDocker(value string) bool {
	value = strings.ToLower(value)
	return value == "docker" || value == "dockerd" || value == "dockershim" || value == "cri-dockerd"
}

// monitorFiles are what node-problem-detector ships for Docker.
var monitorFiles = []string{
	"docker-monitor.json", "docker-monitor-filelog.json", "docker-monitor-counter.json", "health-checker-docker.json",
}

// monitors looks for node-problem-detector's monitors of Docker in a list of
// files.
func (d *detector) monitors(w word, value string) {
	for file := range strings.SplitSeq(value, ",") {
		if slices.Contains(monitorFiles, programOf(file)) {
			d.report(hit{
				rule: finding.AgentDefault, at: w.At(0), found: file, cause: "NODE-004",
				message: "node-problem-detector watches Docker by " + programOf(file),
				remedy:  "Load health-checker-containerd.json and systemd-monitor.json instead; nothing that docker-monitor.json looks for is ever logged again.",
			})
			return
		}
	}
}
