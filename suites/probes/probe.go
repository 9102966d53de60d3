package probes

import (
	"slices"
	"strconv"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"

	"github.com/rehearse-dev/rehearse/suites/fixture"
	"github.com/rehearse-dev/rehearse/suites/observe"
)

const unhealthy = "Unhealthy"

func probeSpecs(c *fixture.Cluster) {
	failing := probed(c, "failing", func(main *corev1.Container) {
		main.LivenessProbe = probe("/bin/sh", "-c", "echo checked; echo why >&2; exit 3")
	})
	It("that fails restarts its container, and its output is told", func(ctx SpecContext) {
		c.Until(ctx, failing, "was restarted", restarted)
		event := c.Event(ctx, failing, fixture.About{Reason: unhealthy, Text: "Liveness"})
		Expect(event).To(ContainSubstring("checked"))
		observe.Value("event", event)
		observe.Value("killed with", c.Event(ctx, failing, fixture.About{Reason: "Killing"}))
		c.Remove(ctx, failing)
	})

	absent := probed(c, "no-liveness", func(main *corev1.Container) { main.LivenessProbe = probe("/no/such/probe") })
	It("whose command does not exist restarts its container, or is not counted", func(ctx SpecContext) {
		c.Until(ctx, absent, "was restarted, or was probed in vain", func(p *corev1.Pod) bool {
			return restarted(p) || times(c.Events(ctx, p, unhealthy), "errored") >= 2
		})
		observe.Value("restarted", restarted(absent))
		observe.Value("event", c.Event(ctx, absent, fixture.About{Reason: unhealthy, Text: "/no/such/probe"}))
		c.Remove(ctx, absent)
	})

	unreadied := probed(c, "no-readiness", func(main *corev1.Container) { main.ReadinessProbe = probe("/no/such/probe") })
	It("whose command does not exist keeps its container unready", func(ctx SpecContext) {
		observe.Value("event", c.Event(ctx, unreadied, fixture.About{Reason: unhealthy, Text: "/no/such/probe"}))
		c.Until(ctx, unreadied, "runs", running)
		Expect(fixture.Ready(unreadied)).To(BeFalse())
		c.Remove(ctx, unreadied)
	})

	overdue := probed(c, "slow", func(main *corev1.Container) {
		main.StartupProbe = once("exec sleep 7777")
		main.StartupProbe.TimeoutSeconds = 1
	})
	It("that takes longer than it may counts as a failure", func(ctx SpecContext) {
		observe.Value("event", c.Event(ctx, overdue, fixture.About{Reason: unhealthy}))
		gone := c.Within(ctx, 5*time.Second, func() bool { return !c.Runs(ctx, overdue, "[s]leep 7777") })
		observe.Value("the probe's process is killed", gone)
		c.Remove(ctx, overdue)
	})

	leaving := probed(c, "leaves-child", func(main *corev1.Container) {
		main.StartupProbe = once("{ sleep 25; touch /child-ended; } & exit 0")
	})
	It("that leaves a child with its output open ends, or waits for the child", func(ctx SpecContext) {
		c.AwaitReady(ctx, leaving)
		ended := c.Shell(ctx, leaving, "until [ -e /child-ended ]; do sleep 0.5; done; stat -c %Y /child-ended")
		seconds, err := strconv.ParseInt(ended, 10, 64)
		Expect(err).NotTo(HaveOccurred())
		// Which of two recorded times comes first does not depend on when this spec
		// looks.
		observe.Value("waits for the child", !readySince(leaving).Before(time.Unix(seconds, 0)))
		c.Remove(ctx, leaving)
	})
}

// readySince is when a ready pod became so, in whole seconds.
func readySince(pod *corev1.Pod) time.Time {
	at := slices.IndexFunc(pod.Status.Conditions, func(c corev1.PodCondition) bool { return c.Type == corev1.PodReady })
	return pod.Status.Conditions[at].LastTransitionTime.Time
}
