package queries_test

import (
	"testing"

	"github.com/prometheus/prometheus/promql/promqltest"

	"github.com/rehearse-dev/rehearse/harness/assets/queries"
	"github.com/rehearse-dev/rehearse/harness/assets/queries/queriestest"
)

var mirror = map[queries.Verdict]queries.Verdict{
	queries.Alive: queries.Alive, queries.Dead: queries.New, queries.New: queries.Dead,
	queries.Changed: queries.Changed, queries.Unproven: queries.Unproven,
}

// FuzzJudge judges whatever PromQL the parser takes, in both directions:
// nothing panics, and the verdicts mirror each other.
func FuzzJudge(f *testing.F) {
	built, err := promqltest.GetBuiltInExprs()
	if err != nil {
		f.Fatal(err)
	}
	for _, expr := range built {
		if len(expr) < 200 {
			f.Add(expr)
		}
	}
	for _, expr := range []string{
		`container_cpu_usage_seconds_total{container="POD"}`, `sum by (pod) (up unless reason)`, `absent(kubelet_docker_operations_errors_total)`,
		`{__name__=~".+"}`, `up + on (job) group_left (name) reason`, `info(up, {job="a"})`, `-reason @ 30 offset 1m`, `sum_over_time(up[5m:1s])`,
		`up{"a.b"="c"}`, `rate(up[step()*2])`, `up + fill(0) reason`, `count_values("reason", reason)`, `histogram_quantile(0.9, up)`,
	} {
		f.Add(expr)
	}
	b, c := queriestest.Load(f, dockershim), queriestest.Load(f, containerd)
	f.Fuzz(func(t *testing.T, expr string) {
		if _, err := queries.Parser().ParseExpr(expr); err != nil {
			t.Skip("not PromQL")
		}
		there := judgedOver(t, expr, queries.NewPair(b, c, queries.Options{}))
		back := judgedOver(t, expr, queries.NewPair(c, b, queries.Options{}))
		if back.Verdict != mirror[there.Verdict] {
			t.Errorf("%q is %s, and %s the other way round", expr, there.Verdict, back.Verdict)
		}
		if same := judgedOver(t, expr, queries.NewPair(b, b, queries.Options{})); same.Verdict != queries.Alive && same.Verdict != queries.Unproven {
			t.Errorf("%q is %s between a recording and itself", expr, same.Verdict)
		}
		for _, l := range there.Losses {
			if l.Start < 0 || l.Start > l.End || l.End > len(expr) {
				t.Errorf("%q: loss %s at %d to %d", expr, l, l.Start, l.End)
			}
		}
	})
}
