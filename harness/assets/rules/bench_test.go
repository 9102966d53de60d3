package rules_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/tsdb"

	"github.com/rehearse-dev/rehearse/harness/assets/queries"
	"github.com/rehearse-dev/rehearse/harness/assets/rules"
)

// The size of a large cluster's recording.
const (
	benchMetrics = 400
	benchPods    = 500 // series of every metric
	benchRules   = 1000
	benchWindow  = 5 * time.Minute
	benchScrape  = 15 * time.Second
)

// BenchmarkJudge judges 1,000 rules over two recordings of 200,000 series each,
// of which every tenth metric has lost a label on the candidate, beside what
// `promtool test rules` runs on one of them: Prometheus' own rule manager,
// evaluation by evaluation, which judges nothing.
func BenchmarkJudge(b *testing.B) {
	if os.Getenv("REHEARSE_BENCH") == "" {
		b.Skip("needs a minute and gigabytes: set REHEARSE_BENCH=1, or use make bench")
	}
	baseline, candidate := recorded(b, "web"), recorded(b, "")
	series := [2]queries.Series{}
	for i, db := range [2]*tsdb.DB{baseline, candidate} {
		series[i] = queries.Series{Queryable: db, Start: time.Unix(0, 0), End: time.Unix(0, 0).Add(benchWindow)}
	}
	text := benchRuleFile()
	all, problems, err := rules.Load(fstest.MapFS{"a.yaml": {Data: []byte(text)}}, []string{"a.yaml"}, queries.Options{})
	if err != nil || len(problems) > 0 || len(all) != benchRules {
		b.Fatal(len(all), err, problems)
	}
	b.Run("ours, both sides", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			judgements, err := rules.Judge(b.Context(), all, series[0], series[1], queries.Options{})
			if err != nil {
				b.Fatal(err)
			}
			verdicts := map[queries.Verdict]int{}
			for _, j := range judgements {
				verdicts[j.Verdict]++
			}
			b.ReportMetric(float64(verdicts[queries.Dead]), "dead")
			b.ReportMetric(float64(verdicts[queries.Alive]), "alive")
			b.ReportMetric(peak(b), "peak-MB")
		}
	})
	b.Run("Prometheus' rule manager, one side", func(b *testing.B) {
		file := filepath.Join(b.TempDir(), "a.yaml")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			b.Fatal(err)
		}
		times := queries.NewPair(series[0], series[1], queries.Options{}).Baseline.Times()
		b.ReportAllocs()
		for b.Loop() {
			oracle(b, file, baseline, times, benchScrape)
		}
	})
}

// recorded is a TSDB in which every tenth metric has the label container with the
// given value, and all others always.
func recorded(b *testing.B, container string) *tsdb.DB {
	b.Helper()
	options := tsdb.DefaultOptions()
	options.WALSegmentSize = -1 // none
	db, err := tsdb.Open(b.TempDir(), nil, nil, options, nil)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := db.Close(); err != nil {
			b.Error(err)
		}
	})
	for step := range int(benchWindow/benchScrape) + 1 {
		appender := db.Appender(b.Context())
		for m := range benchMetrics {
			for pod := range benchPods {
				of := "web"
				if m%10 == 0 {
					of = container
				}
				l := labels.FromStrings(model.MetricNameLabel, fmt.Sprintf("metric_%d_total", m), "container", of, "pod", "pod-"+strconv.Itoa(pod), "namespace", "ns-"+strconv.Itoa(pod%20))
				if _, err := appender.Append(0, l, int64(step)*benchScrape.Milliseconds(), float64(step*(1+pod%7))); err != nil {
					b.Fatal(err)
				}
			}
		}
		if err := appender.Commit(); err != nil {
			b.Fatal(err)
		}
	}
	return db
}

// benchRuleFile has one recording rule per metric, and alerts over these and over
// the metrics.
func benchRuleFile() string {
	var out strings.Builder
	out.WriteString("groups:\n- name: g\n  rules:\n")
	for i := range benchMetrics {
		fmt.Fprintf(&out, "  - {record: 'ns:metric_%d:rate', expr: 'sum by (namespace) (rate(metric_%d_total{container!=\"\"}[1m]))'}\n", i, i)
	}
	for i := range benchRules - benchMetrics {
		m := i % benchMetrics
		if i < benchMetrics {
			fmt.Fprintf(&out, "  - {alert: Rate%d, expr: 'ns:metric_%d:rate > 10', for: 30s, labels: {severity: page}}\n", i, m)
		} else {
			fmt.Fprintf(&out, "  - {alert: High%d, expr: 'max by (pod) (increase(metric_%d_total{container!=\"\",container!=\"POD\"}[1m])) > 20', for: 30s}\n", i, m)
		}
	}
	return out.String()
}

// peak is the most memory that the process has had, in MB.
func peak(b *testing.B) float64 {
	b.Helper()
	raw, err := os.ReadFile("/proc/self/status")
	if err != nil {
		b.Skip("needs Linux: ", err)
	}
	for line := range strings.Lines(string(raw)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kb, err := strconv.Atoi(strings.TrimSuffix(strings.TrimSpace(rest), " kB"))
			if err != nil {
				b.Fatal(err)
			}
			return float64(kb) / 1000
		}
	}
	return 0
}
