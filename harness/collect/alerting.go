package collect

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/rehearse-dev/rehearse/harness/record"
)

// Alerting asks the Prometheus and the Alertmanager in a cluster, through the API
// server, for their rules, alerts and silences, and Prometheus for what its
// recording rules give.
type Alerting struct {
	// Prometheus and Alertmanager are services, as a scenario writes them; empty for
	// none.
	Prometheus, Alertmanager string
}

// Kind of evidence that is recorded.
func (Alerting) Kind() record.Kind { return record.Live }

// Collect asks each of them. One that does not answer is a gap.
func (a Alerting) Collect(ctx context.Context, src Source, w *record.Writer) error {
	var errs []error
	if a.Prometheus != "" {
		errs = append(errs, gap(w, record.Live, "prometheus", a.rules(ctx, src, w)))
	}
	if a.Alertmanager != "" {
		errs = append(errs,
			gap(w, record.Live, "alertmanager: alerts", a.alerts(ctx, src, w)),
			gap(w, record.Live, "alertmanager: silences", a.silences(ctx, src, w)))
	}
	return errors.Join(errs...)
}

// askJSON asks a service for a JSON value.
func askJSON(ctx context.Context, src Source, service, path string, params map[string]string, into any) error {
	ctx, cancel := asking(ctx)
	defer cancel()
	return askService(ctx, src, strings.TrimSuffix(service, "/")+path, params, decoding(into))
}

// groupsAnswer is what Prometheus answers to /api/v1/rules:
// https://prometheus.io/docs/prometheus/latest/querying/api/#rules
type groupsAnswer struct {
	Data struct {
		Groups []struct {
			Name  string `json:"name"`
			Rules []struct {
				Type           string    `json:"type"`
				Name           string    `json:"name"`
				Query          string    `json:"query"`
				Duration       float64   `json:"duration"`
				LastError      string    `json:"lastError"`
				LastEvaluation time.Time `json:"lastEvaluation"`
				Alerts         []struct {
					Labels   map[string]string `json:"labels"`
					State    string            `json:"state"`
					ActiveAt time.Time         `json:"activeAt"`
				} `json:"alerts"`
			} `json:"rules"`
		} `json:"groups"`
	} `json:"data"`
}

// vectorAnswer is what Prometheus answers to /api/v1/query, as far as it is
// counted.
type vectorAnswer struct {
	Data struct {
		ResultType string            `json:"resultType"`
		Result     []json.RawMessage `json:"result"`
	} `json:"data"`
}

func (a Alerting) rules(ctx context.Context, src Source, w *record.Writer) error {
	var answer groupsAnswer
	if err := askJSON(ctx, src, a.Prometheus, "/api/v1/rules", nil, &answer); err != nil {
		return err
	}
	rules := answer.list()
	err := each(rules, func(i int, r record.LiveRule) error {
		n, err := a.count(ctx, src, r)
		rules[i].Series = n
		return gap(w, record.Live, "prometheus: rule "+r.Name, err)
	})
	return errors.Join(err, record.Lines(w, record.LiveRules, rules))
}

// list are the rules, in an order that is always the same.
func (a groupsAnswer) list() []record.LiveRule {
	var rules []record.LiveRule
	for _, g := range a.Data.Groups {
		for _, r := range g.Rules {
			live := record.LiveRule{
				Group: g.Name, Name: r.Name, Alerting: r.Type == "alerting", Query: r.Query, ForSeconds: r.Duration,
				Error: r.LastError, Evaluated: r.LastEvaluation.UTC(), Series: -1,
			}
			for _, alert := range r.Alerts {
				live.Alerts = append(live.Alerts, record.LiveAlert{Labels: alert.Labels, State: alert.State, Since: alert.ActiveAt.UTC()})
			}
			slices.SortFunc(live.Alerts, func(a, b record.LiveAlert) int {
				return cmp.Compare(fmt.Sprint(a.Labels), fmt.Sprint(b.Labels)) // fmt sorts the keys
			})
			rules = append(rules, live)
		}
	}
	slices.SortStableFunc(rules, func(a, b record.LiveRule) int {
		return cmp.Or(cmp.Compare(a.Group, b.Group), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Query, b.Query))
	})
	return rules
}

