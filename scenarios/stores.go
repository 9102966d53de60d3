package scenarios

// Live are systems that run on both sides and are asked there, through the API
// server, for what they hold.
type Live struct {
	// Prometheus is the service of a Prometheus, or of anything with its query API,
	// such as Thanos or Mimir, as namespace/name:port, with its path prefix if it has
	// one. Its rules and alerts are compared between the sides, and with the rules of
	// AlertRules as they are replayed.
	Prometheus string `json:"prometheus,omitempty" jsonschema:"pattern=^[-a-z0-9]+/(https:)?[-a-z0-9]+:[-a-z0-9]+(/[-._~a-zA-Z0-9/]*)?$"`
	// Alertmanager is the service of an Alertmanager, written the same way. Its
	// alerts and silences are compared between the sides.
	Alertmanager string `json:"alertmanager,omitempty" jsonschema:"pattern=^[-a-z0-9]+/(https:)?[-a-z0-9]+:[-a-z0-9]+(/[-._~a-zA-Z0-9/]*)?$"`
	// Logs are stores that log agents ship to.
	Logs []LogStore `json:"logs,omitempty"`
}

// LogStore is a store of logs, asked the same questions on both sides. It has to
// answer without credentials.
type LogStore struct {
	// Name is a DNS label that reports know the store by.
	Name string `json:"name"`
	// Kind is victorialogs (queries in LogsQL), loki (LogQL) or elasticsearch
	// (query strings; its documents need the field @timestamp).
	Kind StoreKind `json:"kind"`
	// Service that answers, as namespace/name:port; namespace/https:name:port for
	// one that speaks TLS.
	Service string `json:"service" jsonschema:"pattern=^[-a-z0-9]+/(https:)?[-a-z0-9]+:[-a-z0-9]+$"`
	// Queries are log searches, each an asset of its own.
	Queries []LogQuery `json:"queries" jsonschema:"minItems=1"`
}

// StoreKind is a kind of log store, which decides how it is asked.
type StoreKind string

// The kinds of log stores.
const (
	VictoriaLogs  StoreKind = "victorialogs"
	Loki          StoreKind = "loki"
	Elasticsearch StoreKind = "elasticsearch"
)

// StoreKinds lists the kinds of log stores.
func StoreKinds() []StoreKind { return []StoreKind{VictoriaLogs, Loki, Elasticsearch} }

// LogQuery is a log search. It selects records and does not count them, so that
// the records themselves can be compared.
type LogQuery struct {
	// Name is a DNS label, once per store.
	Name string `json:"name"`
	// Query in the store's own language.
	Query string `json:"query"`
	// Agent is the name of the agent that ships what the query looks for. Its
	// configuration is looked at when the query finds nothing any more.
	Agent string `json:"agent,omitempty"`
	// Sequence is a regular expression (RE2) whose one group is the number that
	// the writer gave the record, counting up by one: missing and repeated numbers,
	// and such as are out of order, are lost, repeated and reordered records.
	Sequence string `json:"sequence,omitempty"`
}
