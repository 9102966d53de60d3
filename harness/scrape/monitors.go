package scrape

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/prometheus/prometheus/config"
	"go.yaml.in/yaml/v2"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
)

// monitors turns the ServiceMonitors and PodMonitors of a cluster into jobs, as
// the Prometheus operator does. All of them count: which a Prometheus selects is
// its own matter.
type monitors struct {
	kubeconfig string
	every      time.Duration
	gap        func(subject string, err error)
}

// read returns the jobs of all monitors. One that makes no job is a gap; a
// cluster that does not know of monitors has none.
func (m monitors) read(ctx context.Context, client dynamic.Interface) []*config.ScrapeConfig {
	var jobs []*config.ScrapeConfig
	for _, kind := range []string{"servicemonitors", "podmonitors"} {
		resource := schema.GroupVersionResource{Group: "monitoring.coreos.com", Version: "v1", Resource: kind}
		list, err := client.Resource(resource).List(ctx, metav1.ListOptions{})
		if apierrors.IsNotFound(err) || meta.IsNoMatchError(err) {
			continue
		}
		if err != nil {
			m.gap(kind, err)
			continue
		}
		for _, object := range list.Items {
			of, err := m.jobs(object)
			if err != nil {
				m.gap(fmt.Sprintf("%s %s/%s", object.GetKind(), object.GetNamespace(), object.GetName()), err)
			}
			jobs = append(jobs, of...)
		}
	}
	return jobs
}

func (m monitors) jobs(object unstructured.Unstructured) ([]*config.ScrapeConfig, error) {
	var one monitor
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(object.Object, &one); err != nil {
		return nil, err
	}
	text, err := yaml.Marshal(map[string]any{"scrape_configs": one.jobs()})
	if err != nil {
		return nil, err
	}
	return parse(string(text), m.kubeconfig, m.every)
}

// monitor is what is read of a ServiceMonitor or PodMonitor.
type monitor struct {
	Kind     string            `json:"kind"`
	Metadata metav1.ObjectMeta `json:"metadata"`
	Spec     struct {
		JobLabel          string               `json:"jobLabel"`
		TargetLabels      []string             `json:"targetLabels"`
		PodTargetLabels   []string             `json:"podTargetLabels"`
		Selector          metav1.LabelSelector `json:"selector"`
		NamespaceSelector struct {
			Any        bool     `json:"any"`
			MatchNames []string `json:"matchNames"`
		} `json:"namespaceSelector"`
		Endpoints           []port `json:"endpoints"`           // of a ServiceMonitor
		PodMetricsEndpoints []port `json:"podMetricsEndpoints"` // of a PodMonitor
	} `json:"spec"`
}

// port is one endpoint of a monitor.
type port struct {
	Port                     string              `json:"port"`
	PortNumber               int                 `json:"portNumber"`
	TargetPort               any                 `json:"targetPort"`
	Path                     string              `json:"path"`
	Scheme                   string              `json:"scheme"`
	Params                   map[string][]string `json:"params"`
	HonorLabels              bool                `json:"honorLabels"`
	HonorTimestamps          *bool               `json:"honorTimestamps"`
	TrackTimestampsStaleness bool                `json:"trackTimestampsStaleness"`
	FilterRunning            *bool               `json:"filterRunning"`
	Relabelings              []step              `json:"relabelings"`
	MetricRelabelings        []step              `json:"metricRelabelings"`
}

// step is a relabelling step, under the names that a monitor has for its fields
// and those of Prometheus' configuration.
type step struct {
	SourceLabels []string `json:"sourceLabels" yaml:"source_labels,omitempty,flow"`
	Separator    *string  `json:"separator" yaml:"separator,omitempty"`
	TargetLabel  string   `json:"targetLabel" yaml:"target_label,omitempty"`
	Regex        string   `json:"regex" yaml:"regex,omitempty"`
	Modulus      uint64   `json:"modulus" yaml:"modulus,omitempty"`
	Replacement  *string  `json:"replacement" yaml:"replacement,omitempty"`
	Action       string   `json:"action" yaml:"action,omitempty"`
}

func (m *monitor) ofPods() bool { return m.Kind == "PodMonitor" }

// jobs is a scrape config per endpoint.
func (m *monitor) jobs() []map[string]any {
	var jobs []map[string]any
	kind, role, ports := "serviceMonitor", "endpoints", m.Spec.Endpoints
	if m.ofPods() {
		kind, role, ports = "podMonitor", "pod", m.Spec.PodMetricsEndpoints
	}
	for i, p := range ports {
		job := map[string]any{
			"job_name":                   fmt.Sprintf("%s/%s/%s/%d", kind, m.Metadata.Namespace, m.Metadata.Name, i),
			"kubernetes_sd_configs":      []any{m.discovery(role)},
			"honor_labels":               p.HonorLabels,
			"honor_timestamps":           p.HonorTimestamps == nil || *p.HonorTimestamps,
			"track_timestamps_staleness": p.TrackTimestampsStaleness,
			"relabel_configs":            append(m.steps(p), lower(p.Relabelings)...),
			"metric_relabel_configs":     lower(p.MetricRelabelings),
		}
		p.where(job)
		jobs = append(jobs, job)
	}
	return jobs
}

func (p port) where(job map[string]any) {
	if p.Path != "" {
		job["metrics_path"] = p.Path
	}
	if p.Scheme != "" {
		job["scheme"] = strings.ToLower(p.Scheme)
	}
	if len(p.Params) > 0 {
		job["params"] = p.Params
	}
}

func (m *monitor) discovery(role string) map[string]any {
	sd := map[string]any{"role": role}
	names := m.Spec.NamespaceSelector.MatchNames
	if len(names) == 0 {
		names = []string{m.Metadata.Namespace}
	}
	if !m.Spec.NamespaceSelector.Any {
		sd["namespaces"] = map[string]any{"names": names}
	}
	return sd
}
