package lifecycle

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"

	"github.com/rehearse-dev/rehearse/suites/fixture"
	"github.com/rehearse-dev/rehearse/suites/observe"
)

func endSpecs(c *fixture.Cluster) {
	It("reports its own exit code", func(ctx SpecContext) {
		codes := map[string]int32{"zero": 0, "three": 3, "high": 255, "killed-child": 137}
		pod := c.Finish(ctx, fixture.Pod("exit-codes",
			fixture.Shell("zero", "exit 0"),
			fixture.Shell("three", "exit 3"),
			fixture.Shell("high", "exit 255"),
			fixture.Shell("killed-child", "sh -c 'kill -9 $$'; exit $?"),
		))
		for _, container := range pod.Spec.Containers {
			end := fixture.End(pod, container.Name)
			Expect(end.ExitCode).To(Equal(codes[container.Name]), "exit code of %q", container.Name)
			observe.End(container.Name, end)
		}
	})

	It("reports when it started and finished", func(ctx SpecContext) {
		pod := c.Finish(ctx, fixture.Pod("times", fixture.Shell("main", "sleep 1")))
		end := fixture.End(pod, "main")
		Expect(end.FinishedAt.Time).To(BeTemporally(">=", end.StartedAt.Time))
		Expect(end.StartedAt.Time).To(BeTemporally(">=", pod.Status.StartTime.Time))
		observe.End("main", end)
	})

	It("leaves a termination message", func(ctx SpecContext) {
		logged := fixture.Shell("logged", "echo last words; exit 4")
		logged.TerminationMessagePolicy = corev1.TerminationMessageFallbackToLogsOnError
		pod := c.Finish(ctx, fixture.Pod("message",
			fixture.Shell("written", "printf 'said with <care>' >/dev/termination-log"), logged))
		Expect(fixture.End(pod, "written").Message).To(Equal("said with <care>"))
		Expect(fixture.End(pod, "logged").Message).To(Equal("last words\n"))
	})

	It("is restarted after a failure and remembers it", func(ctx SpecContext) {
		container := fixture.Shell("main", "[ -e /kept/once ] || { touch /kept/once; exit 3; }; "+fixture.Forever)
		pod := fixture.Pod("restarted", container)
		pod.Spec.RestartPolicy = corev1.RestartPolicyOnFailure
		fixture.MountEmpty(pod, "/kept")
		c.Create(ctx, pod)
		c.Until(ctx, pod, "runs again", func(p *corev1.Pod) bool {
			return fixture.Ready(p) && p.Status.ContainerStatuses[0].RestartCount > 0
		})
		status := fixture.Status(pod, "main")
		Expect(status.RestartCount).To(BeEquivalentTo(1))
		Expect(status.LastTerminationState.Terminated).NotTo(BeNil(), "last state of a restarted container")
		Expect(status.LastTerminationState.Terminated.ExitCode).To(BeEquivalentTo(3))
		observe.End("first run", status.LastTerminationState.Terminated)
		c.Remove(ctx, pod)
	})
}

func memorySpecs(c *fixture.Cluster) {
	It("is killed when it uses more memory than it may", func(ctx SpecContext) {
		pod := c.Finish(ctx, fixture.Pod("out-of-memory", limited(fixture.Shell("main", "exec tail /dev/zero"))))
		end := fixture.End(pod, "main")
		Expect(end.ExitCode).To(BeEquivalentTo(137))
		observe.End("main", end)
	})

	It("ends as it likes when a child uses more memory than it may", func(ctx SpecContext) {
		script := "exec 2>&1; tail /dev/zero; echo child: $?; exit 9"
		pod := c.Finish(ctx, fixture.Pod("child-out-of-memory", limited(fixture.Shell("main", script))))
		observe.End("main", fixture.End(pod, "main"))
		observe.Value("log", c.Log(ctx, pod, corev1.PodLogOptions{Container: "main"}))
	})
}

func limited(container corev1.Container) corev1.Container {
	container.Resources.Limits = corev1.ResourceList{corev1.ResourceMemory: memory}
	return container
}
