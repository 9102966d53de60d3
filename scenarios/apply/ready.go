package apply

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/fluxcd/cli-utils/pkg/kstatus/status"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// unready is an object that is not current, and in what way.
type unready struct {
	Object
	reason string
}

// await waits until each object that is to be waited for has been current, and
// returns those that have not when the time is up.
func (t *target) await(ctx context.Context, objects []Object) []unready {
	var left []unready
	for _, o := range objects {
		if o.Wait {
			left = append(left, unready{Object: o})
		}
	}
	// Why it gave up shows in what is left.
	_ = poll(ctx, func(ctx context.Context) bool {
		left = t.stillUnready(ctx, left)
		return len(left) == 0
	})
	return left
}

func (t *target) stillUnready(ctx context.Context, objects []unready) []unready {
	var left []unready
	for _, o := range objects {
		reason := t.look(ctx, o.Object)
		if ctx.Err() != nil {
			reason = o.reason // that the time is up says nothing of the object
		}
		if reason != "" {
			left = append(left, unready{o.Object, reason})
		}
	}
	return left
}

// look says in what way an object is not current; empty when it is.
func (t *target) look(ctx context.Context, o Object) string {
	resource, err := t.resource(o)
	if err != nil {
		return err.Error()
	}
	live, err := resource.Get(ctx, o.GetName(), metav1.GetOptions{})
	if err != nil {
		return err.Error()
	}
	result, err := status.Compute(live)
	if err != nil {
		return err.Error()
	}
	if result.Status == status.CurrentStatus {
		return ""
	}
	return result.Status.String() + ": " + result.Message
}

// notReady lists what is not current, with what the pods behind it say.
func (t *target) notReady(ctx context.Context, left []unready, after time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, explainTimeout)
	defer cancel()
	lines := []string{fmt.Sprintf("%s not ready after %s:", count(len(left)), after)}
	for _, o := range left {
		lines = append(lines, fmt.Sprintf("  %s (%s): %s", o.title(), o.Source, o.reason))
		for _, why := range t.explain(ctx, o.Object) {
			lines = append(lines, "    "+why)
		}
	}
	return fmt.Errorf("%s", strings.Join(lines, "\n"))
}

func count(n int) string {
	if n == 1 {
		return "1 object is"
	}
	return fmt.Sprintf("%d objects are", n)
}
