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
func startSpecs(c *fixture.Cluster) {
	refused := c.Pod("refused",
		fixture.Container("absent", "/no/such/command"),
		fixture.Container("not-in-path", "no-such-command"),
		fixture.Container("not-executable", "/etc/hosts"))
	DescribeTable("cannot start and says why when its command", func(ctx SpecContext, name, command string) {
		c.AwaitEnd(ctx, refused)
		end := fixture.End(refused, name)
		Expect(end.ExitCode).NotTo(BeZero(), "exit code of a container that never ran")
		Expect(end.Message).To(ContainSubstring(command))
		observe.End("container", end)
		observe.Value("event", c.Event(ctx, refused, fixture.About{Reason: "Failed", Container: name}))
	},
		Entry("does not exist", "absent", "/no/such/command"),
		Entry("is not in the path", "not-in-path", "no-such-command"),
		Entry("is not executable", "not-executable", "/etc/hosts"),
	)

	misplaced := c.Pod("misplaced", in("/etc/hosts", fixture.Container("main", "/bin/true")))
	It("cannot start and says why when its working directory is a file", func(ctx SpecContext) {
		c.Until(ctx, misplaced, "was refused", func(p *corev1.Pod) bool { return fixture.Ended(p) || uncreated(p) })
		state := fixture.Status(misplaced, "main").State
		observe.Value("phase", misplaced.Status.Phase)
		if state.Terminated != nil {
			observe.End("container", state.Terminated)
		} else {
			observe.Value("container: waiting reason", state.Waiting.Reason)
			observe.Value("container: waiting message", state.Waiting.Message)
		}
		observe.Value("event", c.Event(ctx, misplaced, fixture.About{Reason: "Failed"}))
		c.Remove(ctx, misplaced)
	})
}

// uncreated says whether a container could not even be created, which kubelet
// tries again for ever.
func uncreated(pod *corev1.Pod) bool {
	for _, s := range pod.Status.ContainerStatuses {
		if s.State.Waiting != nil && strings.HasPrefix(s.State.Waiting.Reason, "CreateContainer") {
			return true
		}
	}
	return false
}
