package rules_test

import (
	"context"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql"
	promrules "github.com/prometheus/prometheus/rules"
	"github.com/prometheus/prometheus/storage"

	"github.com/rehearse-dev/rehearse/harness/assets/queries"
	"github.com/rehearse-dev/rehearse/harness/assets/queries/queriestest"
	"github.com/rehearse-dev/rehearse/harness/assets/rules"
)

// oracle evaluates a rule file as `promtool test rules` does, group by group and
// moment by moment, with Prometheus' own rule manager. It returns for each alert,
// by its labels, the evaluations in which it fired.
func oracle(tb testing.TB, file string, of storage.Storage, times []time.Time, interval time.Duration) map[string][]int {
	tb.Helper()
	engine := promql.NewEngine(promql.EngineOpts{
		MaxSamples: 50_000_000, Timeout: time.Hour, EnableAtModifier: true, EnableNegativeOffset: true, Parser: queries.Parser(),
		NoStepSubqueryIntervalFn: func(int64) int64 { return interval.Milliseconds() },
	})
	manager := promrules.NewManager(&promrules.ManagerOptions{
		QueryFunc: promrules.EngineQueryFunc(engine, of), Queryable: of, Appendable: of, Context: tb.Context(), Parser: queries.Parser(),
		NotifyFunc: func(context.Context, string, ...*promrules.Alert) {},
	})
	groups, errs := manager.LoadGroups(interval, labels.EmptyLabels(), "", nil, false, file)
	if len(errs) > 0 {
		tb.Fatal(errs)
	}
	firing := map[string][]int{}
	for i, t := range times {
		for _, name := range slices.Sorted(maps.Keys(groups)) {
			alerts := alertsOf(groups[name])
			for _, alert := range alerts {
				alert.SetRestored(true)
			}
			groups[name].Eval(tb.Context(), t)
			for _, alert := range alerts {
				for _, a := range alert.ActiveAlerts() {
					if a.State == promrules.StateFiring {
						firing[a.Labels.String()] = append(firing[a.Labels.String()], i)
					}
				}
			}
		}
	}
	return firing
}

func alertsOf(group *promrules.Group) []*promrules.AlertingRule {
	var all []*promrules.AlertingRule
	for _, r := range group.Rules() {
		if alert, ok := r.(*promrules.AlertingRule); ok {
			all = append(all, alert)
		}
	}
	return all
}

// TestAgreesWithPrometheus replays rules of every kind over series of every kind,
// and compares when each alert fired with what Prometheus' rule manager says.
func TestAgreesWithPrometheus(t *testing.T) {
	t.Parallel()
	const text = `groups:
- name: a
  rules:
  - {record: 'pod:cpu:rate', expr: 'sum by (pod) (rate(cpu[1m]))', labels: {kind: made}}
  - {alert: Cpu, expr: 'pod:cpu:rate > 0.5', for: 30s, labels: {severity: page}}
  - {alert: Gone, expr: 'absent(cpu{pod="b"})', for: 15s, keep_firing_for: 30s}
  - {alert: Down, expr: 'up == 0', labels: {value: '{{ $value }}'}}
  - {record: 'self', expr: '(self offset 15s or vector(0)) + 1'}
  - {alert: Self, expr: 'self > 8'}
  - {alert: Join, expr: 'up * on (job) group_left (team) owner == 0', for: 15s}
  - {alert: Many, expr: 'twice * on (job) twice > 0'}
  - {alert: Sub, expr: 'max_over_time(rate(cpu[30s])[1m:15s]) > 1'}
  - {alert: Topk, expr: 'topk(1, cpu) > 100'}
  - {alert: Histogram, expr: 'histogram_quantile(0.5, rate(h[1m])) > 1'}
  - {alert: Start, expr: 'cpu - cpu @ start() > 0 or cpu @ end() > 200'}
- name: b
  rules:
  - {alert: Alerts, expr: 'count by (alertname) (ALERTS{alertstate="firing"}) > 0'}
  - {alert: Since, expr: 'time() - ALERTS_FOR_STATE > 45'}
`
	const script = `
		cpu{pod="a"} 0+10x5 0+30x5 stale stale stale 7+10x3
		cpu{pod="b"} 0+10x4 stale stale stale stale 0+20x8
		up{job="x"} 1x3 0x4 1x2 0x6
		up{job="y"} NaN 1x15
		owner{job="x",team="t"} 1x16
		twice{job="x",n="1"} 1x8 stale
		twice{job="x",n="2"} 1x4 stale stale stale 1x9
		h {{schema:0 count:4 sum:4 buckets:[1 2 1]}}+{{schema:0 count:4 sum:4 buckets:[1 2 1]}}x16
	`
	file := filepath.Join(t.TempDir(), "a.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	all, problems, err := rules.Load(fstest.MapFS{"a.yaml": {Data: []byte(text)}}, []string{"a.yaml"}, queries.Options{})
	if err != nil || len(problems) > 0 {
		t.Fatal(err, problems)
	}
	series := queriestest.Load(t, script)
	judgements, err := rules.Judge(t.Context(), all, series, series, queries.Options{})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string][]int{}
	for _, j := range judgements {
		for _, a := range j.Baseline.Alerts {
			if len(a.Firing) > 0 {
				got[a.Labels.String()] = a.Firing
			}
		}
	}
	side := queries.NewPair(series, series, queries.Options{}).Baseline
	want := oracle(t, file, queriestest.Load(t, script).Queryable.(storage.Storage), side.Times(), side.Interval())
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("firing alerts (-Prometheus +ours):\n%s", diff)
	}
	if len(want) < 10 {
		t.Errorf("only %d alerts fired: %v", len(want), want)
	}
}
