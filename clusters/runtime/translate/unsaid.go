package translate

// unsaid are things that Docker does without being told, where nothing in the
// node's configuration says otherwise.
func (t *translation) unsaid() []Default {
	var list []Default
	say := func(about, docker, containerd string) { list = append(list, Default{about, docker, containerd}) }
	if _, known := t.cgroupDriver(); !known {
		say("exec-opts", "native.cgroupdriver is systemd on cgroup v2 and cgroupfs on v1",
			"containerd uses cgroupfs unless SystemdCgroup says otherwise, and kubelet has to agree: look at both before the first pod.")
	}
	if _, set := t.kubelet["containerLogMaxSize"]; !set && t.rotates() {
		say("log-opts", "log files are never rotated",
			"kubelet rotates them at 10Mi and keeps five: what reads them more slowly than that loses lines. Its settings are containerLogMaxSize and containerLogMaxFiles.")
	}
	if _, set := t.options["ip-forward"]; !set {
		say("ip-forward", "net.ipv4.ip_forward is switched on",
			"containerd leaves it alone: set it in a file of /etc/sysctl.d, or pods have no way off their node.")
	}
	say("insecure-registries", "registries on 127.0.0.0/8 and localhost are insecure",
		"containerd treats them so, too, except on the ports 80 and 443: name such a registry with --registry.")
	say("docker login", "dockerd's own configuration holds no passwords",
		"Nothing changes for pods: kubelet sends what it finds in imagePullSecrets, in /var/lib/kubelet/config.json and in root's .docker/config.json with every pull. Passwords in containerd's config.toml are not needed, and going away.")
	return list
}
