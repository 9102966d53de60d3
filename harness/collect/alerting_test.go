package collect_test

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/rehearse-dev/rehearse/harness/collect"
	"github.com/rehearse-dev/rehearse/harness/record"
)

// What a Prometheus 3 and an Alertmanager 0.31 say, cut down.
const (
	rulesSaid = `{"status":"success","data":{"groups":[{"name":"pods","file":"/rules/pods.yaml","interval":15,"rules":[
 {"state":"pending","name":"PodCrashLoops","query":"crashes > 0","duration":900,"labels":{"team":"apps"},"alerts":[
  {"labels":{"alertname":"PodCrashLoops","pod":"b"},"state":"pending","activeAt":"2026-11-23T11:59:00.5Z","value":"1e+00"},
  {"labels":{"alertname":"PodCrashLoops","pod":"a a secret value"},"state":"pending","activeAt":"2026-11-23T11:58:00Z","value":"1e+00"}],
  "health":"ok","evaluationTime":0.001,"lastEvaluation":"2026-11-23T12:00:00.25Z","type":"alerting"},
 {"name":"a:b","query":"sum by (a) (b)","labels":{},"health":"err","lastError":"many-to-many","lastEvaluation":"2026-11-23T12:00:00Z","type":"recording"},
 {"name":"never","query":"c","labels":{},"health":"unknown","lastEvaluation":"0001-01-01T00:00:00Z","type":"recording"}]}]}}`
	querySaid  = `{"status":"success","data":{"resultType":"vector","result":[{"metric":{"a":"1"},"value":[1,"1"]},{"metric":{"a":"2"},"value":[1,"1"]}]}}`
	alertsSaid = `[{"labels":{"alertname":"A","team":"apps"},"receivers":[{"name":"pager"},{"name":"mail"}],
 "status":{"state":"suppressed","silencedBy":["x"],"inhibitedBy":[]},"startsAt":"2026-11-23T12:00:00Z"}]`
	silencesSaid = `[{"id":"x","comment":"for the move","createdBy":"somebody","startsAt":"2026-11-23T12:00:00Z","endsAt":"2026-11-24T12:00:00Z",
 "matchers":[{"name":"team","value":"a.+","isRegex":true,"isEqual":false},{"name":"alertname","value":"A","isRegex":false}],"status":{"state":"active"}}]`
)

func TestAlertingAsksBothServices(t *testing.T) {
	t.Parallel()
	src := storeService(t, func(path string, params url.Values) (int, string) {
		said, known := map[string]string{
			"/prom/api/v1/rules": rulesSaid, "/prom/api/v1/query": querySaid,
			"/api/v2/alerts": alertsSaid, "/api/v2/silences": silencesSaid,
		}[path]
		if !known || path == "/prom/api/v1/query" && (params.Get("query") != "sum by (a) (b)" || params.Get("time") != "2026-11-23T12:00:00Z") {
			return http.StatusNotFound, "asked " + path + " " + params.Encode()
		}
		return http.StatusOK, said
	})
	r := recorded(t, src, collect.Alerting{Prometheus: "logging/store:80/prom", Alertmanager: "logging/store:80"}, "a secret value")
	diff(t, "gaps", 0, len(r.Meta.Gaps))
	diff(t, "rules", []record.LiveRule{
		{Group: "pods", Name: "PodCrashLoops", Alerting: true, Query: "crashes > 0", ForSeconds: 900, Evaluated: noon.Add(250 * time.Millisecond), Series: -1, Alerts: []record.LiveAlert{
			{Labels: map[string]string{"alertname": "PodCrashLoops", "pod": "a " + record.Redacted}, State: "pending", Since: noon.Add(-2 * time.Minute)},
			{Labels: map[string]string{"alertname": "PodCrashLoops", "pod": "b"}, State: "pending", Since: noon.Add(-59500 * time.Millisecond)},
		}},
		{Group: "pods", Name: "a:b", Query: "sum by (a) (b)", Error: "many-to-many", Evaluated: noon, Series: 2},
		{Group: "pods", Name: "never", Query: "c", Series: -1},
	}, lines[record.LiveRule](t, r, record.LiveRules))
	diff(t, "alerts", []record.RoutedAlert{
		{Labels: map[string]string{"alertname": "A", "team": "apps"}, Receivers: []string{"mail", "pager"}, State: "suppressed", SilencedBy: []string{"x"}},
	}, lines[record.RoutedAlert](t, r, record.LiveAlerts))
	diff(t, "silences", []record.Silence{
		{ID: "x", Matchers: []string{`alertname="A"`, `team!~"a.+"`}, State: "active", Ends: noon.Add(24 * time.Hour), Comment: "for the move"},
	}, lines[record.Silence](t, r, record.LiveSilences))
}

func TestAlertingThatDoesNotAnswerIsAGap(t *testing.T) {
	t.Parallel()
	src := storeService(t, func(string, url.Values) (int, string) { return http.StatusServiceUnavailable, "starting" })
	r := recorded(t, src, collect.Alerting{Prometheus: "logging/store:80", Alertmanager: "logging/store:80"})
	var subjects []string
	for _, g := range r.Meta.Gaps {
		subjects = append(subjects, g.Subject)
	}
	diff(t, "gaps", []string{"alertmanager: alerts", "alertmanager: silences", "prometheus"}, subjects)
}
