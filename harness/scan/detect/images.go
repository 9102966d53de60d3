package detect

import (
	"slices"
	"strings"

	"github.com/rehearse-dev/rehearse/harness/compare"
	"github.com/rehearse-dev/rehearse/harness/scan/finding"
)

// repository is an image's name without registry, tag and digest; the official
// images of Docker Hub lose their folder library as well.
func repository(image string) string {
	name, _, _ := strings.Cut(image, "@")
	if colon := strings.LastIndexByte(name, ':'); colon > strings.LastIndexByte(name, '/') {
		name = name[:colon]
	}
	if first, rest, ok := strings.Cut(name, "/"); ok && isRegistry(first) {
		name = rest
	}
	return strings.TrimPrefix(name, "library/")
}

func tagOf(image string) string {
	name, _, _ := strings.Cut(image, "@")
	if colon := strings.LastIndexByte(name, ':'); colon > strings.LastIndexByte(name, '/') {
		return name[colon+1:]
	}
	return ""
}

func isRegistry(host string) bool { return strings.ContainsAny(host, ".:") || host == "localhost" }

// isDind is true for an image that brings a Docker daemon of its own.
func isDind(image string) bool {
	repo := repository(image)
	switch {
	case repo == "docker" || strings.HasSuffix(repo, "/docker"):
		return strings.Contains(tagOf(image), "dind")
	}
	return strings.HasSuffix(repo, "/dind") || strings.HasSuffix(repo, "docker-dind") || strings.Contains(repo, "docker-in-docker")
}

// isDockerCLI is true for the image that holds the docker program.
func isDockerCLI(image string) bool {
	repo := repository(image)
	return slices.Contains([]string{
		"docker", "docker/compose", "docker/docker", "cimg/docker", "circleci/docker", "cloud-builders/docker", "cloud-builders/docker-compose",
	}, repo) && !isDind(image) || strings.HasSuffix(repo, "/library/docker") && !isDind(image)
}

// client is a program that is known by its image to live on Docker's API.
type client struct {
	// repos are ends of image names, whole parts of the path.
	repos  []string
	name   string
	remedy string
}

// clients know no other way than Docker's API.
var clients = []client{
	{[]string{"containrrr/watchtower", "v2tec/watchtower", "centurylinklabs/watchtower", "nickfedor/watchtower"}, "Watchtower", "Let a controller such as Keel or Flux update images."},
	{[]string{"pyouroboros/ouroboros"}, "Ouroboros", "Let a controller such as Keel or Flux update images."},
	{[]string{"gliderlabs/logspout", "bekt/logspout-logstash"}, "logspout", "Collect from /var/log/pods with an agent that knows the CRI format."},
	{[]string{"spotify/docker-gc", "meltwater/docker-cleanup", "clockworksoul/docker-gc-cron"}, "an image cleaner", "Leave image clean-up to kubelet and set its thresholds."},
	{[]string{"tecnativa/docker-socket-proxy", "wollomatic/socket-proxy", "lscr.io/linuxserver/socket-proxy", "linuxserver/socket-proxy"}, "a proxy of Docker's socket", "Take it out together with the clients behind it."},
	{[]string{"amir20/dozzle"}, "Dozzle", "Use a log viewer that asks the Kubernetes API; Dozzle has a mode for that."},
	{[]string{"gaiaadm/pumba"}, "Pumba", "Use a chaos tool that speaks the CRI."},
	{[]string{"docker/docker-bench-security", "docker-bench-security"}, "docker-bench-security", "Use kube-bench."},
	{[]string{"drone/drone-runner-docker"}, "Drone's Docker runner", "Use drone-runner-kube."},
	{[]string{"prom/docker-exporter", "prometheusnet/docker_exporter", "tianon/docker-exporter"}, "an exporter of Docker's metrics", "Use kubelet's and kube-state-metrics' series."},
	{[]string{"lachlanevenson/docker-exec", "docker-autoheal", "willfarrell/autoheal"}, "autoheal", "Use liveness probes."},
}

