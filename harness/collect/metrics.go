package collect

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/rehearse-dev/rehearse/harness/record"
)

// scrapeTimeout bounds one endpoint, as Prometheus does by default.
const scrapeTimeout = 10 * time.Second

// textFormat is the exposition format to ask for: what every endpoint speaks.
const textFormat = "text/plain;version=0.0.4"

// metrics records one exposition of every endpoint, through the API server.
type metrics struct{}

func (metrics) Kind() record.Kind { return record.Metrics }

func (metrics) Collect(ctx context.Context, src Source, w *record.Writer) error {
	endpoints := []endpoint{{target: "apiserver", path: "/metrics", expected: true}}
	endpoints = append(endpoints, nodeEndpoints(src.Cluster.Nodes)...)
	gone, err := readLeaving(ctx, src, w, record.Metrics)
	if err != nil {
		return err
	}
	ofPods, err := podEndpoints(ctx, src, gone)
	if err := gap(w, record.Metrics, "pods", err); err != nil {
		return err
	}
	endpoints = append(endpoints, ofPods...)
	answers := make([]*record.Exposition, len(endpoints))
	err = each(endpoints, func(i int, e endpoint) error {
		answer, err := e.scrape(ctx, src, w)
		if err != nil && !e.expected {
			return nil
		}
		answers[i] = answer
		return gap(w, record.Metrics, e.String(), err)
	})
	if err != nil {
		return err
	}
	return record.Lines(w, record.MetricsIndex, sortedExpositions(answers))
}

// endpoint is something that exposes metrics.
type endpoint struct {
	target, node, pod string
	path              string // on the API server
	// expected endpoints that do not answer are a gap. The others often listen on
	// the node's own address only, which the API server does not reach.
	expected bool
}

func (e endpoint) String() string {
	return strings.Join(slices.DeleteFunc([]string{e.target, cmp.Or(e.pod, e.node)}, func(s string) bool { return s == "" }), " of ")
}

func (e endpoint) scrape(ctx context.Context, src Source, w *record.Writer) (*record.Exposition, error) {
	ctx, cancel := context.WithTimeout(ctx, scrapeTimeout)
	defer cancel()
	answer := &record.Exposition{Target: e.target, Node: e.node, Pod: e.pod, Time: time.Now().UTC(), File: e.file()}
	text, err := src.Client.CoreV1().RESTClient().Get().AbsPath(e.path).
		SetHeader("Accept", textFormat).Do(ctx).ContentType(&answer.ContentType).Raw()
	if err != nil {
		return nil, err
	}
	f, err := w.File(answer.File)
	if err != nil {
		return nil, err
	}
	_, err = f.Write(text)
	return answer, errors.Join(err, f.Close())
}

// file names the exposition for people: by target, and by who answered.
func (e endpoint) file() string {
	name := strings.ReplaceAll(e.target, "/", "-")
	if of := cmp.Or(e.pod, e.node); of != "" {
		name += "--" + of
	}
	return record.MetricsDir + "/" + name + ".prom"
}

func nodeEndpoints(nodes []string) []endpoint {
	var list []endpoint
	for _, n := range nodes {
		for target, path := range map[string]string{
			"kubelet": "/metrics", "kubelet/cadvisor": "/metrics/cadvisor",
			"kubelet/resource": "/metrics/resource", "kubelet/probes": "/metrics/probes",
		} {
			list = append(list, endpoint{target: target, node: n, path: "/api/v1/nodes/" + n + "/proxy" + path, expected: true})
		}
	}
	return list
}

// systemPods are the parts of a cluster that expose metrics without saying so.
var systemPods = []struct {
	label, value string
	target       string
	scheme       string
	port         int
	expected     bool
}{
	{label: "k8s-app", value: "kube-dns", target: "coredns", port: 9153, expected: true},
	{label: "k8s-app", value: "kube-proxy", target: "kube-proxy", port: 10249},
	{label: "component", value: "etcd", target: "etcd", port: 2381},
	{label: "component", value: "kube-controller-manager", target: "kube-controller-manager", scheme: "https", port: 10257},
	{label: "component", value: "kube-scheduler", target: "kube-scheduler", scheme: "https", port: 10259},
}

// podEndpoints lists what running pods expose: those of the cluster itself, and
// those that are annotated as Prometheus' examples have it.
func podEndpoints(ctx context.Context, src Source, gone leaving) ([]endpoint, error) {
	roles, err := readRoles(ctx, src.Client)
	if err != nil {
		return nil, err
	}
	pods, err := src.Client.CoreV1().Pods(metav1.NamespaceAll).List(ctx, metav1.ListOptions{})
	if err != nil {
		return nil, fmt.Errorf("listing pods: %w", err)
	}
	var list []endpoint
	for _, p := range pods.Items {
		if p.Status.Phase != corev1.PodRunning || gone[p.Namespace] {
			continue
		}
		list = append(list, systemEndpoints(&p)...)
		if p.Annotations["prometheus.io/scrape"] == "true" {
			list = append(list, annotatedEndpoint(&p, roles.of(&p)))
		}
	}
	return list, nil
}

func systemEndpoints(p *corev1.Pod) []endpoint {
	var list []endpoint
	for _, s := range systemPods {
		if p.Namespace == metav1.NamespaceSystem && p.Labels[s.label] == s.value {
			e := podEndpoint(p, s.target, s.scheme, strconv.Itoa(s.port), "/metrics")
			e.expected = e.expected && s.expected
			list = append(list, e)
		}
	}
	return list
}

func annotatedEndpoint(p *corev1.Pod, role string) endpoint {
	const prefix = "prometheus.io/"
	port := p.Annotations[prefix+"port"]
	for _, c := range p.Spec.Containers {
		if port == "" && len(c.Ports) > 0 {
			port = strconv.Itoa(int(c.Ports[0].ContainerPort))
		}
	}
	path := "/" + strings.TrimPrefix(cmp.Or(p.Annotations[prefix+"path"], "/metrics"), "/")
	return podEndpoint(p, "pod/"+p.Namespace+"/"+role, p.Annotations[prefix+"scheme"], port, path)
}

// podEndpoint is expected to answer when the pod says that it is ready.
func podEndpoint(p *corev1.Pod, target, scheme, port, path string) endpoint {
	name := p.Name
	if scheme == "https" {
		name = "https:" + name
	}
	if port != "" {
		name += ":" + port
	}
	return endpoint{
		target: target, node: p.Spec.NodeName, pod: p.Name, expected: isReady(p),
		path: "/api/v1/namespaces/" + p.Namespace + "/pods/" + name + "/proxy" + path,
	}
}

func isReady(p *corev1.Pod) bool {
	return slices.ContainsFunc(p.Status.Conditions, func(c corev1.PodCondition) bool {
		return c.Type == corev1.PodReady && c.Status == corev1.ConditionTrue
	})
}

// sortedExpositions drops the endpoints that did not answer.
func sortedExpositions(answers []*record.Exposition) []record.Exposition {
	var list []record.Exposition
	for _, a := range answers {
		if a != nil {
			list = append(list, *a)
		}
	}
	slices.SortFunc(list, func(a, b record.Exposition) int {
		return cmp.Or(cmp.Compare(a.Target, b.Target), cmp.Compare(a.Node, b.Node), cmp.Compare(a.Pod, b.Pod))
	})
	return list
}