// count asks what a recording rule gives at the time of its last evaluation. What
// an alert rule gives are its alerts.
func (a Alerting) count(ctx context.Context, src Source, r record.LiveRule) (int, error) {
	if r.Alerting || r.Evaluated.IsZero() {
		return -1, nil
	}
	var answer vectorAnswer
	params := map[string]string{"query": r.Query, "time": r.Evaluated.Format(time.RFC3339Nano)}
	if err := askJSON(ctx, src, a.Prometheus, "/api/v1/query", params, &answer); err != nil {
		return -1, err
	}
	if answer.Data.ResultType == "scalar" {
		return 1, nil
	}
	return len(answer.Data.Result), nil
}

// alertAnswer is an alert of Alertmanager's API, version 2.
type alertAnswer struct {
	Labels    map[string]string `json:"labels"`
	Receivers []struct {
		Name string `json:"name"`
	} `json:"receivers"`
	Status struct {
		State       string   `json:"state"`
		SilencedBy  []string `json:"silencedBy"`
		InhibitedBy []string `json:"inhibitedBy"`
	} `json:"status"`
}

func (a Alerting) alerts(ctx context.Context, src Source, w *record.Writer) error {
	var answer []alertAnswer
	if err := askJSON(ctx, src, a.Alertmanager, "/api/v2/alerts", nil, &answer); err != nil {
		return err
	}
	var alerts []record.RoutedAlert
	for _, found := range answer {
		alert := record.RoutedAlert{
			Labels: found.Labels, State: found.Status.State,
			SilencedBy: found.Status.SilencedBy, InhibitedBy: found.Status.InhibitedBy,
		}
		for _, r := range found.Receivers {
			alert.Receivers = append(alert.Receivers, r.Name)
		}
		slices.Sort(alert.Receivers)
		alerts = append(alerts, alert)
	}
	slices.SortFunc(alerts, func(a, b record.RoutedAlert) int { return cmp.Compare(fmt.Sprint(a.Labels), fmt.Sprint(b.Labels)) })
	return record.Lines(w, record.LiveAlerts, alerts)
}

// silenceAnswer is a silence of Alertmanager's API, version 2.
type silenceAnswer struct {
	ID       string    `json:"id"`
	Comment  string    `json:"comment"`
	EndsAt   time.Time `json:"endsAt"`
	Matchers []struct {
		Name    string `json:"name"`
		Value   string `json:"value"`
		IsRegex bool   `json:"isRegex"`
		// IsEqual is true where an older Alertmanager does not say.
		IsEqual *bool `json:"isEqual"`
	} `json:"matchers"`
	Status struct {
		State string `json:"state"`
	} `json:"status"`
}

func (a Alerting) silences(ctx context.Context, src Source, w *record.Writer) error {
	var answer []silenceAnswer
	if err := askJSON(ctx, src, a.Alertmanager, "/api/v2/silences", nil, &answer); err != nil {
		return err
	}
	var silences []record.Silence
	for _, found := range answer {
		silences = append(silences, found.silence())
	}
	slices.SortFunc(silences, func(a, b record.Silence) int {
		return cmp.Or(slices.Compare(a.Matchers, b.Matchers), cmp.Compare(a.ID, b.ID))
	})
	return record.Lines(w, record.LiveSilences, silences)
}

func (s silenceAnswer) silence() record.Silence {
	silence := record.Silence{ID: s.ID, State: s.Status.State, Ends: s.EndsAt.UTC(), Comment: s.Comment}
	for _, m := range s.Matchers {
		equal := m.IsEqual == nil || *m.IsEqual
		operator := map[[2]bool]string{{true, false}: "=", {true, true}: "=~", {false, false}: "!=", {false, true}: "!~"}[[2]bool{equal, m.IsRegex}]
		silence.Matchers = append(silence.Matchers, fmt.Sprintf("%s%s%q", m.Name, operator, m.Value))
	}
	slices.Sort(silence.Matchers)
	return silence
}
