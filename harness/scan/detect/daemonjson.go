package detect

import (
	"path"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/rehearse-dev/rehearse/harness/compare"
	"github.com/rehearse-dev/rehearse/harness/scan/finding"
	"github.com/rehearse-dev/rehearse/harness/scan/text"
)

// daemonSetting is a key of daemon.json that means something to a node of a
// cluster, and where its meaning goes.
type daemonSetting struct {
	severity compare.Severity
	cause    string
	remedy   string
}

// daemonSettings are the keys that have to be carried over, or that nothing takes
// the place of. A key that is missing here does nothing for the pods of a node.
// The keys are those of moby's daemon/config.
var daemonSettings = map[string]daemonSetting{
	"registry-mirrors":                 {compare.Breaks, "NODE-006", "Write /etc/containerd/certs.d/docker.io/hosts.toml with a [host] table for each mirror, and set config_path."},
	"insecure-registries":              {compare.Breaks, "NODE-006", "Write a hosts.toml with skip_verify = true, or an http:// host, for each registry."},
	"log-driver":                       {compare.Breaks, "LOG-010", "containerd has no log drivers: let an agent ship /var/log/pods."},
	"log-opts":                         {compare.Changes, "LOG-009", "Set containerLogMaxSize and containerLogMaxFiles in kubelet's configuration; tags and labels come from Kubernetes."},
	"data-root":                        {compare.Changes, "NODE-011", "Set root in /etc/containerd/config.toml, and mount the volume there."},
	"graph":                            {compare.Changes, "NODE-011", "Set root in /etc/containerd/config.toml, and mount the volume there."},
	"exec-root":                        {compare.Info, "NODE-011", "Set state in /etc/containerd/config.toml."},
	"exec-opts":                        {compare.Changes, "NODE-010", "Set SystemdCgroup = true in containerd's runc options when it says systemd, and the same cgroupDriver in kubelet."},
	"cgroup-parent":                    {compare.Changes, "NODE-007", "kubelet places pods by its own cgroupRoot."},
	"live-restore":                     {compare.Info, "NODE-007", "Nothing to do: containers outlive a restart of containerd."},
	"default-ulimits":                  {compare.Changes, "APP-007", "Set LimitNOFILE and the like in a drop-in of containerd.service."},
	"default-runtime":                  {compare.Breaks, "NODE-019", "Set default_runtime_name in containerd's configuration, or use a RuntimeClass."},
	"runtimes":                         {compare.Breaks, "NODE-019", "Add each runtime to containerd's configuration and a RuntimeClass for it."},
	"storage-driver":                   {compare.Info, "NODE-011", "containerd's default snapshotter is overlayfs; set another one if the file system needs it."},
	"storage-opts":                     {compare.Info, "NODE-011", "Limits of a container's own storage are ephemeral-storage limits of the pod."},
	"proxies":                          {compare.Breaks, "NODE-008", "Set HTTPS_PROXY and NO_PROXY in a drop-in of containerd.service."},
	"http-proxy":                       {compare.Breaks, "NODE-008", "Set HTTP_PROXY in a drop-in of containerd.service."},
	"https-proxy":                      {compare.Breaks, "NODE-008", "Set HTTPS_PROXY in a drop-in of containerd.service."},
	"no-proxy":                         {compare.Breaks, "NODE-008", "Set NO_PROXY in a drop-in of containerd.service."},
	"metrics-addr":                     {compare.Changes, "MET-011", "Set address under [metrics] in containerd's configuration; the path is /v1/metrics and the names are others."},
	"hosts":                            {compare.Changes, "NODE-002", "Nothing listens there any more: find the clients."},
	"seccomp-profile":                  {compare.Changes, "APP-012", "Put the profile into kubelet's seccomp folder and name it as Localhost, or set seccompDefault."},
	"selinux-enabled":                  {compare.Changes, "NODE-007", "Set enable_selinux in containerd's configuration."},
	"userns-remap":                     {compare.Changes, "NODE-007", "Use hostUsers: false in pods."},
	"no-new-privileges":                {compare.Changes, "NODE-007", "Set allowPrivilegeEscalation: false in pods."},
	"default-shm-size":                 {compare.Changes, "NODE-007", "Mount an emptyDir of medium Memory at /dev/shm."},
	"default-cgroupns-mode":            {compare.Changes, "NODE-007", "containerd uses a private cgroup namespace on cgroup v2."},
	"max-concurrent-downloads":         {compare.Info, "NODE-007", "Set max_concurrent_downloads, and serializeImagePulls in kubelet."},
	"max-download-attempts":            {compare.Info, "NODE-007", "kubelet tries again by itself."},
	"authorization-plugins":            {compare.Changes, "NODE-007", "Say the same by admission in Kubernetes."},
	"allow-nondistributable-artifacts": {compare.Changes, "NODE-006", "Push those layers to the registry."},
	"iptables":                         {compare.Info, "NODE-012", "containerd makes no firewall rules; see that nobody leans on Docker's."},
	"ip-forward":                       {compare.Info, "NODE-012", "Set net.ipv4.ip_forward in the node's own sysctl configuration."},
	"ip-masq":                          {compare.Info, "NODE-012", "Masquerading is the network plugin's."},
	"bip":                              {compare.Info, "MET-023", "There is no docker0 bridge; its range is free again."},
	"bridge":                           {compare.Info, "MET-023", "There is no docker0 bridge."},
	"default-address-pools":            {compare.Info, "MET-023", "There are no Docker networks; their ranges are free again."},
	"fixed-cidr":                       {compare.Info, "MET-023", "There is no docker0 bridge."},
	"mtu":                              {compare.Info, "MET-023", "The network plugin sets the MTU of pods."},
	"dns":                              {compare.Info, "NODE-007", "kubelet writes resolv.conf; images are pulled by the node's own resolver."},
	"oom-score-adjust":                 {compare.Info, "NODE-007", "Set OOMScoreAdjust in a drop-in of containerd.service."},
}

