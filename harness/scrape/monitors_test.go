package scrape_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rehearse-dev/rehearse/harness/record"
	"github.com/rehearse-dev/rehearse/harness/scrape"
)

// notFound is what an API server says of a kind that it does not know.
const notFound = `404`

// monitor puts a ServiceMonitor on the cluster.
func (c *cluster) monitor(spec string) {
	c.objects["/apis/monitoring.coreos.com/v1/servicemonitors"] = list("ServiceMonitorList", "monitoring.coreos.com/v1", fmt.Sprintf(
		`{"kind":"ServiceMonitor","apiVersion":"monitoring.coreos.com/v1","metadata":{"namespace":"shop","name":"web"},"spec":%s}`, spec))
}

// service puts the service web and its endpoint, the pod web-1, on the cluster.
func (c *cluster) service() {
	c.shop("True")
	for _, all := range []string{"/api/v1/", "/api/v1/namespaces/shop/"} {
		c.objects[all+"services"] = list("ServiceList", "v1", `{"metadata":{"namespace":"shop","name":"web","labels":{"app":"web","team":"a-team"}},"spec":{"ports":[{"name":"http","port":80}]}}`)
		c.objects[all+"pods"] = c.objects["/api/v1/pods"]
		c.objects[all+"endpoints"] = list("EndpointsList", "v1", `{"metadata":{"namespace":"shop","name":"web","labels":{"app":"web"}},"subsets":[
  {"addresses":[{"ip":"10.1.0.7","nodeName":"n1","targetRef":{"kind":"Pod","namespace":"shop","name":"web-1"}}],"ports":[{"name":"http","port":8080},{"name":"other","port":9090}]}]}`)
	}
}

func TestServiceMonitor(t *testing.T) {
	t.Parallel()
	c := newCluster(t)
	c.service()
	c.monitor(`{"jobLabel":"team","targetLabels":["team"],"selector":{"matchLabels":{"app":"web"},"matchExpressions":[{"key":"team","operator":"In","values":["a-team"]}]},
  "endpoints":[{"port":"http","path":"/stats","metricRelabelings":[{"action":"Drop","sourceLabels":["__name__"],"regex":"dropped_.*"}],
    "relabelings":[{"sourceLabels":["__meta_kubernetes_pod_node_name"],"targetLabel":"on","action":"Replace"}]}]}`)
	c.targets[webStats] = says("kept 1\ndropped_much 1\n")
	r := c.record(scrape.Recorder{}, func(*record.Writer) { c.wait(webStats, 3) })
	want := []string{`{container="web", endpoint="http", instance="10.1.0.7:8080", job="a-team", namespace="shop", on="n1", pod="web-1", service="web", team="a-team"}`}
	if diff := cmp.Diff(want, slices.Sorted(maps.Keys(r.samples("kept")))); diff != "" {
		t.Errorf("series: the built-in job for annotated pods has to leave this one alone (-want +got):\n%s", diff)
	}
	if got := r.samples("dropped_much"); len(got) != 0 {
		t.Errorf("dropped series are there: %v", got)
	}
	if r.targets()["serviceMonitor/shop/web/0"].Answered == 0 {
		t.Errorf("targets = %v", r.targets())
	}
}

func TestPodMonitor(t *testing.T) {
	t.Parallel()
	c := newCluster(t)
	c.shop("True")
	c.objects["/api/v1/pods"] = strings.Replace(c.objects["/api/v1/pods"], `{"containerPort":8080}`, `{"name":"http","containerPort":8080}`, 1)
	c.objects["/apis/monitoring.coreos.com/v1/podmonitors"] = list("PodMonitorList", "monitoring.coreos.com/v1",
		`{"kind":"PodMonitor","apiVersion":"monitoring.coreos.com/v1","metadata":{"namespace":"ops","name":"all"},"spec":{
  "namespaceSelector":{"any":true},"selector":{},"podMetricsEndpoints":[{"port":"http","path":"/stats","honorLabels":true}]}}`)
	c.targets[webStats] = says(`kept{pod="inner"} 1` + "\n")
	r := c.record(scrape.Recorder{}, func(*record.Writer) { c.wait(webStats, 3) })
	want := []string{`{container="web", endpoint="http", instance="10.1.0.7:8080", job="ops/all", namespace="shop", pod="inner"}`}
	if diff := cmp.Diff(want, slices.Sorted(maps.Keys(r.samples("kept")))); diff != "" {
		t.Errorf("series (-want +got):\n%s", diff)
	}
}

