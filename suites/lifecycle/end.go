package lifecycle

import (
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
		c.Until(ctx, again, "runs again", func(p *corev1.Pod) bool {
			return fixture.Ready(p) && p.Status.ContainerStatuses[0].RestartCount > 0
		})
		status := fixture.Status(again, "main")
		Expect(status.RestartCount).To(BeEquivalentTo(1))
		Expect(status.LastTerminationState.Terminated).NotTo(BeNil(), "last state of a restarted container")
		Expect(status.LastTerminationState.Terminated.ExitCode).To(BeEquivalentTo(3))
		observe.End("first run", status.LastTerminationState.Terminated)
		c.Remove(ctx, again)
	})
}

func memorySpecs(c *fixture.Cluster) {
	greedy := c.Pod("out-of-memory", limited(fixture.Shell("main", "exec tail /dev/zero")))
	It("is killed when it uses more memory than it may", func(ctx SpecContext) {
		c.AwaitEnd(ctx, greedy)
		end := fixture.End(greedy, "main")
		Expect(end.ExitCode).To(BeEquivalentTo(137))
		observe.End("main", end)
	})

	parent := c.Pod("child-out-of-memory", limited(fixture.Shell("main", "exec 2>&1; tail /dev/zero; echo child: $?; exit 9")))
	It("ends as it likes when a child uses more memory than it may", func(ctx SpecContext) {
		c.AwaitEnd(ctx, parent)
		observe.End("main", fixture.End(parent, "main"))
		observe.Value("log", c.Log(ctx, parent, corev1.PodLogOptions{Container: "main"}))
	})
}

// limited gives a container little memory, yet more than any runtime's minimum.
func limited(container corev1.Container) corev1.Container {
	container.Resources.Limits = corev1.ResourceList{corev1.ResourceMemory: resource.MustParse("24Mi")}
	return container
}
