package lifecycle

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"

	"github.com/rehearse-dev/rehearse/suites/fixture"
	"github.com/rehearse-dev/rehearse/suites/observe"
)

func orderSpecs(c *fixture.Cluster) {
	pod := c.Pod("init-fails", fixture.Shell("main", "echo never"))
	pod.Spec.InitContainers = []corev1.Container{
		fixture.Shell("first", "exit 0"), fixture.Shell("second", "exit 4"), fixture.Shell("third", "echo never"),
	}
	It("does not start when an init container fails", func(ctx SpecContext) {
		c.AwaitEnd(ctx, pod)
		Expect(pod.Status.Phase).To(Equal(corev1.PodFailed))
		Expect(fixture.End(pod, "second").ExitCode).To(BeEquivalentTo(4))
		for _, later := range []string{"third", "main"} {
			waiting := fixture.Status(pod, later).State.Waiting
			Expect(waiting).NotTo(BeNil(), "container %q after a failed init container", later)
			observe.Value(later+": waiting reason", waiting.Reason)
		}
		observe.End("first", fixture.End(pod, "first"))
		observe.End("second", fixture.End(pod, "second"))
	})

	// Nothing in there hears TERM: whether it did already when TERM came would
	// differ from run to run.
	hooked := func(name string, command ...string) corev1.Container {
		container := fixture.Container(name, "/bin/sleep", "3600")
		container.Lifecycle = &corev1.Lifecycle{PostStart: hook(command...)}
		return container
	}
	hooks := c.Pod("hooks",
		hooked("failing", "/bin/sh", "-c", "echo why >&2; exit 6"),
		hooked("absent", "/no/such/hook"))
	DescribeTable("is ended when its postStart hook", func(ctx SpecContext, name string) {
		c.AwaitEnd(ctx, hooks)
		observe.End("container", fixture.End(hooks, name))
		observe.Value("event", c.Event(ctx, hooks, fixture.About{Reason: "FailedPostStartHook", Container: name}))
	},
		Entry("fails", "failing"),
		Entry("does not exist", "absent"),
	)
}
