package lifecycle

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/rehearse-dev/rehearse/suites/fixture"
	"github.com/rehearse-dev/rehearse/suites/observe"
)

// restartSpecs are about containers that end once and then stay.
func restartSpecs(c *fixture.Cluster) {
	pod := c.Pod("restarted",
		twice("failed", "exit 3"),
		limited(twice("out-of-memory", "exec tail /dev/zero")),
		limited(twice("child-out-of-memory", "tail /dev/zero; exit 9")))
	pod.Spec.RestartPolicy = corev1.RestartPolicyAlways
	fixture.MountEmpty(pod, "/kept")

	firstEnd := func(ctx SpecContext, name string) *corev1.ContainerStateTerminated {
		GinkgoHelper()
		c.Until(ctx, pod, "runs again", fixture.RestartedOnce)
		status := fixture.Status(pod, name)
		Expect(status.LastTerminationState.Terminated).NotTo(BeNil(), "last state of a restarted container")
		return status.LastTerminationState.Terminated
	}
	It("is restarted after a failure and remembers it", func(ctx SpecContext) {
		end := firstEnd(ctx, "failed")
		Expect(end.ExitCode).To(BeEquivalentTo(3))
		observe.End("first run", end)
	})
	It("is killed when it uses more memory than it may", func(ctx SpecContext) {
		end := firstEnd(ctx, "out-of-memory")
		Expect(end.ExitCode).To(BeEquivalentTo(137))
	})
	It("ends as it likes when a child uses more memory than it may", func(ctx SpecContext) {
		// The reason would be worth observing too, but with containerd on cgroup v1 it
		// is a matter of luck: OOMKilled when news of it came before the container's
		// end, and otherwise Error.
		observe.Value("exit code", firstEnd(ctx, "child-out-of-memory").ExitCode)
	})
}

// twice runs a script the first time and then stays.
func twice(name, script string) corev1.Container {
	return fixture.Shell(name, "[ -e /kept/"+name+" ] || { touch /kept/"+name+"; "+script+"; }; "+fixture.Forever)
}

// limited gives a container little memory, yet more than any runtime's minimum.
func limited(container corev1.Container) corev1.Container {
	container.Resources.Limits = corev1.ResourceList{corev1.ResourceMemory: resource.MustParse("24Mi")}
	return container
}
