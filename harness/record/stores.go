package record

import (
	"path"
	"time"
)

// Answer is one line of stores/index.jsonl: what a log store said to one query.
type Answer struct {
	Store string `json:"store"`
	Query string `json:"query"` // its name
	Text  string `json:"text"`  // the query itself, in the store's language
	// Hits is how many records the query finds.
	Hits int `json:"hits"`
	// File holds the records, relative to the recording.
	File string `json:"file"`
	// Truncated says that File does not hold all of them.
	Truncated bool `json:"truncated,omitempty"`
}

// StoredRecord is one line of an Answer's file: a log record as the store has it.
// The lines are sorted by time.
type StoredRecord struct {
	Time    time.Time `json:"time"`
	Message string    `json:"message"`
	// Fields are all others, nested ones by their path with dots.
	Fields map[string]string `json:"fields,omitempty"`
}

// AnswerFile is where the records go that a query of a store finds.
func AnswerFile(store, query string) string { return path.Join(StoresDir, store, query+".jsonl") }

// AgentFile is where a file with an agent's configuration goes.
func AgentFile(agent, file string) string { return path.Join(AgentsDir, agent, path.Base(file)) }
