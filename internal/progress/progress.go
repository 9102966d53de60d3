// Package progress carries word of what is being done from the code that does
// it to whoever shows it.
package progress

import "time"

// State of a step.
type State string

// The states of a step.
const (
	Started State = "started"
	Note    State = "note" // something worth saying while the step goes on
	Done    State = "done"
	Cached  State = "cached" // done before, nothing to do
	Failed  State = "failed"
)

// Event is one change of one step.
type Event struct {
	Step    string // such as "build etcd" or "create"
	State   State
	Detail  string
	Elapsed time.Duration // since the step started; zero for Started
}

// Observer is told of events, one at a time or several at once; nil ignores
// them.
type Observer func(Event)

// Do runs one step and tells of its start and its end.
func (o Observer) Do(step string, run func() error) error {
	started := time.Now()
	o.tell(Event{Step: step, State: Started})
	err := run()
	state, detail := Done, ""
	if err != nil {
		state, detail = Failed, err.Error()
	}
	o.tell(Event{Step: step, State: state, Detail: detail, Elapsed: time.Since(started)})
	return err
}

// Note says something about a step that goes on.
func (o Observer) Note(step, detail string) {
	o.tell(Event{Step: step, State: Note, Detail: detail})
}

// Cached says that a step had been done before.
func (o Observer) Cached(step string) { o.tell(Event{Step: step, State: Cached}) }

func (o Observer) tell(e Event) {
	if o != nil {
		o(e)
	}
}
