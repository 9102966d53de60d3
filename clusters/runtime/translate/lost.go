package translate

// networkKeys are about Docker's own networks, on which no pod ever was: the
// CNI plugins make the pods' network with either runtime.
func networkKeys() []key {
	const bridge = "It shaped the network docker0, on which no pod is. Nothing of it is made any more: look for firewall rules, routes and scripts that name it."
	const firewall = "It said what dockerd may do to the node's firewall. containerd writes no rules of its own; kube-proxy and the CNI plugins do, with settings of theirs."
	return []key{
		{"allow-direct-routing", truth, "", lost(bridge)},
		{"bip", text, "", lost(bridge)},
		{"bip6", text, "", lost(bridge)},
		{"bridge", text, "bridge,b", lost(bridge)},
		{"bridge-accept-fwmark", text, "", lost(firewall)},
		{"default-address-pools", pools, "default-address-pool", lost("It kept Docker's networks out of address ranges that were taken. The pods' range is the cluster's (podCIDR).")},
		{"default-gateway", text, "", lost(bridge)},
		{"default-gateway-v6", text, "", lost(bridge)},
		{"default-network-opts", objects, "default-network-opt", lost(bridge)},
		{"dns", list, "", lost("It named resolvers for containers that Kubernetes did not configure. Pods get kubelet's clusterDNS, or with dnsPolicy Default the node's resolv.conf (kubelet: resolvConf).")},
		{"dns-opts", list, "dns-opt", lost("Options for the resolver belong into a pod's dnsConfig, or into the node's resolv.conf.")},
		{"dns-search", list, "", lost("Search domains belong into a pod's dnsConfig, or into the node's resolv.conf.")},
		{"firewall-backend", text, "", lost(firewall)},
		{"fixed-cidr", text, "", lost(bridge)},
		{"fixed-cidr-v6", text, "", lost(bridge)},
		{"host-gateway-ip", text, "-", lost("It gave `--add-host name:host-gateway` its address. Pods have hostAliases, and status.hostIP through the downward API.")},
		{"host-gateway-ips", list, "host-gateway-ip", lost("It gave `--add-host name:host-gateway` its address. Pods have hostAliases, and status.hostIP through the downward API.")},
		{"icc", truth, "", lost("It kept containers on docker0 from talking to each other. For pods that is what a NetworkPolicy does.")},
		{"ip", text, "", lost("It was the address of ports that Docker published. Pods have hostPort with hostIP.")},
		{"ip-forward", truth, "", lost("dockerd switched net.ipv4.ip_forward on, unless this said false. containerd leaves it alone: set it in a file of /etc/sysctl.d.")},
		{"ip-forward-no-drop", truth, "", lost("Without it dockerd set the policy of the chain FORWARD to DROP. containerd leaves the policy alone.")},
		{"ip-masq", truth, "", lost(bridge)},
		{"ip6tables", truth, "", lost(firewall)},
		{"iptables", truth, "", lost(firewall)},
		{"ipv6", truth, "", lost(bridge)},
		{"mtu", number, "", lost("It was the MTU of docker0. The pods' MTU is a setting of the CNI plugin.")},
		{"network-control-plane-mtu", number, "", lost("It was for the overlay networks of Swarm.")},
		{"network-diagnostic-port", number, "", lost("It was a server to debug Docker's networks.")},
		{"resolv-conf", text, "", lost("It named another resolv.conf for containers. For pods that is kubelet's resolvConf.")},
		{"userland-proxy", truth, "", lost("It was how Docker published ports on loopback. hostPort is the CNI plugin portmap's, and has no such proxy.")},
		{"userland-proxy-path", text, "", lost("It was how Docker published ports on loopback. hostPort is the CNI plugin portmap's, and has no such proxy.")},
	}
}

// containerKeys are defaults that dockerd gave to every container, a pod's too.
func containerKeys() []key {
	const init = "Every container had a small init process before its own, which forwarded signals and reaped children. Bring one in the image (tini, dumb-init), or set shareProcessNamespace."
	const realtime = "It gave containers real-time scheduling on cgroup v1. Kubernetes has no such resource."
	return []key{
		{"apparmor-profile", text, "", lost("It was the template of the profile docker-default. containerd brings cri-containerd.apparmor.d; another one is named in the pod (securityContext.appArmorProfile).")},
		{"cgroup-parent", text, "", unneeded("kubelet has told the runtime the parent of every pod's cgroup all along.")},
		{"cpu-rt-period", number, "", lost(realtime)},
		{"cpu-rt-runtime", number, "", lost(realtime)},
		{"default-cgroupns-mode", text, "", lost("With containerd pods that are not privileged have a cgroup namespace of their own on cgroup v2, and none on v1; no setting changes that.")},
		{"default-init", text, "-", lost(init)},
		{"default-ipc-mode", text, "", unneeded("A pod's containers share the pod's IPC namespace with either runtime.")},
		{"default-shm-size", text, "", lost("Every container had a /dev/shm of this size. With containerd it has 64 MiB; a pod that needs more mounts an emptyDir with medium: Memory there.")},
		{"default-stop-timeout", number, "", unneeded("kubelet gives every container the pod's terminationGracePeriodSeconds.")},
		{"init", truth, "", lost(init)},
		{"init-path", text, "", lost(init)},
		{"no-new-privileges", truth, "", lost("No container could gain privileges, whatever its pod said. Now the pod has to say so: allowPrivilegeEscalation: false; the Pod Security level restricted demands it.")},
		{"seccomp-profile", text, "", lost("It was what RuntimeDefault means, and with containerd RuntimeDefault is containerd's own profile. Put the file below /var/lib/kubelet/seccomp and name it in pods as a Localhost profile.")},
		{"storage-opts", list, "storage-opt", lost("Options of Docker's storage drivers, such as a size for each container: containerd's snapshotters have options of their own. To bound what containers write, use limits on ephemeral-storage.")},
		{"userns-remap", text, "", lost("Root in a container was nobody on the node. In Kubernetes each pod asks for that: hostUsers: false. Folders that were chowned to the remapped user have to be chowned back.")},
	}
}

