package lifecycle

import (
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"

	"github.com/rehearse-dev/rehearse/suites/fixture"
	"github.com/rehearse-dev/rehearse/suites/observe"
)

const gracePeriod = 3 * time.Second

func stopSpecs(c *fixture.Cluster) {
	stopped := c.Pod("stopped", trapping("obeys", "trap 'exit 5' TERM"), trapping("ignores", "trap '' TERM"))
	stopped.Spec.TerminationGracePeriodSeconds = new(int64(gracePeriod.Seconds()))
	It("is told to end by TERM, and by KILL once its grace period is over", func(ctx SpecContext) {
		c.AwaitReady(ctx, stopped)
		c.Stop(ctx, stopped)
		obeys, ignores := fixture.End(stopped, "obeys"), fixture.End(stopped, "ignores")
		Expect(obeys.ExitCode).To(BeEquivalentTo(5))
		Expect(ignores.ExitCode).To(BeEquivalentTo(137))
		// Both were told at about the same time; the API keeps whole seconds.
		Expect(ignores.FinishedAt.Sub(obeys.FinishedAt.Time)).To(BeNumerically(">=", gracePeriod/2),
			"KILL before the grace period was over")
		observe.End("obeys", obeys)
		observe.End("ignores", ignores)
	})

	hooked := trapping("main", "trap 'echo told >>/dev/termination-log; exit 0' TERM")
	hooked.Lifecycle = &corev1.Lifecycle{PreStop: hook("/bin/sh", "-c", "echo hook >>/dev/termination-log")}
	pod := c.Server("pre-stop", hooked)
	pod.Spec.TerminationGracePeriodSeconds = new(int64(30))
	It("runs its preStop hook before it is told to end", func(ctx SpecContext) {
		c.AwaitReady(ctx, pod)
		c.Stop(ctx, pod)
		end := fixture.End(pod, "main")
		Expect(end.Message).To(Equal("hook\ntold\n"))
		observe.End("main", end)
	})
}

// trapping is ready once its trap is set: until then TERM would go unheard.
func trapping(name, trap string) corev1.Container {
	return fixture.ReadyWhen(fixture.Shell(name, trap+"; touch /ready; while :; do sleep 60 & wait $!; done"), "/ready")
}

func hook(command ...string) *corev1.LifecycleHandler {
	return &corev1.LifecycleHandler{Exec: &corev1.ExecAction{Command: command}}
}
