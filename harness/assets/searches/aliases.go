package searches

import "maps"

// Aliases lists, by what they mean, the names under which the usual agents and stores
// have what a line's text itself does not say.
func Aliases() map[string][]string { return maps.Clone(aliases) }

var aliases = map[string][]string{
	"message":    {"message", "msg", "_msg", "log", "body", "MESSAGE"},
	"stream":     {"stream", "log.iostream"},
	"namespace":  {"namespace", "namespace_name", "kubernetes.namespace", "kubernetes.namespace_name", "kubernetes.pod_namespace", "k8s.namespace.name"},
	"workload":   {"workload"},
	"app":        {"app", "kubernetes.labels.app"},
	"pod":        {"pod", "pod_name", "kubernetes.pod_name", "kubernetes.pod.name", "k8s.pod.name"},
	"container":  {"container", "container_name", "kubernetes.container_name", "kubernetes.container.name", "k8s.container.name"},
	"node":       {"node", "node_name", "kubernetes.host", "kubernetes.node.name", "kubernetes.node_name", "k8s.node.name"},
	"unit":       {"unit", "_SYSTEMD_UNIT", "systemd.unit"},
	"identifier": {"identifier", "SYSLOG_IDENTIFIER", "syslog.identifier"},
}

// meanings are the aliases the other way round.
var meanings = func() map[string]string {
	of := map[string]string{}
	for meaning, names := range aliases {
		for _, name := range names {
			of[name] = meaning
		}
	}
	return of
}()
