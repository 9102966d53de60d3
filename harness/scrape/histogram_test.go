package scrape_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"

	"github.com/rehearse-dev/rehearse/harness/record"
	"github.com/rehearse-dev/rehearse/harness/scrape"
)

const latency = `# TYPE latency_seconds histogram
latency_seconds_bucket{le="0.5"} 2
latency_seconds_bucket{le="+Inf"} 3
latency_seconds_sum 1.25
latency_seconds_count 3
`

func TestClassicHistogram(t *testing.T) {
	t.Parallel()
	c := newCluster(t)
	c.targets[kubelet] = says(latency)
	r := c.record(scrape.Recorder{}, func(*record.Writer) { c.wait(kubelet, 2) })
	for metric, want := range map[string]map[string]string{
		"latency_seconds_bucket": {watched(`le="0.5"`): "2", watched(`le="+Inf"`): "3"},
		"latency_seconds_count":  {watched(): "3"},
		"latency_seconds":        {},
	} {
		got := map[string]string{}
		for name, values := range r.samples(metric) {
			got[name] = values[0]
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", metric, diff)
		}
	}
	wanted := record.Family{Job: "kubelet", Name: "latency_seconds", Type: "histogram"}
	if all := entries[record.Family](r, record.FamiliesFile); !slices.Contains(all, wanted) {
		t.Errorf("families = %v, want %v among them", all, wanted)
	}
}

// TestNativeHistogram asks for native histograms as a user's configuration may.
func TestNativeHistogram(t *testing.T) {
	t.Parallel()
	c := newCluster(t)
	c.targets[kubelet] = func(w http.ResponseWriter, in *http.Request, _ int) {
		if !strings.HasPrefix(in.Header.Get("Accept"), "application/vnd.google.protobuf") {
			t.Errorf("Accept = %q, want protobuf first", in.Header.Get("Accept"))
		}
		format := expfmt.NewFormat(expfmt.TypeProtoDelim)
		w.Header().Set("Content-Type", string(format))
		_ = expfmt.NewEncoder(w, format).Encode(native)
	}
	jobs, err := scrape.ReadJobs(jobsFile(t, `
scrape_configs:
- {job_name: kubelet, scheme: https, kubernetes_sd_configs: [{role: node}], scrape_native_histograms: true}
`))
	if err != nil {
		t.Fatal(err)
	}
	r := c.record(scrape.Recorder{Jobs: jobs}, func(*record.Writer) { c.wait(kubelet, 2) })
	got := r.samples("latency_seconds")[`{instance="n1", job="kubelet"}`]
	if want := "count 3, sum 1.25, buckets [2 1]"; len(got) == 0 || got[0] != want {
		t.Errorf("samples = %v, want %s", got, want)
	}
}

var native = &dto.MetricFamily{
	Name: new("latency_seconds"), Type: dto.MetricType_HISTOGRAM.Enum(),
	Metric: []*dto.Metric{{Histogram: &dto.Histogram{
		SampleCount: new(uint64(3)), SampleSum: new(1.25), Schema: new(int32(0)), ZeroThreshold: new(1e-9), ZeroCount: new(uint64(0)),
		PositiveSpan: []*dto.BucketSpan{{Offset: new(int32(0)), Length: new(uint32(2))}}, PositiveDelta: []int64{2, -1},
	}}},
}
