package probes

import (
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"

	"github.com/rehearse-dev/rehearse/suites/fixture"
	"github.com/rehearse-dev/rehearse/suites/observe"
)

const unhealthy = "Unhealthy"

func probeSpecs(c *fixture.Cluster) {
	It("that fails restarts its container, and its output is told", func(ctx SpecContext) {
		pod := restarting("failing", probe("/bin/sh", "-c", "echo checked; echo why >&2; exit 3"))
		c.Create(ctx, pod)
		c.Until(ctx, pod, "was restarted", restarted)
		event := c.Event(ctx, pod, unhealthy, "Liveness")
		Expect(event.Message).To(ContainSubstring("checked"))
		observe.Value("event", event.Message)
		observe.Value("killed with", c.Event(ctx, pod, "Killing", "").Message)
		c.Remove(ctx, pod)
	})

	It("whose command does not exist restarts its container, or is not counted", func(ctx SpecContext) {
		pod := restarting("no-liveness", probe("/no/such/probe"))
		c.Create(ctx, pod)
		c.Until(ctx, pod, "was restarted, or was probed in vain", func(p *corev1.Pod) bool {
			return restarted(p) || times(c.Events(ctx, p, unhealthy), "errored") >= 3
		})
		observe.Value("restarted", restarted(pod))
		observe.Value("event", c.Event(ctx, pod, unhealthy, "").Message)
		c.Remove(ctx, pod)
	})

	It("whose command does not exist keeps its container unready", func(ctx SpecContext) {
		pod := unready("no-readiness", probe("/no/such/probe"))
		c.Create(ctx, pod)
		observe.Value("event", c.Event(ctx, pod, unhealthy, "").Message)
		c.Until(ctx, pod, "runs", running)
		Expect(fixture.Ready(pod)).To(BeFalse())
		c.Remove(ctx, pod)
	})

	It("that takes longer than it may counts as a failure", func(ctx SpecContext) {
		slow := once(probe("/bin/sleep", "61"))
		slow.TimeoutSeconds = 1
		pod := unready("slow", slow)
		c.Create(ctx, pod)
		observe.Value("event", c.Event(ctx, pod, unhealthy, "").Message)
		Expect(fixture.Ready(pod)).To(BeFalse())
		gone := c.Within(ctx, 5*time.Second, func() bool { return !c.Runs(ctx, pod, "[s]leep 61") })
		observe.Value("the probe's process is killed", gone)
		c.Remove(ctx, pod)
	})

	It("that leaves a child with its output open ends, or waits for the child", func(ctx SpecContext) {
		pod := unready("leaves-child", once(probe("/bin/sh", "-c", "sleep 33 & exit 0")))
		c.Create(ctx, pod)
		c.Until(ctx, pod, "is ready, or its probe failed", func(p *corev1.Pod) bool {
			return fixture.Ready(p) || len(c.Events(ctx, p, unhealthy)) > 0
		})
		observe.Value("ready", fixture.Ready(pod))
		if !fixture.Ready(pod) {
			observe.Value("event", c.Event(ctx, pod, unhealthy, "").Message)
		}
		c.Remove(ctx, pod)
	})
}
