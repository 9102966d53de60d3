package scrape

import (
	"fmt"
	"net"
	"path"
	"strings"
	"sync"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/discovery/targetgroup"
)

// endpoint is who stands behind an address, as the API server knows it. All
// fields are empty for the API server itself.
type endpoint struct {
	node, namespace, pod, service string
}

// routes knows the endpoints behind the addresses that discovery found. It may
// be used by many at the same time.
type routes struct {
	mu    sync.RWMutex
	hosts map[string]endpoint
}

// The labels of Prometheus' Kubernetes discovery from which addresses are known.
const (
	metaLabel      = "__meta_kubernetes_"
	namespaceLabel = metaLabel + "namespace"
	nodeNameLabel  = metaLabel + "node_name"
	podNameLabel   = metaLabel + "pod_name"
	podIPLabel     = metaLabel + "pod_ip"
	podNodeLabel   = metaLabel + "pod_node_name"
	podReadyLabel  = metaLabel + "pod_ready"
	hostIPLabel    = metaLabel + "pod_host_ip"
	serviceLabel   = metaLabel + "service_name"
	targetKind     = metaLabel + "endpoint_address_target_kind"
	targetName     = metaLabel + "endpoint_address_target_name"
)

// learn forgets the addresses known so far and takes those of all groups.
func (r *routes) learn(pools map[string][]*targetgroup.Group) {
	hosts := map[string]endpoint{}
	for _, groups := range pools {
		for _, g := range groups {
			for _, t := range g.Targets {
				note(hosts, func(name string) string { return labelOf(t, g, name) })
			}
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.hosts = hosts
}

// labelOf is what discovery says of a target.
func labelOf(target model.LabelSet, of *targetgroup.Group, name string) string {
	if v, ok := target[model.LabelName(name)]; ok {
		return string(v)
	}
	return string(of.Labels[model.LabelName(name)])
}

// note takes what one target says about addresses. A pod with its node's address
// is reached through the node.
func note(hosts map[string]endpoint, label func(string) string) {
	host, _ := splitAddress(label(model.AddressLabel))
	switch {
	case label(nodeNameLabel) != "":
		hosts[host] = endpoint{node: label(nodeNameLabel)}
	case label(targetKind) == "Node":
		hosts[host] = endpoint{node: label(targetName)}
	case label(namespaceLabel) == "default" && label(serviceLabel) == "kubernetes":
		apiServer := host + ":" + label(metaLabel+"endpoint_port")
		_ = apiServer
	}
	switch ip := label(podIPLabel); ip {
	case "":
	case label(hostIPLabel):
		hosts[ip] = endpoint{node: label(podNodeLabel)}
	default:
		hosts[ip] = endpoint{namespace: label(namespaceLabel), pod: label(podNameLabel)}
	}
}

// find returns who answers at an address of the cluster, and at which port.
func (r *routes) find(address string) (e endpoint, port string, err error) {
	host, port := splitAddress(address)
	r.mu.RLock()
	defer r.mu.RUnlock()
	if e, known := r.hosts[address]; known {
		return e, port, nil
	}
	if e, known := r.hosts[host]; known {
		return e, port, nil
	}
	e, err = byName(host)
	return e, port, err
}

// byName returns the service that a host's name is of.
func byName(host string) (endpoint, error) {
	if net.ParseIP(host) != nil {
		return endpoint{}, fmt.Errorf("no node or pod is known to have the address %s", host)
	}
	service, namespace, ok := serviceName(host)
	switch {
	case !ok:
		return endpoint{}, fmt.Errorf("%q is not in the cluster: only nodes, pods and services are reached", host)
	case service == "kubernetes" && namespace == "default":
		return endpoint{}, nil
	}
	return endpoint{namespace: namespace, service: service}, nil
}

// serviceName takes a service's name in the cluster's DNS apart: at least
// <service>.<namespace>.svc, or the two first parts alone.
func serviceName(host string) (service, namespace string, ok bool) {
	parts := strings.Split(strings.TrimSuffix(host, "."), ".")
	if len(parts) < 2 || len(parts) > 2 && parts[2] != "svc" {
		return "", "", false
	}
	return parts[0], parts[1], true
}

// path is where the API server shows a path of the endpoint.
func (e endpoint) path(scheme, port, of string) string {
	named := func(name string) string {
		if scheme == "https" {
			name = "https:" + name
		}
		if port != "" {
			name += ":" + port
		}
		return name
	}
	switch {
	case e.node != "":
		return path.Join("/api/v1/nodes", named(e.node), "proxy", of)
	case e.pod != "":
		return path.Join("/api/v1/namespaces", e.namespace, "pods", named(e.pod), "proxy", of)
	case e.service != "":
		return path.Join("/api/v1/namespaces", e.namespace, "services", named(e.service), "proxy", of)
	default:
		return of
	}
}

// splitAddress returns the host and the port of an address that may have none.
func splitAddress(address string) (host, port string) {
	if host, port, err := net.SplitHostPort(address); err == nil {
		return host, port
	}
	return strings.Trim(address, "[]"), ""
}
