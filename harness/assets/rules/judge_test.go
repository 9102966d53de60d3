package rules_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/rehearse-dev/rehearse/harness/assets/queries"
	"github.com/rehearse-dev/rehearse/harness/assets/queries/queriestest"
	"github.com/rehearse-dev/rehearse/harness/assets/rules"
)

// judged are the judgements of the rules of one group.
func judged(tb testing.TB, group, baseline, candidate string) map[string]rules.Judgement {
	tb.Helper()
	text := "groups:\n- name: g\n  rules:\n" + group
	all, problems, err := rules.Load(fstest.MapFS{"a.yaml": {Data: []byte(text)}}, []string{"a.yaml"}, queries.Options{})
	if err != nil || len(problems) > 0 {
		tb.Fatal(err, problems)
	}
	judgements, err := rules.Judge(tb.Context(), all, queriestest.Load(tb, baseline), queriestest.Load(tb, candidate), queries.Options{})
	if err != nil {
		tb.Fatal(err)
	}
	named := map[string]rules.Judgement{}
	for _, j := range judgements {
		named[j.Rule.Name] = j
	}
	return named
}

func TestJudge(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		group               string
		baseline, candidate string
		want                map[string]string // by rule: verdict, level of both sides
	}{
		"a rule on a metric that no target has": {
			`  - {alert: A, expr: 'nothing > 0'}`, `up 1x16`, `up 1x16`, map[string]string{"A": "unproven no series/no series"},
		},
		"an alert that fires on both sides": {
			`  - {alert: A, expr: 'up == 0', for: 15m}`, `up 0x16`, `up 0x16`, map[string]string{"A": "alive firing/firing"},
		},
		"an alert that is pending on one side": {
			`  - {alert: A, expr: 'up == 0', for: 30s}`, `up 0x16`, `up 1x14 0x1`, map[string]string{"A": "alive firing/pending"},
		},
		"an alert that has just begun to be pending": {
			`  - {alert: A, expr: 'up == 0', for: 30s}`, `up 0x16`, `up 1x8 0 1x6`, map[string]string{"A": "dead firing/pending"},
		},
		"true once, on one side": {
			`  - {alert: A, expr: 'up == 0'}`, `up 1x8 0 1x7`, `up 1x16`, map[string]string{"A": "unproven firing/series"},
		},
		"a dead recording rule upstream": {
			"  - {record: 'a:b', expr: 'sum(old)'}\n  - {record: 'b:c', expr: 'a:b * 2'}\n  - {alert: A, expr: 'b:c > 5'}", `old 9x16`, `new 9x16`,
			map[string]string{"A": "dead firing/no series", "a:b": "dead results/no series", "b:c": "dead results/no series"},
		},
		"a recording rule in a later group's place": {
			"  - {alert: A, expr: 'a:b > 5'}\n  - {record: 'a:b', expr: 'sum(x)'}", `x 9x16`, `x 9x16`,
			map[string]string{"A": "alive firing/firing", "a:b": "alive results/results"},
		},
		"a rule that reads itself": {
			`  - {record: 'a:b', expr: '(a:b offset 15s or vector(0)) + max(x)'}`, `x 1x16`, `x 1x16`, map[string]string{"a:b": "alive results/results"},
		},
		"alerts of alerts": {
			"  - {alert: A, expr: 'x > 0'}\n  - {alert: B, expr: 'ALERTS{alertname=\"A\",alertstate=\"firing\"} == 1'}", `x 1x16`, `x 0x16`,
			map[string]string{"A": "dead firing/series", "B": "dead firing/no series"},
		},
		"a target that is down half of the time": {
			"  - {alert: Down, expr: 'up == 0', for: 1m}\n  - {alert: Gone, expr: 'absent(x)'}",
			`up 1x3 0x3 1x3 0x3` + "\n" + `x 1x3 stale stale stale 1x3 stale stale stale stale`,
			`up 1x3 0x3 1x3 0x3` + "\n" + `x 1x3 stale stale stale 1x3 stale stale stale stale`,
			map[string]string{"Down": "alive firing/firing", "Gone": "alive firing/firing"},
		},
		"a counter that starts again": {
			`  - {alert: A, expr: 'increase(x[1m]) > 100'}`, `x 0+10x8 0+10x8`, `x 0+10x16`, map[string]string{"A": "unproven series/series"},
		},
		"NaN": {
			"  - {alert: Above, expr: 'x > 1'}\n  - {alert: Any, expr: 'x'}\n  - {record: 'x:sum', expr: 'sum(x)'}", "x" + strings.Repeat(" NaN", 17), "x" + strings.Repeat(" NaN", 17),
			map[string]string{"Above": "unproven series/series", "Any": "alive firing/firing", "x:sum": "alive results/results"},
		},
		"a classic histogram": {
			`  - {alert: A, expr: 'histogram_quantile(0.9, sum by (le) (rate(h_bucket[5m]))) > 1'}`,
			"h_bucket{le=\"1\"} 0+1x16\nh_bucket{le=\"2\"} 0+9x16\nh_bucket{le=\"+Inf\"} 0+9x16", "h_bucket{le=\"1\"} 0+8x16\nh_bucket{le=\"2\"} 0+9x16\nh_bucket{le=\"+Inf\"} 0+9x16",
			map[string]string{"A": "alive firing/firing"},
		},
		"a native histogram, and one that became classic": {
			"  - {alert: A, expr: 'histogram_count(rate(h[5m])) > 0'}\n  - {record: 'h:rate', expr: 'rate(h[5m])'}",
			`h {{schema:0 count:4 sum:4 buckets:[1 2 1]}}+{{schema:0 count:4 sum:4 buckets:[1 2 1]}}x16`, `h_count 0+4x16`,
			map[string]string{"A": "dead firing/no series", "h:rate": "dead results/no series"},
		},
		"series that are there twice once their label is gone": {
			`  - {alert: A, expr: 'x * on (pod) group_left (team) owner > 0'}`,
			"x{pod=\"a\"} 1x16\nowner{pod=\"a\",team=\"t\"} 1x16", "x{pod=\"a\"} 1x16\nowner{pod=\"a\",team=\"t\"} 1x16\nowner{pod=\"a\",team=\"u\"} 1x16",
			map[string]string{"A": "dead firing/series"},
		},
		"labels that make two alerts one": {
			`  - {alert: A, expr: 'x > 0', labels: {pod: all}}`, `x{pod="a"} 1x16`, "x{pod=\"a\"} 1x16\nx{pod=\"b\"} 1x16",
			map[string]string{"A": "dead firing/results"},
		},
		"more alerts": {
			`  - {alert: A, expr: 'x > 0'}`, `x{pod="a"} 1x16`, "x{pod=\"a\"} 1x16\nx{pod=\"b\"} 1x16\nx{pod=\"c\"} 1x16\nx{pod=\"d\"} 1x16",
			map[string]string{"A": "changed firing/firing"},
		},
		"by chance beyond a threshold": {
			`  - {alert: A, expr: 'x > 1'}`, `x 1.1x16`, `x 0.9x16`, map[string]string{"A": "changed firing/series"},
		},
		"far from a threshold": {
			`  - {alert: A, expr: 'x > 1'}`, `x 9x16`, `x 0.9x16`, map[string]string{"A": "dead firing/series"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := map[string]string{}
			for name, j := range judged(t, row.group, row.baseline, row.candidate) {
				got[name] = string(j.Verdict) + " " + j.Baseline.Level.String() + "/" + j.Candidate.Level.String()
			}
			if diff := cmp.Diff(row.want, got); diff != "" {
				t.Errorf("judged (-want +got):\n%s", diff)
			}
		})
	}
}