// daemonKeys are about dockerd itself, its API and its clients.
func daemonKeys() []key {
	const api = "It was about Docker's API, which is gone. Whoever called it has to be found: rehearse scan does."
	const swarm = "It was for Swarm, which goes with Docker."
	const engine = "It was about dockerd itself. Nothing on the node reads it any more."
	const supervised = "It said how dockerd and containerd share the work. kubelet speaks to containerd at /run/containerd/containerd.sock, in the namespace k8s.io."
	const extension = "It was for extensions of dockerd, which go with it."
	return []key{
		{"authorization-plugins", list, "authorization-plugin", lost("They were asked before every call of Docker's API. Nobody is asked before a call of the CRI; rules about pods belong into admission control.")},
		{"builder", objects, "-", lost("It was for `docker build` on the node. Images have to be built elsewhere.")},
		{"containerd", text, "", unneeded(supervised)},
		{"containerd-namespace", text, "", unneeded(supervised)},
		{"containerd-plugin-namespace", text, "-", unneeded(supervised)},
		{"containerd-plugins-namespace", text, "", unneeded(supervised)},
		{"cri-containerd", truth, "", unneeded(supervised)},
		{"exec-root", text, "", unneeded(engine)},
		{"experimental", truth, "", unneeded(engine)},
		{"extension-config", objects, "-", lost(extension)},
		{"extension-dirs", list, "extension-dir", lost(extension)},
		{"features", objects, "feature", unneeded("Features of dockerd: containerd-snapshotter made Docker store images as containerd does anyway, buildkit and cdi are about its own commands.")},
		{"group", text, "group,G", lost("Members of this group were root on the node through docker.sock. containerd's socket is root's alone, and crictl needs sudo.")},
		{"hosts", list, "host,H", lost(api)},
		{"labels", list, "label", lost("Labels of the engine, as `docker info` shows them. Kubernetes has labels of nodes.")},
		{"live-restore", truth, "", unneeded("Containers outlive a restart of containerd, always. Where this was false, restarting Docker stopped every pod: procedures that do so to reset a node have to drain it instead.")},
		{"max-concurrent-uploads", number, "", lost("It was for `docker push` from the node.")},
		{"max-download-attempts", number, "", lost("containerd has no such number. When a pull fails, kubelet tries it again, ever more slowly.")},
		{"min-api-version", text, "-", lost(api)},
		{"node-generic-resources", list, "node-generic-resource", lost(swarm)},
		{"pidfile", text, "pidfile,p", unneeded(engine)},
		{"raw-logs", truth, "", unneeded(engine)},
		{"rootless", truth, "", lost("A rootless engine cannot have run a kubelet's pods without help; for kubelet in a user namespace containerd has instructions of its own.")},
		{"shutdown-timeout", number, "", lost("dockerd gave containers this long when the node went down. That is kubelet's shutdownGracePeriod, which is off unless it is set.")},
		{"swarm-default-advertise-addr", text, "", lost(swarm)},
		{"swarm-raft-election-tick", number, "-", lost(swarm)},
		{"swarm-raft-heartbeat-tick", number, "-", lost(swarm)},
		{"tls", truth, "", lost(api)},
		{"tlscacert", text, "", lost(api)},
		{"tlscert", text, "", lost(api)},
		{"tlskey", text, "", lost(api)},
		{"tlsverify", truth, "", lost(api)},
	}
}

// formerKeys are those that today's dockerd refuses or ignores.
func formerKeys() []key {
	const ignored = "dockerd takes note of it and does nothing: only a proxy below \"proxies\" counts, or a flag."
	const former = "Docker Engine has not had this option for years."
	return []key{
		{"allow-nondistributable-artifacts", list, "", unneeded("It was for `docker push` from the node.")},
		{"api-cors-header", text, "", unneeded("It let web pages call Docker's API, which is gone.")},
		{"cluster-advertise", text, "", unneeded(former)},
		{"cluster-store", text, "", unneeded(former)},
		{"cluster-store-opts", objects, "cluster-store-opt", unneeded(former)},
		{"deprecated-key-path", text, "", unneeded(former)},
		{"disable-legacy-registry", truth, "", unneeded("Registries of version 1 are spoken to by neither.")},
		{"http-proxy", text, "-", unneeded(ignored)},
		{"https-proxy", text, "-", unneeded(ignored)},
		{"no-proxy", text, "-", unneeded(ignored)},
	}
}
