package lifecycle

import (
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"

	"github.com/rehearse-dev/rehearse/suites/fixture"
	"github.com/rehearse-dev/rehearse/suites/observe"
)

// startSpecs are about what no runtime can start: /etc/hosts is a file, and not
// an executable one, in every pod.
//
// The pods are tried again and again, and what is wrong has to be named some time:
// on cgroup v1 runc now and then finds another fault with a container whose start
// fails, that it is "unable to freeze".
func startSpecs(c *fixture.Cluster) {
	refused := c.Pod("refused",
		fixture.Container("absent", "/no/such/command"),
		fixture.Container("not-in-path", "no-such-command"),
		fixture.Container("not-executable", "/etc/hosts"))
	refused.Spec.RestartPolicy = corev1.RestartPolicyAlways
	DescribeTable("cannot start and says why when its command", func(ctx SpecContext, name, command string) {
		var end *corev1.ContainerStateTerminated
		c.Until(ctx, refused, "names "+command, func(p *corev1.Pod) bool {
			end = fixture.EndSaying(p, name, command)
			return end != nil
		})
		Expect(end.ExitCode).NotTo(BeZero(), "exit code of a container that never ran")
		observe.End("container", end)
		observe.Value("event", c.Event(ctx, refused, fixture.About{Reason: "Failed", Container: name, Text: command}))
	},
		Entry("does not exist", "absent", "/no/such/command"),
		Entry("is not in the path", "not-in-path", "no-such-command"),
		Entry("is not executable", "not-executable", "/etc/hosts"),
	)

	misplaced := c.Pod("misplaced", in("/etc/hosts", fixture.Container("main", "/bin/true")))
	misplaced.Spec.RestartPolicy = corev1.RestartPolicyAlways
	It("cannot start and says why when its working directory is a file", func(ctx SpecContext) {
		var end *corev1.ContainerStateTerminated
		var waiting *corev1.ContainerStateWaiting
		c.Until(ctx, misplaced, "names /etc/hosts", func(p *corev1.Pod) bool {
			end, waiting = fixture.EndSaying(p, "main", "/etc/hosts"), uncreated(p)
			return end != nil || waiting != nil
		})
		if end != nil {
			observe.End("container", end)
		} else {
			observe.Value("container: waiting reason", waiting.Reason)
			observe.Value("container: waiting message", waiting.Message)
		}
		observe.Value("event", c.Event(ctx, misplaced, fixture.About{Reason: "Failed", Text: "/etc/hosts"}))
		c.Remove(ctx, misplaced)
	})
}

// uncreated returns what a pod's only container waits for if it could not even be
// created.
func uncreated(pod *corev1.Pod) *corev1.ContainerStateWaiting {
	for _, s := range pod.Status.ContainerStatuses {
		if s.State.Waiting != nil && strings.HasPrefix(s.State.Waiting.Reason, "CreateContainer") {
			return s.State.Waiting
		}
	}
	return nil
}
