package stimuli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"k8s.io/apimachinery/pkg/util/wait"

	"github.com/rehearse-dev/rehearse/clusters"
	"github.com/rehearse-dev/rehearse/harness/record"
	"github.com/rehearse-dev/rehearse/internal/kube"
)

// pollInterval is how often a cluster is asked again.
const pollInterval = time.Second

// stage is one cluster on which stimuli are played.
type stage struct {
	*Player
	cluster *clusters.Cluster
	clients *kube.Clients
	// began is when the first stimulus did: older events are not its doing.
	began time.Time
}

// play does one stimulus and waits until it shows.
func (s *stage) play(ctx context.Context, k Known) record.Stimulus {
	played := record.Stimulus{Name: k.Name, Started: time.Now().UTC()}
	ctx, cancel := context.WithTimeoutCause(ctx, patience, fmt.Errorf("not seen within %s", patience))
	defer cancel()
	err := s.Observe.Do(string(s.cluster.Side)+" "+k.Name, func() (err error) {
		if k.Action != "" {
			played.Evidence, err = s.act(ctx, k)
			return err
		}
		played.Evidence, err = s.await(ctx, k)
		return err
	})
	played.Ended = time.Now().UTC()
	if err != nil {
		played.Missing = err.Error()
	}
	return played
}

// await waits until the cluster shows what the stimulus should cause.
func (s *stage) await(ctx context.Context, k Known) (string, error) {
	shows, err := s.condition(k.Until)
	if err != nil {
		return "", err
	}
	return until(ctx, shows)
}

// until asks until there is an answer. A cluster whose runtime is restarted may
// not answer for a while; its last error is told only if it never does.
func until(ctx context.Context, ask func(context.Context) (string, error)) (string, error) {
	var answer string
	var last error
	err := wait.PollUntilContextCancel(ctx, pollInterval, true, func(ctx context.Context) (bool, error) {
		var err error
		answer, err = ask(ctx)
		if deadline, ok := ctx.Deadline(); err == nil || !ok || time.Until(deadline) > pollInterval {
			last = err // what is asked when the time is up fails for that reason alone
		}
		return answer != "", nil
	})
	if err != nil {
		return "", cmp.Or(errors.Join(context.Cause(ctx), last), err)
	}
	return answer, nil
}
