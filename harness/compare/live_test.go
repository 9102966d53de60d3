package compare_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/rehearse-dev/rehearse/clusters"
	"github.com/rehearse-dev/rehearse/harness/compare"
	"github.com/rehearse-dev/rehearse/harness/record"
)

// minute is a time of the series in testdata/alerts.
func minute(n float64) time.Time { return time.Unix(int64(60*n), 0).UTC() }

// inCluster are rules as a Prometheus would have them four minutes in.
func inCluster(t *testing.T, rules ...record.LiveRule) string {
	t.Helper()
	var all strings.Builder
	for _, r := range rules {
		r.Evaluated = minute(4)
		line, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(line)
		all.WriteString("\n")
	}
	return all.String()
}

// TestLiveAndReplay compares what a Prometheus in the cluster says of a rule with
// the replay over series of a pair.
func TestLiveAndReplay(t *testing.T) {
	t.Parallel()
	watchdog := record.LiveRule{Group: "any-runtime", Name: "Watchdog", Alerting: true, Query: "vector(1)", Series: -1}
	busy := record.LiveRule{
		Group: "container-resources", Name: "NodeBusy", Alerting: true, ForSeconds: 600, Series: -1,
		Query: `sum by (node) (rate(container_cpu_usage_seconds_total{id="/"}[5m])) > 0.01`,
	}
	raised := func(r record.LiveRule, state string, since time.Time) record.LiveRule {
		r.Alerts = []record.LiveAlert{{Labels: map[string]string{"alertname": r.Name}, State: state, Since: since}}
		return r
	}
	made := record.LiveRule{Group: "container-network", Name: "namespace_pod:network_receive_bytes:rate5m", Query: "sum by (namespace, pod) (rate(container_network_receive_bytes_total{container=\"POD\"}[5m]))"}
	other := watchdog
	other.Query = "vector(2)"
	for name, row := range map[string]struct {
		rule   record.LiveRule
		aspect string
		state  compare.CheckState
	}{
		"fires in both":                              {raised(watchdog, "firing", minute(0)), "replay and cluster", compare.Agrees},
		"inactive in the cluster only":               {watchdog, "replay and cluster", compare.Differs},
		"pending for as long as the replay waits":    {raised(busy, "pending", minute(1)), "replay and cluster", compare.Agrees},
		"pending for a moment, firing in the replay": {raised(busy, "pending", minute(3.9)), "replay and cluster", compare.Differs},
		"a recording rule without results":           {made, "replay and cluster", compare.Agrees},
		"another rule of that name":                  {other, "state in the cluster", compare.Agrees},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := alertsInput(t, clusters.Docker, clusters.Containerd)
			content := files{record.LiveRules: inCluster(t, row.rule)}
			for i, runs := range [2][]*record.Recording{in.Baseline, in.Candidate} {
				series := runs[0].Series
				runs[0] = open(t, clusters.Sides()[i], runs[0].Meta.Runtime, content)
				runs[0].Series = series
			}
			s, err := compare.Live(t.Context(), in).Run(in.Baseline[0], in.Candidate[0])
			if err != nil {
				t.Fatal(err)
			}
			if len(s.Checks) != 1 || s.Checks[0].State != row.state || !strings.HasSuffix(s.Checks[0].Name, ": "+row.aspect) {
				t.Fatalf("checks %+v, want one of %s that %s", s.Checks, row.aspect, row.state)
			}
			for _, f := range s.Findings {
				if f.Severity != compare.Info {
					t.Errorf("%s is %s: it is not about the move", f.ID, f.Severity)
				}
			}
		})
	}
}

// TestLiveRoutes compares whom Alertmanager sends an alert with whom the scenario's
// configuration would send it.
func TestLiveRoutes(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		alert string
		state compare.CheckState
	}{
		"as the file says":        {`{"labels":{"alertname":"A","team":"docker"},"receivers":["docker-team"],"state":"active"}`, compare.Agrees},
		"to somebody else":        {`{"labels":{"alertname":"A","team":"docker"},"receivers":["pager"],"state":"active"}`, compare.Differs},
		"to nobody, as intended":  {`{"labels":{"alertname":"A","severity":"none"},"receivers":["nobody"],"state":"active"}`, compare.Agrees},
		"silenced, as it is sent": {`{"labels":{"alertname":"A","team":"network"},"receivers":["network-team"],"state":"suppressed","silencedBy":["x"]}`, compare.Agrees},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := alertsInput(t, clusters.Docker, clusters.Containerd)
			content := files{record.LiveAlerts: row.alert + "\n"}
			baseline := open(t, clusters.Baseline, clusters.Docker, content)
			candidate := open(t, clusters.Candidate, clusters.Containerd, content)
			s, err := compare.Live(t.Context(), in).Run(baseline, candidate)
			if err != nil {
				t.Fatal(err)
			}
			if len(s.Checks) != 1 || s.Checks[0].State != row.state {
				t.Errorf("checks %+v, want one that %s", s.Checks, row.state)
			}
		})
	}
}
