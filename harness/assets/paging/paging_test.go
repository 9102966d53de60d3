package paging_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/rehearse-dev/rehearse/harness/assets/paging"
	"github.com/rehearse-dev/rehearse/harness/assets/queries"
	"github.com/rehearse-dev/rehearse/harness/assets/queries/queriestest"
	"github.com/rehearse-dev/rehearse/harness/assets/rules"
)

const config = `
route:
  receiver: everybody
  routes:
  - {matchers: ['severity="none"'], receiver: nobody}
  - {matchers: ['team="db"'], receiver: db, continue: true, mute_time_intervals: [always]}
  - {matchers: ['severity="page"'], receiver: pager}
inhibit_rules:
- {source_matchers: ['alertname="NodeDown"'], target_matchers: ['severity="page"'], equal: [node]}
time_intervals:
- {name: always, time_intervals: [{years: ['1970:2100']}]}
receivers:
- name: everybody
  webhook_configs: [{url: 'http://127.0.0.1:1/'}]
- name: db
  webhook_configs: [{url: 'http://127.0.0.1:1/'}]
- name: pager
  webhook_configs: [{url: 'http://127.0.0.1:1/'}]
- name: nobody
`

const ruleFile = `groups:
- name: g
  rules:
  - {alert: NodeDown, expr: 'down == 1'}
  - {alert: Docker, expr: 'docker_errors > 0', labels: {severity: page}}
  - {alert: Db, expr: 'db_errors > 0', labels: {severity: page, team: db}}
  - {alert: Never, expr: 'docker_errors > 1e9', labels: {team: db, value: '{{ $value }}'}}
  - {alert: Quiet, expr: 'docker_errors > 0', labels: {severity: none}}
  - {alert: Late, expr: 'containerd_errors > 0', labels: {severity: page}}
`

func judged(t *testing.T, baseline, candidate string) *paging.Judgement {
	t.Helper()
	c, problem, err := paging.Load(fstest.MapFS{"am.yaml": {Data: []byte(config)}}, "am.yaml")
	if err != nil || problem != nil {
		t.Fatal(err, problem)
	}
	all, problems, err := rules.Load(fstest.MapFS{"a.yaml": {Data: []byte(ruleFile)}}, []string{"a.yaml"}, queries.Options{})
	if err != nil || len(problems) > 0 {
		t.Fatal(err, problems)
	}
	b, c2 := queriestest.Load(t, baseline), queriestest.Load(t, candidate)
	judgements, err := rules.Judge(t.Context(), all, b, c2, queries.Options{})
	if err != nil {
		t.Fatal(err)
	}
	j, err := c.Judge(t.Context(), judgements, b, c2, queries.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return j
}

func TestJudge(t *testing.T) {
	t.Parallel()
	got := judged(t, `docker_errors{node="n"} 1x16`, `containerd_errors{node="n"} 1x16`)
	want := []paging.Receiver{
		{Name: "db", Lost: []string{"Never"}, Unfired: []string{"Never"}, Muted: []string{"always"}},
		{Name: "pager", Baseline: []string{"Docker"}, Candidate: []string{"Late"}, Lost: []string{"Docker"}, Gained: []string{"Late"}},
	}
	if diff := cmp.Diff(want, got.Receivers); diff != "" {
		t.Errorf("receivers (-want +got):\n%s", diff)
	}
}

func TestSilence(t *testing.T) {
	t.Parallel()
	got := judged(t, `docker_errors{node="n"} 1x16`, `up 1x16`)
	for _, r := range got.Receivers {
		if r.Silent() != (r.Name == "pager") {
			t.Errorf("%s is silent: %t", r.Name, r.Silent())
		}
	}
}

// TestInhibition has an alert that another inhibits on the baseline whenever it
// fires, and one that it inhibits half of the time.
func TestInhibition(t *testing.T) {
	t.Parallel()
	got := judged(t, "down{node=\"n\"} 1x16\ndocker_errors{node=\"n\"} 1x16", "down{node=\"n\"} 1x16")
	if diff := cmp.Diff([]string{"Docker"}, got.Inhibited); diff != "" {
		t.Errorf("inhibited (-want +got):\n%s", diff)
	}
	for _, r := range got.Receivers {
		if r.Name == "pager" {
			t.Errorf("pager hears of %v", r.Baseline)
		}
	}
	got = judged(t, "down{node=\"n\"} 1x8 0x8\ndocker_errors{node=\"n\"} 1x16", "down{node=\"n\"} 1x16")
	if len(got.Inhibited) > 0 || len(got.Receivers) != 3 || !got.Receivers[2].Silent() {
		t.Errorf("with an inhibition that ends: %+v", got)
	}
}

func TestProblems(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		text string
		line int
		want string
	}{
		"no route":                     {"receivers: []\n", 0, "no routes provided"},
		"an unknown field":             {strings.Replace(config, "inhibit_rules", "inhibit", 1), 8, "inhibit not found"},
		"a receiver that there is not": {strings.Replace(config, "receiver: pager", "receiver: nowhere", 1), 0, `undefined receiver "nowhere"`},
		"no YAML":                      {"route: [", 1, "did not find"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, problem, err := paging.Load(fstest.MapFS{"am.yaml": {Data: []byte(row.text)}}, "am.yaml")
			if err != nil {
				t.Fatal(err)
			}
			if problem == nil || problem.Line != row.line || !strings.Contains(problem.Reason, row.want) {
				t.Errorf("problem = %+v, want %q on line %d", problem, row.want, row.line)
			}
		})
	}
}
