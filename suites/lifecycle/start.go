package lifecycle

import (
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"

	"github.com/rehearse-dev/rehearse/suites/fixture"
	"github.com/rehearse-dev/rehearse/suites/observe"
)

func startSpecs(c *fixture.Cluster) {
	// No runtime can start these: /etc/hosts is a file, and not an executable one,
	// in every pod.
	in := func(directory string, container corev1.Container) corev1.Container {
		container.WorkingDir = directory
		return container
	}
	DescribeTable("cannot start and says why", func(ctx SpecContext, pod *corev1.Pod) {
		c.Until(ctx, pod, "was refused", refused)
		state := fixture.Status(pod, "main").State
		observe.Value("phase", pod.Status.Phase)
		if state.Terminated == nil {
			observe.Value("waiting reason", state.Waiting.Reason)
			observe.Value("waiting message", state.Waiting.Message)
		} else {
			Expect(state.Terminated.ExitCode).NotTo(BeZero(), "exit code of a container that never ran")
			observe.End("main", state.Terminated)
		}
		observe.Value("event", c.Event(ctx, pod, "Failed", "").Message)
		c.Remove(ctx, pod)
	},
		Entry("when its command does not exist",
			c.Pod("no-command", fixture.Container("main", "/no/such/command"))),
		Entry("when its command is not in the path",
			c.Pod("no-path", fixture.Container("main", "no-such-command"))),
		Entry("when its command is not executable",
			c.Pod("not-executable", fixture.Container("main", "/etc/hosts"))),
		Entry("when its working directory is a file",
			c.Pod("bad-directory", in("/etc/hosts", fixture.Container("main", "/bin/true")))),
	)

	made := c.Pod("made-directory", in("/made/for/this", fixture.Shell("main", "pwd; stat -c '%a %u:%g' .")))
	It("starts in a working directory that had to be made", func(ctx SpecContext) {
		c.AwaitEnd(ctx, made)
		text := c.Log(ctx, made, corev1.PodLogOptions{Container: "main"})
		Expect(text).To(HavePrefix("/made/for/this\n"))
		observe.Value("working directory", text)
	})
}

// refused says whether a container was given up: it has ended without having
// run, or could not even be created, which kubelet tries again for ever.
func refused(pod *corev1.Pod) bool {
	if fixture.Ended(pod) {
		return true
	}
	for _, s := range pod.Status.ContainerStatuses {
		if s.State.Waiting != nil && strings.HasPrefix(s.State.Waiting.Reason, "CreateContainer") {
			return true
		}
	}
	return false
}
