package lifecycle

import (
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"

	"github.com/rehearse-dev/rehearse/suites/fixture"
	"github.com/rehearse-dev/rehearse/suites/observe"
)

// unstartable is a container that no runtime can start: /etc/hosts is a file,
// and not an executable one, in every pod.
func unstartable(workingDir string, command ...string) corev1.Container {
	container := fixture.Container("main", command...)
	container.WorkingDir = workingDir
	return container
}

func startSpecs(c *fixture.Cluster) {
	DescribeTable("cannot start and says why", func(ctx SpecContext, name string, container corev1.Container) {
		pod := fixture.Pod(name, container)
		c.Create(ctx, pod)
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
		Entry("when its command does not exist", "no-command", unstartable("", "/no/such/command")),
		Entry("when its command is not in the path", "no-path", unstartable("", "no-such-command")),
		Entry("when its command is not executable", "not-executable", unstartable("", "/etc/hosts")),
		Entry("when its working directory is a file", "bad-directory", unstartable("/etc/hosts", "/bin/true")),
	)

	It("starts in a working directory that had to be made", func(ctx SpecContext) {
		container := fixture.Shell("main", "pwd; stat -c '%a %u:%g' .")
		container.WorkingDir = "/made/for/this"
		pod := c.Finish(ctx, fixture.Pod("made-directory", container))
		text := c.Log(ctx, pod, corev1.PodLogOptions{Container: "main"})
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