// idleSettings are known keys that do nothing for a node's pods; with others of
// them a file is known to be a daemon.json.
var idleSettings = set("debug log-level experimental features pidfile group tls tlsverify tlscacert tlscert tlskey labels raw-logs builder swarm-default-advertise-addr containerd containerd-namespace default-gateway icc ipv6 fixed-cidr-v6 userland-proxy init init-path shutdown-timeout max-concurrent-uploads log-format dns-opts dns-search min-api-version firewall-backend")

func isDaemonJSON(name, content string) bool {
	base := path.Base(name)
	if base == "daemon.json" {
		return true
	}
	if !strings.Contains(base, "daemon") && !strings.Contains(base, "docker") || !strings.HasSuffix(base, ".json") {
		return false
	}
	doc, err := text.JSON(text.New(content))
	return err == nil && onlyDaemonKeys(doc.Root)
}

func onlyDaemonKeys(n *yaml.Node) bool {
	pairs := text.Pairs(n)
	for _, p := range pairs {
		if _, known := daemonSettings[p.Key.Value]; !known && !idleSettings[p.Key.Value] {
			return false
		}
	}
	return len(pairs) > 0
}

// daemonJSON looks at the configuration of Docker's daemon.
func (d *detector) daemonJSON(t *text.Text) {
	doc, err := text.JSON(t)
	if err != nil {
		d.gap(t.At(0), err.Error())
		return
	}
	for _, p := range text.Pairs(doc.Root) {
		d.daemonSetting(p.Key.Value, p.Value, d.within(doc.Text).scalarWord(p.Key).At(0))
	}
}

// daemonSetting reports a setting that does something.
func (d *detector) daemonSetting(key string, value *yaml.Node, at text.Place) {
	s, known := daemonSettings[key]
	if !known || isDefault(key, value) {
		return
	}
	d.in(Node).report(hit{
		rule: finding.DaemonSetting, at: at, found: key, severity: s.severity, cause: s.cause, remedy: s.remedy,
		message: "Docker's daemon is given " + settingText(key, value),
	})
}

// isDefault is true for values that a node has without Docker as well.
func isDefault(key string, value *yaml.Node) bool {
	if value == nil {
		return false
	}
	single := value.Value
	switch {
	case value.Kind != yaml.ScalarNode && len(value.Content) == 0:
		return true
	case key == "log-driver":
		return single == "json-file"
	case key == "default-runtime":
		return single == "runc" || single == "io.containerd.runc.v2"
	case key == "storage-driver":
		return single == "overlay2"
	case key == "live-restore", key == "selinux-enabled", key == "no-new-privileges":
		return single == "false"
	case key == "hosts":
		return len(value.Content) == 1 && strings.HasPrefix(value.Content[0].Value, "fd://")
	}
	return false
}

func settingText(key string, value *yaml.Node) string {
	if text.IsScalar(value) && value.Value != "" && len(value.Value) < 80 {
		return key + " " + value.Value
	}
	return key
}

// daemonFlags looks at the arguments of dockerd, each of which is a key of
// daemon.json, most of them in the singular.
func (d *detector) daemonFlags(t *text.Text) {
	fields := strings.Fields(t.Value)
	from := 0
	for i, field := range fields {
		at := from + strings.Index(t.Value[from:], field)
		from = at + len(field)
		name, value, ok := strings.Cut(strings.TrimLeft(strings.Trim(field, `"'`), "-"), "=")
		if !strings.HasPrefix(strings.Trim(field, `"'`), "-") {
			continue
		}
		if !ok && i+1 < len(fields) && !strings.HasPrefix(fields[i+1], "-") {
			value = fields[i+1]
		}
		d.daemonFlag(name, strings.Trim(value, `"'`), t.At(at))
	}
}

// flagKeys are flags of dockerd that are called otherwise in daemon.json.
var flagKeys = map[string]string{
	"registry-mirror": "registry-mirrors", "insecure-registry": "insecure-registries", "log-opt": "log-opts", "exec-opt": "exec-opts",
	"default-ulimit": "default-ulimits", "storage-opt": "storage-opts", "g": "data-root", "s": "storage-driver", "H": "hosts", "host": "hosts",
	"authorization-plugin": "authorization-plugins", "add-runtime": "runtimes", "b": "bridge", "default-address-pool": "default-address-pools",
}

func (d *detector) daemonFlag(name, value string, at text.Place) {
	key := name
	if known, ok := flagKeys[name]; ok {
		key = known
	}
	if key == "hosts" && !strings.HasPrefix(value, "tcp://") {
		return // the socket that it has anyway
	}
	d.daemonSetting(key, &yaml.Node{Kind: yaml.ScalarNode, Value: value}, at)
}