// knownAgents use Docker where they find it and need to be told about
// containerd, or do so by themselves in later versions. They decide how much a
// mounted folder weighs.
var knownAgents = []string{
	"datadog/agent", "datadog/docker-dd-agent", "dd-agent", "google/cadvisor", "cadvisor/cadvisor", "cadvisor",
	"falcosecurity/falco", "sysdig/agent", "sysdig/agent-slim", "dynatrace/oneagent", "newrelic/infrastructure", "newrelic/infrastructure-k8s",
	"newrelic/infrastructure-bundle", "weaveworks/scope", "telegraf", "netdata/netdata", "signalfx/agent", "signalfx-agent", "portainer/agent",
	"twistlock/defender", "aquasec/enforcer", "prometheus/docker-exporter", "appdynamics/machine-agent", "instana/agent", "wavefront/collector",
	"rancher/agent", "anchore/kai", "beats/filebeat", "beats/metricbeat", "beats/auditbeat", "beats/packetbeat", "docker",
}

// harmless mount the root of the node, or /run, for other ends than Docker.
var harmless = []string{
	"node-exporter", "csi", "provisioner", "kube-proxy", "calico", "cilium", "flannel", "multus", "istio", "linkerd", "weave-kube",
	"kured", "kube-bench", "longhorn", "rook", "openebs", "node-driver-registrar", "nfs", "ceph", "smartctl", "process-exporter",
	"ebs-plugin", "tuned", "udev", "nvidia/k8s-device-plugin", "k8s-device-plugin", "node-feature-discovery", "ovn", "antrea", "kube-router",
	"node-local-dns", "keepalived", "metallb", "secrets-store", "spire", "tetragon", "kubelet-csr", "etcd", "apiserver",
}

func isHarmless(image string) bool {
	repo := repository(image)
	return slices.ContainsFunc(harmless, func(part string) bool { return strings.Contains(repo, part) })
}

func isKnownAgent(image string) bool {
	repo := repository(image)
	return slices.ContainsFunc(knownAgents, func(known string) bool { return repo == known || strings.HasSuffix(repo, "/"+known) })
}

func clientOf(image string) (client, bool) {
	repo := repository(image)
	at := slices.IndexFunc(clients, func(c client) bool {
		return slices.ContainsFunc(c.repos, func(r string) bool { return repo == r || strings.HasSuffix(repo, "/"+r) })
	})
	if at < 0 {
		return client{}, false
	}
	return clients[at], true
}

// image looks at the image that a container, or a job, runs in.
func (d *detector) image(w word) {
	switch c, known := clientOf(w.value); {
	case known:
		d.report(hit{rule: finding.DockerImage, at: w.At(0), found: w.value, message: "runs " + c.name + ", which lives on Docker's API", remedy: c.remedy})
	case isDind(w.value):
		inner := *d
		inner.own = false // which says no more than this does
		inner.report(hit{
			rule: finding.DockerImage, at: w.At(0), found: w.value, severity: compare.Info, confidence: finding.Medium,
			message: "brings a Docker daemon of its own, which goes on working on containerd if it may run privileged",
			remedy:  "Nothing has to change; check its MTU, and think of a builder that needs no privileges.",
		})
	case isDockerCLI(w.value):
		d.report(hit{rule: finding.DockerImage, at: w.At(0), found: w.value, message: "runs in the image of the docker program"})
	}
}

// officialImages are some that Docker Hub serves under one word: with Never they
// were pulled by hand, which works with any runtime.
var officialImages = set("alpine busybox nginx httpd redis postgres mysql mariadb mongo memcached rabbitmq ubuntu debian centos fedora golang python node ruby openjdk eclipse-temurin amazoncorretto php perl bash registry traefik haproxy caddy consul vault influxdb telegraf grafana elasticsearch kibana logstash cassandra zookeeper nats hello-world amazonlinux rockylinux almalinux wordpress sonarqube nextcloud tomcat jenkins maven gradle")

// isUnserved is true for an image that most likely no registry has: its name
// says none, and it is none of Docker Hub's own.
func isUnserved(image string) bool {
	first, _, slashed := strings.Cut(image, "/")
	if slashed && isRegistry(first) {
		return first == "localhost"
	}
	return image != "" && !strings.Contains(image, "@") && !officialImages[repository(image)]
}
