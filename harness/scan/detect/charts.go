package detect

import "github.com/rehearse-dev/rehearse/harness/compare"

// chartDefaults are what well-known charts do where the values say nothing, as
// their templates and values files had it when they were read.
var chartDefaults = []chartDefault{
	{
		charts: []string{"datadog"}, unless: []string{"datadog.criSocketPath"}, severity: compare.Changes, cause: "AGT-001",
		does:   "mounts the folder of /var/run/docker.sock and asks Docker, unless datadog.criSocketPath says otherwise",
		remedy: "Set datadog.criSocketPath to /run/containerd/containerd.sock; docker.* metrics become containerd.* ones, so look the monitors up.",
	},
	{
		charts: []string{"filebeat", "metricbeat", "auditbeat"}, severity: compare.Changes, cause: "AGT-020",
		does:   "mounts /var/run/docker.sock and /var/lib/docker/containers of the node",
		remedy: "Read /var/log/containers with the input container, and take the module and the provider docker out.",
	},
	{
		charts: []string{"chaos-mesh"}, unless: []string{"chaosDaemon.runtime"}, severity: compare.Breaks, cause: "AGT-018",
		does:   "takes the runtime to be Docker unless chaosDaemon.runtime says otherwise",
		remedy: "Set chaosDaemon.runtime to containerd and chaosDaemon.socketPath to /run/containerd/containerd.sock.",
	},
	{
		charts: []string{"splunk-connect-for-kubernetes", "splunk-kubernetes-logging"}, severity: compare.Breaks, cause: "LOG-016",
		unless: []string{"containers.logFormatType", "splunk-kubernetes-logging.containers.logFormatType"},
		does:   "reads container logs as Docker's JSON unless containers.logFormatType says otherwise",
		remedy: "Set containers.logFormatType to cri.",
	},
	{
		charts: []string{"node-problem-detector"}, unless: []string{"settings.log_monitors"}, severity: compare.Changes, cause: "AGT-015",
		does:   "loads docker-monitor.json unless settings.log_monitors says otherwise",
		remedy: "Set settings.log_monitors without it, and settings.custom_plugin_monitors with the health checker of containerd.",
	},
	{
		charts: []string{"netdata"}, severity: compare.Changes, cause: "AGT-014",
		does:   "mounts /var/run/docker.sock of the node",
		remedy: "Expect the collectors docker and docker_engine, and their alarms, to be silent.",
	},
	{
		charts: []string{"weave-scope"}, severity: compare.Changes, cause: "AGT-010",
		does:   "asks Docker on every node",
		remedy: "Replace it: the project has ended.",
	},
	{
		charts: []string{"fluent-bit", "fluentd", "promtail"}, severity: compare.Info, cause: "LOG-002",
		does:   "mounts /var/lib/docker/containers of the node, which does nothing any more",
		remedy: "See that its parsers know the CRI format, as those of later versions do.",
	},
	{
		charts: []string{"newrelic-infrastructure", "nri-bundle"}, unless: []string{"privileged", "global.privileged"}, severity: compare.Info, cause: "AGT-009",
		does:   "mounts /var/run/docker.sock and the root of the node besides containerd's socket",
		remedy: "Nothing has to change; the mount of docker.sock leaves an empty folder of that name behind.",
	},
	{
		charts: []string{"sysdig", "sysdig-deploy"}, severity: compare.Info, cause: "AGT-003",
		does:   "mounts /run and /var/run of the node, where it finds the socket of any runtime",
		remedy: "See that its version knows containerd.",
	},
	{
		charts: []string{"falco"}, unless: []string{"collectors.docker.enabled"}, severity: compare.Info, cause: "AGT-002",
		does:   "mounts /var/run/docker.sock besides containerd's socket",
		remedy: "Set collectors.docker.enabled to false.",
	},
}
