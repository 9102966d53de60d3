package lifecycle

import (
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/rehearse-dev/rehearse/suites/fixture"
	"github.com/rehearse-dev/rehearse/suites/observe"
)

// memory is little, yet more than any runtime's minimum.
var memory = resource.MustParse("24Mi")

const gracePeriod = 3 * time.Second

func stopSpecs(c *fixture.Cluster) {
	It("is told to end by TERM, and by KILL once its grace period is over", func(ctx SpecContext) {
		pod := fixture.Pod("stopped",
			trapping("obeys", "trap 'exit 5' TERM"),
			trapping("ignores", "trap '' TERM"))
		pod.Spec.TerminationGracePeriodSeconds = new(int64(gracePeriod.Seconds()))
		c.Start(ctx, c.Keep(pod))
		c.Remove(ctx, pod)
		c.Until(ctx, pod, "has ended", fixture.Ended)

		obeys, ignores := fixture.End(pod, "obeys"), fixture.End(pod, "ignores")
		Expect(obeys.ExitCode).To(BeEquivalentTo(5))
		Expect(ignores.ExitCode).To(BeEquivalentTo(137))
		told := pod.DeletionTimestamp.Add(-gracePeriod)
		Expect(ignores.FinishedAt.Time).To(BeTemporally(">=", told.Add(gracePeriod-time.Second)), "KILL before the grace period was over")
		observe.End("obeys", obeys)
		observe.End("ignores", ignores)
	})

	It("runs its preStop hook before it is told to end", func(ctx SpecContext) {
		container := trapping("main", "trap 'echo told; exit 0' TERM")
		container.Lifecycle = &corev1.Lifecycle{PreStop: hook("/bin/sh", "-c", "echo hook >/proc/1/fd/1")}
		pod := fixture.Pod("pre-stop", container)
		pod.Spec.TerminationGracePeriodSeconds = new(int64(30))
		c.Start(ctx, c.Keep(pod))
		c.Remove(ctx, pod)
		c.Until(ctx, pod, "has ended", fixture.Ended)
		Expect(c.Log(ctx, pod, corev1.PodLogOptions{Container: "main"})).To(Equal("hook\ntold\n"))
		observe.End("main", fixture.End(pod, "main"))
	})
}

// trapping is ready once its trap is set: until then TERM would go unheard.
func trapping(name, trap string) corev1.Container {
	container := fixture.Shell(name, trap+"; touch /ready; while :; do sleep 60 & wait $!; done")
	container.ReadinessProbe = &corev1.Probe{
		ProbeHandler:  corev1.ProbeHandler{Exec: &corev1.ExecAction{Command: []string{"/bin/ls", "/ready"}}},
		PeriodSeconds: 1,
	}
	return container
}

func hook(command ...string) *corev1.LifecycleHandler {
	return &corev1.LifecycleHandler{Exec: &corev1.ExecAction{Command: command}}
}
