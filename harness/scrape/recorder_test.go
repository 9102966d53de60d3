package scrape_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rehearse-dev/rehearse/harness/record"
	"github.com/rehearse-dev/rehearse/harness/scrape"
)

const kubelet = "/api/v1/nodes/https:n1:10250/proxy/metrics"

// watched is the label set of a series of the test cluster's kubelet.
func watched(own ...string) string {
	all := append([]string{
		`endpoint="https-metrics"`, `instance="10.0.0.1:10250"`, `job="kubelet"`, `metrics_path="/metrics"`,
		`namespace="kube-system"`, `node="n1"`, `service="kubelet"`,
	}, own...)
	slices.Sort(all)
	return "{" + strings.Join(all, ", ") + "}"
}

// distinct are values without repetitions that follow each other.
func distinct(values []string) []string { return slices.Compact(slices.Clone(values)) }

func TestWhatTargetsDo(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		target answer
		metric string
		want   []string // the first values of the only series, without repetitions
		up     []string
	}{
		"a counter goes up and is reset": {
			func(w http.ResponseWriter, _ *http.Request, nth int) {
				expose(w, fmt.Sprintf("# TYPE m counter\nm_total %d\n", []int{1, 5, 9, 2, 4}[min(nth, 5)-1]))
			}, "m_total", []string{"1", "5", "9", "2", "4"}, []string{"1"},
		},
		"a target answers every other time": {
			func(w http.ResponseWriter, _ *http.Request, nth int) {
				if nth%2 == 0 {
					fail(w, http.StatusServiceUnavailable, "ServiceUnavailable", "no route to host")
					return
				}
				expose(w, "m 1\n")
			}, "m", []string{"1", "stale", "1", "stale"}, []string{"1", "0", "1", "0"},
		},
		"not a number is a value": {
			says("m NaN\n"), "m", []string{"NaN"}, []string{"1"},
		},
		"a series goes away while its target answers": {
			func(w http.ResponseWriter, _ *http.Request, nth int) {
				if nth == 3 {
					expose(w, "other 1\n")
					return
				}
				expose(w, "m 1\n")
			}, "m", []string{"1", "stale", "1"}, []string{"1"},
		},
		"a series stands twice with two values": {
			says("m 1\nm 2\nlast 1\n"), "m", []string{"1"}, []string{"1"},
		},
		"what stands behind a duplicate is taken": {
			says("m 1\nm 2\nlast 1\n"), "last", []string{"1"}, []string{"1"},
		},
		"the target's own times go backwards": {
			func(w http.ResponseWriter, _ *http.Request, nth int) {
				expose(w, fmt.Sprintf("m %d %d\nlast 1\n", nth, []int64{5000, 4000, 6000}[min(nth, 3)-1]))
			}, "last", []string{"1"}, []string{"1"},
		},
		"half an answer is none": {
			func(w http.ResponseWriter, _ *http.Request, nth int) {
				if nth == 2 {
					w.Header().Set("Content-Length", "1000")
				}
				expose(w, "m 1\n")
			}, "m", []string{"1", "stale", "1"}, []string{"1", "0", "1"},
		},
		"an answer becomes garbage": {
			func(w http.ResponseWriter, _ *http.Request, nth int) {
				if nth > 2 {
					expose(w, "<html>not metrics</html>\n")
					return
				}
				expose(w, "m 1\n")
			}, "m", []string{"1", "stale"}, []string{"1", "0"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCluster(t)
			c.targets[kubelet] = row.target
			r := c.record(scrape.Recorder{}, func(*record.Writer) { c.wait(kubelet, 6) })
			for metric, want := range map[string][]string{row.metric: row.want, "up": row.up} {
				got := distinct(r.samples(metric)[watched()])
				if diff := cmp.Diff(want, got[:min(len(got), len(want))]); diff != "" {
					t.Errorf("%s (-want +got):\n%s", metric, diff)
				}
			}
		})
	}
}

const web = `{"metadata":{"namespace":"shop","name":"web-1","labels":{"app":"web"},"annotations":{"prometheus.io/scrape":"true","prometheus.io/port":"8080","prometheus.io/path":"stats"}},
 "spec":{"nodeName":"n1","containers":[{"name":"web","ports":[{"containerPort":8080},{"containerPort":9090}]}]},
 "status":{"phase":"Running","podIP":"10.1.0.7","hostIP":"10.0.0.1","conditions":[{"type":"Ready","status":"READY"}]}}`