func jobsFile(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "prometheus.yml")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// TestOwnJobs scrapes with a configuration such as a Prometheus in the cluster
// has, with what only makes sense there.
func TestOwnJobs(t *testing.T) {
	t.Parallel()
	c := newCluster(t)
	c.service()
	jobs, err := scrape.ReadJobs(jobsFile(t, `
global: {scrape_interval: 1h}
rule_files: [/etc/prometheus/rules/*.yaml]
alerting: {alertmanagers: [{static_configs: [{targets: ["alertmanager:9093"]}]}]}
scrape_configs:
- job_name: nodes
  scheme: https
  authorization: {credentials_file: /var/run/secrets/kubernetes.io/serviceaccount/token}
  tls_config: {ca_file: /var/run/secrets/kubernetes.io/serviceaccount/ca.crt}
  kubernetes_sd_configs: [{role: node}]
- job_name: shop
  metrics_path: /stats
  kubernetes_sd_configs: [{role: pod}]
  relabel_configs:
  - {source_labels: [__address__], regex: '.*:8080', action: keep}
- job_name: state
  static_configs: [{targets: ["web.shop.svc.cluster.local:80"]}]
- job_name: elsewhere
  static_configs: [{targets: ["localhost:9090"]}]
`))
	if err != nil {
		t.Fatal(err)
	}
	const service = "/api/v1/namespaces/shop/services/web:80/proxy/metrics"
	c.targets[kubelet], c.targets[webStats], c.targets[service] = says("a 1\n"), says("b 1\n"), says("c 1\n")
	r := c.record(scrape.Recorder{Jobs: jobs}, func(*record.Writer) {
		for _, path := range []string{kubelet, webStats, service} {
			c.wait(path, 3)
		}
	})
	want := []string{
		`{instance="10.1.0.7:8080", job="shop"}`, `{instance="localhost:9090", job="elsewhere"}`,
		`{instance="n1", job="nodes"}`, `{instance="web.shop.svc.cluster.local:80", job="state"}`,
	}
	if diff := cmp.Diff(want, slices.Sorted(maps.Keys(r.samples("up")))); diff != "" {
		t.Errorf("targets (-want +got):\n%s", diff)
	}
	const gap = `series: elsewhere of localhost:9090: "localhost" is not in the cluster: only nodes, pods and services are reached`
	if diff := cmp.Diff([]string{gap}, r.gaps()); diff != "" {
		t.Errorf("gaps (-want +got):\n%s", diff)
	}
}

func TestReadJobsRefuses(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct{ text, want string }{
		"no jobs":                     {"global: {}", `"prometheus.yml": no scrape_configs`},
		"what is no configuration":    {"scrape_configs: 7", "line 1: cannot unmarshal"},
		"an unknown field":            {"scrape_configs:\n- job_name: a\n  scrape_intervall: 5s\n", "line 3: field scrape_intervall not found"},
		"discovery of something else": {"scrape_configs:\n- job_name: a\n  consul_sd_configs: [{server: x}]\n", "consul_sd_configs"},
		"another cluster":             {"scrape_configs:\n- job_name: a\n  kubernetes_sd_configs: [{role: pod, api_server: 'https://x'}]\n", `job "a": kubernetes_sd_configs: expected neither api_server`},
		"its own namespace":           {"scrape_configs:\n- job_name: a\n  kubernetes_sd_configs: [{role: pod, namespaces: {own_namespace: true}}]\n", `job "a": kubernetes_sd_configs: expected no own_namespace`},
		"jobs in other files":         {"scrape_config_files: [a.yml]", "scrape_config_files: expected all jobs in one file"},
		"two jobs of one name":        {"scrape_configs:\n- job_name: a\n- job_name: a\n", `job name "a"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := scrape.ReadJobs(jobsFile(t, row.text)); err == nil || !strings.Contains(err.Error(), row.want) {
				t.Errorf("ReadJobs() = %v, want %q in it", err, row.want)
			}
		})
	}
}
