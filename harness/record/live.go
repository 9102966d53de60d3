package record

import "time"

// LiveRule is one line of live/rules.jsonl: a rule as the Prometheus in the cluster
// has it, with what it made of it last.
type LiveRule struct {
	Group    string `json:"group"`
	Name     string `json:"name"` // of the alert, or of the metric that it makes
	Alerting bool   `json:"alerting"`
	// Query is the expression as Prometheus writes it.
	Query string `json:"query"`
	// ForSeconds is how long an alert has to be pending.
	ForSeconds float64 `json:"forSeconds,omitempty"`
	// Error is why it could not be evaluated the last time.
	Error string `json:"error,omitempty"`
	// Evaluated is when it was evaluated last; zero for never.
	Evaluated time.Time `json:"evaluated"`
	// Alerts are those that are pending or firing.
	Alerts []LiveAlert `json:"alerts,omitempty"`
	// Series is how many the expression gives; -1 where that was not asked or not
	// answered.
	Series int `json:"series"`
}

// LiveAlert is an alert of a LiveRule.
type LiveAlert struct {
	Labels map[string]string `json:"labels"`
	State  string            `json:"state"` // pending or firing
	Since  time.Time         `json:"since"` // when it became pending
}

// RoutedAlert is one line of live/alerts.jsonl: an alert as the Alertmanager in the
// cluster has it.
type RoutedAlert struct {
	Labels    map[string]string `json:"labels"`
	Receivers []string          `json:"receivers"`
	// State is active, suppressed or unprocessed.
	State string `json:"state"`
	// SilencedBy and InhibitedBy are why it is suppressed.
	SilencedBy  []string `json:"silencedBy,omitempty"`
	InhibitedBy []string `json:"inhibitedBy,omitempty"`
}

// Silence is one line of live/silences.jsonl: a silence that the Alertmanager in the
// cluster has.
type Silence struct {
	ID       string    `json:"id"`
	Matchers []string  `json:"matchers"` // as in its configuration, such as team="docker"
	State    string    `json:"state"`    // active, pending or expired
	Ends     time.Time `json:"ends"`
	Comment  string    `json:"comment,omitempty"`
}