const webStats = "/api/v1/namespaces/shop/pods/web-1:8080/proxy/stats"

// shop puts the pod web-1 on a cluster.
func (c *cluster) shop(ready string) {
	c.objects["/api/v1/pods"] = list("PodList", "v1", strings.Replace(web, "READY", ready, 1))
}

func TestAnnotatedPods(t *testing.T) {
	t.Parallel()
	c := newCluster(t)
	c.shop("True")
	c.targets[webStats] = says(`requests_total{pod="inner",code="200"} 3` + "\n")
	r := c.record(scrape.Recorder{}, func(*record.Writer) { c.wait(webStats, 2) })
	want := map[string][]string{
		`{app="web", code="200", exported_pod="inner", instance="10.1.0.7:8080", job="kubernetes-pods", namespace="shop", node="n1", pod="web-1"}`: {"3"},
	}
	got := r.samples("requests_total")
	for name := range got {
		got[name] = distinct(got[name])
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("series (-want +got):\n%s", diff)
	}
	target := r.targets()["kubernetes-pods"]
	if target.Namespace != "shop" || target.Pod != "web-1" || target.Path != "/stats" || target.Port != "8080" || target.Answered < 2 || target.Failed != 0 {
		t.Errorf("target = %+v", target)
	}
}

func TestGaps(t *testing.T) {
	t.Parallel()
	const why = "503 Service Unavailable: dial tcp: connection refused"
	for name, row := range map[string]struct {
		arrange func(*cluster)
		until   string // has been asked some times
		gap     string // that has to be there
		none    string // that must not
	}{
		"a target that never answers":         {func(*cluster) {}, kubelet + "/probes", "series: kubelet/probes of 10.0.0.1:10250: " + why, ""},
		"a target that answers garbage":       {func(c *cluster) { c.targets[kubelet+"/probes"] = says("<html>") }, kubelet + "/probes", `series: kubelet/probes of 10.0.0.1:10250: expected`, ""},
		"a pod that is ready and is silent":   {func(c *cluster) { c.shop("True") }, webStats, "series: kubernetes-pods of 10.1.0.7:8080: " + why, ""},
		"a pod that never becomes ready":      {func(c *cluster) { c.shop("False") }, webStats, "", "10.1.0.7"},
		"a target that once answered":         {func(c *cluster) { c.targets[kubelet+"/probes"] = once }, kubelet + "/probes", "", "kubelet/probes of"},
		"a runtime's endpoint that is off":    {func(*cluster) {}, kubelet, "", "docker"},
		"no node can be listed":               {func(c *cluster) { delete(c.objects, "/api/v1/nodes") }, "/metrics", "series: kubelet/cadvisor: no target was found", ""},
		"monitors cannot be listed":           {func(c *cluster) { delete(c.objects, "/apis/monitoring.coreos.com/v1/podmonitors") }, kubelet, "series: podmonitors: dial tcp: connection refused", ""},
		"the cluster does not know monitors":  {func(c *cluster) { c.objects["/apis/monitoring.coreos.com/v1/podmonitors"] = notFound }, kubelet, "", "podmonitors"},
		"a monitor that makes no sense":       {func(c *cluster) { c.monitor(`{"endpoints":[{"path":7}]}`) }, kubelet, "series: ServiceMonitor shop/web: ", ""},
		"a monitor with a broken relabelling": {func(c *cluster) { c.monitor(`{"endpoints":[{"relabelings":[{"regex":"("}]}]}`) }, kubelet, "series: ServiceMonitor shop/web: ", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCluster(t)
			c.targets[kubelet] = says("m 1\n")
			row.arrange(c)
			r := c.record(scrape.Recorder{}, func(*record.Writer) { c.wait(row.until, 4) })
			has := func(what string) bool {
				return slices.ContainsFunc(r.gaps(), func(g string) bool { return strings.Contains(g, what) })
			}
			if !has(row.gap) {
				t.Errorf("gaps = %q, want %q among them", r.gaps(), row.gap)
			}
			if row.none != "" && has(row.none) {
				t.Errorf("gaps = %q, want none of %q", r.gaps(), row.none)
			}
		})
	}
}

func once(w http.ResponseWriter, _ *http.Request, nth int) {
	if nth > 1 {
		fail(w, http.StatusServiceUnavailable, "ServiceUnavailable", "gone")
		return
	}
	expose(w, "m 1\n")
}
