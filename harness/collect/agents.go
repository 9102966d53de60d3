package collect

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/rehearse-dev/rehearse/harness/record"
	"github.com/rehearse-dev/rehearse/scenarios"
)

// Agents records the configuration of a scenario's agents, as the scenario ships
// it. What the cluster holds of it is not recorded: ConfigMaps are the user's own.
type Agents struct{ Scenario *scenarios.Scenario }

// Kind of evidence that is recorded.
func (Agents) Kind() record.Kind { return record.Agents }

// Collect copies the file that each agent names.
func (a Agents) Collect(_ context.Context, _ Source, w *record.Writer) error {
	var errs []error
	for _, agent := range a.Scenario.Spec.Agents {
		if agent.Config != "" {
			errs = append(errs, gap(w, record.Agents, "configuration of "+agent.Name, a.copy(agent, w)))
		}
	}
	return errors.Join(errs...)
}

func (a Agents) copy(agent scenarios.Agent, w *record.Writer) error {
	in, err := os.Open(a.Scenario.Path(agent.Config))
	if err != nil {
		return err
	}
	defer in.Close()
	_, truncated, err := copyLog(w, record.AgentFile(agent.Name, agent.Config), in)
	if err == nil && truncated {
		err = fmt.Errorf("only its first %d bytes are recorded", maxLog)
	}
	return err
}
