package collect_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"

	"github.com/rehearse-dev/rehearse/clusters"
	"github.com/rehearse-dev/rehearse/harness/collect"
	"github.com/rehearse-dev/rehearse/harness/record"
)

const plainText = "text/plain; version=0.0.4"

// apiServer answers the given paths and refuses all others, as a proxy does that
// cannot reach what it is for.
func apiServer(t *testing.T, answers map[string]string) collect.Source {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, in *http.Request) {
		text, known := answers[in.URL.Path]
		switch {
		case !known:
			http.Error(out, "connection refused", http.StatusServiceUnavailable)
			return
		case strings.HasPrefix(text, "{"):
			out.Header().Set("Content-Type", "application/json")
		case in.Header.Get("Accept") != "text/plain;version=0.0.4":
			http.Error(out, "unexpected format "+in.Header.Get("Accept"), http.StatusNotAcceptable)
			return
		default:
			out.Header().Set("Content-Type", plainText)
		}
		_, _ = fmt.Fprint(out, text) // a client that went away is the client's business
	}))
	t.Cleanup(server.Close)
	client, err := kubernetes.NewForConfig(&rest.Config{Host: server.URL})
	if err != nil {
		t.Fatal(err)
	}
	return collect.Source{Cluster: &clusters.Cluster{Nodes: []string{"n1"}}, Client: client}
}

const pods = `{"kind":"PodList","apiVersion":"v1","items":[
 {"metadata":{"namespace":"shop","name":"web-5d4f-abcde","annotations":{"prometheus.io/scrape":"true","prometheus.io/port":"8080"},
   "ownerReferences":[{"kind":"ReplicaSet","name":"web-5d4f","uid":"rs1","controller":true}]},
  "spec":{"nodeName":"n1"},"status":{"phase":"Running","conditions":[{"type":"Ready","status":"True"}]}},
 {"metadata":{"namespace":"shop","name":"store-0","annotations":{"prometheus.io/scrape":"true","prometheus.io/path":"stats","prometheus.io/scheme":"https"}},
  "spec":{"nodeName":"n1","containers":[{"name":"s","ports":[{"containerPort":9000}]}]},
  "status":{"phase":"Running","conditions":[{"type":"Ready","status":"True"}]}},
 {"metadata":{"namespace":"shop","name":"unready","annotations":{"prometheus.io/scrape":"true","prometheus.io/port":"1"}},"status":{"phase":"Running"}},
 {"metadata":{"namespace":"shop","name":"done","annotations":{"prometheus.io/scrape":"true","prometheus.io/port":"1"}},"status":{"phase":"Succeeded"}},
 {"metadata":{"namespace":"shop","name":"silent"},"status":{"phase":"Running"}},
 {"metadata":{"namespace":"kube-system","name":"coredns-x","labels":{"k8s-app":"kube-dns"}},"spec":{"nodeName":"n1"},
  "status":{"phase":"Running","conditions":[{"type":"Ready","status":"True"}]}},
 {"metadata":{"namespace":"kube-system","name":"kube-proxy-x","labels":{"k8s-app":"kube-proxy"}},"spec":{"nodeName":"n1"},
  "status":{"phase":"Running","conditions":[{"type":"Ready","status":"True"}]}}]}`

func lists() map[string]string {
	return map[string]string{
		"/api/v1/pods":              pods,
		"/api/v1/namespaces":        `{"kind":"NamespaceList","apiVersion":"v1","items":[{"metadata":{"name":"shop"}}]}`,
		"/apis/apps/v1/replicasets": `{"kind":"ReplicaSetList","apiVersion":"apps/v1","items":[{"metadata":{"namespace":"shop","name":"web-5d4f","uid":"rs1","ownerReferences":[{"kind":"Deployment","name":"web","uid":"d1","controller":true}]}}]}`,
		"/apis/batch/v1/jobs":       `{"kind":"JobList","apiVersion":"batch/v1","items":[]}`,
	}
}

func TestMetrics(t *testing.T) {
	t.Parallel()
	answers := lists()
	for _, path := range []string{
		"/metrics",
		"/api/v1/nodes/n1/proxy/metrics", "/api/v1/nodes/n1/proxy/metrics/cadvisor",
		"/api/v1/nodes/n1/proxy/metrics/resource", "/api/v1/nodes/n1/proxy/metrics/probes",
		"/api/v1/namespaces/shop/pods/web-5d4f-abcde:8080/proxy/metrics",
		"/api/v1/namespaces/shop/pods/https:store-0:9000/proxy/stats",
		"/api/v1/namespaces/kube-system/pods/coredns-x:9153/proxy/metrics",
	} {
		answers[path] = "up 1\n"
	}
	r, dir := collected(t, apiServer(t, answers), record.Metrics)
	of := func(target, node, pod, file string) record.Exposition {
		return record.Exposition{Target: target, Node: node, Pod: pod, File: "metrics/" + file + ".prom", ContentType: plainText}
	}
	want := []record.Exposition{
		of("apiserver", "", "", "apiserver"),
		of("coredns", "n1", "coredns-x", "coredns--coredns-x"),
		of("kubelet", "n1", "", "kubelet--n1"),
		of("kubelet/cadvisor", "n1", "", "kubelet-cadvisor--n1"),
		of("kubelet/probes", "n1", "", "kubelet-probes--n1"),
		of("kubelet/resource", "n1", "", "kubelet-resource--n1"),
		of("pod/shop/store-0", "n1", "store-0", "pod-shop-store-0--store-0"),
		of("pod/shop/web", "n1", "web-5d4f-abcde", "pod-shop-web--web-5d4f-abcde"),
	}
	got := lines[record.Exposition](t, r, record.MetricsIndex)
	if d := cmp.Diff(want, got, cmpopts.IgnoreFields(record.Exposition{}, "Time")); d != "" {
		t.Errorf("index: -want +got\n%s", d)
	}
	diff(t, "text", "up 1\n", content(t, dir, got[0].File))
	diff(t, "gaps", []string(nil), subjects(r.Gap(record.Metrics)))
}

func TestMetricsThatShouldBeThere(t *testing.T) {
	t.Parallel()
	r, _ := collected(t, apiServer(t, lists()), record.Metrics)
	diff(t, "gaps", []string{
		"apiserver", "coredns of coredns-x", "kubelet of n1", "kubelet/cadvisor of n1", "kubelet/probes of n1", "kubelet/resource of n1",
		"pod/shop/store-0 of store-0", "pod/shop/web of web-5d4f-abcde",
	}, subjects(r.Gap(record.Metrics)))
	if got := lines[record.Exposition](t, r, record.MetricsIndex); len(got) > 0 {
		t.Errorf("index holds %v, want nothing", got)
	}
}

func TestMetricsWithoutPods(t *testing.T) {
	t.Parallel()
	r, _ := collected(t, apiServer(t, map[string]string{"/metrics": "up 1\n"}), record.Metrics)
	if got := lines[record.Exposition](t, r, record.MetricsIndex); len(got) != 1 || got[0].Target != "apiserver" {
		t.Errorf("index holds %v, want what does answer", got)
	}
	if got := subjects(r.Gap(record.Metrics)); len(got) != 6 || got[4] != "pods" {
		t.Errorf("gaps %q, want four of kubelet, the pods and the namespaces", got)
	}
}