func TestLossesLieUpstream(t *testing.T) {
	t.Parallel()
	got := judged(t, `  - record: a:b
    expr: |
      sum(
        rate(x{container="POD"}[5m])
      )
  - {record: 'b:c', expr: 'a:b * 2'}
  - {alert: A, expr: 'b:c > 0'}`, `x{container="POD",pod="a"} 0+1x16`, `x{pod="a"} 0+1x16`)["A"]
	if len(got.Losses) != 1 {
		t.Fatalf("losses = %+v, want one", got.Losses)
	}
	loss := got.Losses[0]
	if loss.Place.String() != "a.yaml:7:16" || loss.Text != `container="POD"` {
		t.Errorf("lost %s at %s", loss, loss.Place)
	}
	if len(loss.Through) != 2 || loss.Through[0].Name != "b:c" || loss.Through[1].Name != "a:b" {
		t.Errorf("through %v, want b:c and a:b", loss.Through)
	}
}

func TestStimuli(t *testing.T) {
	t.Parallel()
	got := judged(t, `  - {record: 'oom:rate', expr: 'sum(kube_pod_container_status_last_terminated_reason{reason="OOMKilled"})'}
  - {alert: Oom, expr: 'oom:rate > 0'}
  - {alert: Shop, expr: 'shop_orders_total < 0'}
  - {alert: Pull, expr: 'kube_pod_container_status_waiting_reason{reason=~"ImagePullBackOff|ErrImagePull"} == 1'}`, `up 1x16`, `up 1x16`)
	for name, want := range map[string]string{"Oom": "oom-kill", "Shop": "", "Pull": "image-pull-failure"} {
		if stimuli := strings.Join(got[name].Stimuli, " "); stimuli != want {
			t.Errorf("%s could be proved by %q, want %q", name, stimuli, want)
		}
	}
}

func TestSwappedSidesMirror(t *testing.T) {
	t.Parallel()
	const group = "  - {record: 'a:b', expr: 'sum(old)'}\n  - {alert: A, expr: 'a:b > 5', for: 1m}\n  - {alert: B, expr: 'absent(old)'}\n  - {alert: C, expr: 'up == 0', for: 30s}\n  - {alert: D, expr: 'x > 1'}"
	b, c := "old 9x16\nup 0x16\nx 1.1x16", "new 9x16\nup 1x8 0 1x6\nx 0.9x16"
	there, back := judged(t, group, b, c), judged(t, group, c, b)
	mirror := map[queries.Verdict]queries.Verdict{queries.Dead: queries.New, queries.New: queries.Dead}
	for name, j := range there {
		want, turned := mirror[j.Verdict]
		if !turned {
			want = j.Verdict
		}
		if back[name].Verdict != want {
			t.Errorf("%s is %s, and %s the other way round", name, j.Verdict, back[name].Verdict)
		}
	}
}
