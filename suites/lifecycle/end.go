package lifecycle

import (
	"context"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/rehearse-dev/rehearse/suites/fixture"
	"github.com/rehearse-dev/rehearse/suites/observe"
)

func endSpecs(c *fixture.Cluster) {
	codes := map[string]int32{"zero": 0, "three": 3, "high": 255, "killed-child": 137}
	coded := c.Pod("exit-codes",
		fixture.Shell("zero", "exit 0"),
		fixture.Shell("three", "exit 3"),
		fixture.Shell("high", "exit 255"),
		fixture.Shell("killed-child", "sleep 60 & kill -9 $!; wait $!; exit $?"),
	)
	It("reports its own exit code", func(ctx SpecContext) {
		c.AwaitEnd(ctx, coded)
		for _, container := range coded.Spec.Containers {
			end := fixture.End(coded, container.Name)
			Expect(end.ExitCode).To(Equal(codes[container.Name]), "exit code of %q", container.Name)
			observe.End(container.Name, end)
		}
	})

	timed := c.Pod("times", fixture.Shell("main", "sleep 1"))
	It("reports when it started and finished", func(ctx SpecContext) {
		c.AwaitEnd(ctx, timed)
		end := fixture.End(timed, "main")
		Expect(end.FinishedAt.Time).To(BeTemporally(">=", end.StartedAt.Time))
		Expect(end.StartedAt.Time).To(BeTemporally(">=", timed.Status.StartTime.Time))
		observe.End("main", end)
	})

	logged := fixture.Shell("logged", "echo last words; exit 4")
	logged.TerminationMessagePolicy = corev1.TerminationMessageFallbackToLogsOnError
	told := c.Pod("message", fixture.Shell("written", "printf 'said with <care>' >/dev/termination-log"), logged)
	It("leaves a termination message", func(ctx SpecContext) {
		c.AwaitEnd(ctx, told)
		Expect(fixture.End(told, "written").Message).To(Equal("said with <care>"))
		Expect(fixture.End(told, "logged").Message).To(Equal("last words\n"))
	})

	again := c.Pod("restarted", fixture.Shell("main", "[ -e /kept/once ] || { touch /kept/once; exit 3; }; "+fixture.Forever))
	again.Spec.RestartPolicy = corev1.RestartPolicyOnFailure
	fixture.MountEmpty(again, "/kept")
	It("is restarted after a failure and remembers it", func(ctx SpecContext) {
		end := firstEnd(ctx, c, again)
		Expect(end.ExitCode).To(BeEquivalentTo(3))
		observe.End("first run", end)
	})
}

func memorySpecs(c *fixture.Cluster) {
	// Each runs out of memory once and then stays. How the first run ended is read
	// after the restart: what a status says right after the end is, with containerd
	// on cgroup v1, a matter of luck.
	greedy := func(name, script string) *corev1.Pod {
		container := fixture.Shell("main", "[ -e /kept/once ] || { touch /kept/once; "+script+"; }; "+fixture.Forever)
		// Little, yet more than any runtime's minimum.
		container.Resources.Limits = corev1.ResourceList{corev1.ResourceMemory: resource.MustParse("24Mi")}
		pod := c.Pod(name, container)
		pod.Spec.RestartPolicy = corev1.RestartPolicyAlways
		fixture.MountEmpty(pod, "/kept")
		return pod
	}
	main := greedy("out-of-memory", "exec tail /dev/zero")
	It("is killed when it uses more memory than it may", func(ctx SpecContext) {
		end := firstEnd(ctx, c, main)
		Expect(end.ExitCode).To(BeEquivalentTo(137))
		observe.End("main", end)
	})

	child := greedy("child-out-of-memory", "tail /dev/zero; exit 9")
	It("ends as it likes when a child uses more memory than it may", func(ctx SpecContext) {
		observe.End("main", firstEnd(ctx, c, child))
	})
}

// firstEnd waits until a pod's only container runs again and returns how its
// first run ended.
func firstEnd(ctx context.Context, c *fixture.Cluster, pod *corev1.Pod) *corev1.ContainerStateTerminated {
	GinkgoHelper()
	c.Until(ctx, pod, "runs again", func(p *corev1.Pod) bool {
		return fixture.Ready(p) && p.Status.ContainerStatuses[0].RestartCount > 0
	})
	status := pod.Status.ContainerStatuses[0]
	Expect(status.RestartCount).To(BeEquivalentTo(1))
	Expect(status.LastTerminationState.Terminated).NotTo(BeNil(), "last state of a restarted container")
	return status.LastTerminationState.Terminated
}
