package lifecycle

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"

	"github.com/rehearse-dev/rehearse/suites/fixture"
	"github.com/rehearse-dev/rehearse/suites/observe"
)

func endSpecs(c *fixture.Cluster) {
	logged := fixture.Shell("logged", "echo last words; exit 4")
	logged.TerminationMessagePolicy = corev1.TerminationMessageFallbackToLogsOnError
	pod := c.Pod("ended",
		fixture.Shell("zero", "exit 0"),
		fixture.Shell("three", "exit 3"),
		fixture.Shell("killed", "sleep 60 & kill -9 $!; wait $!; exit $?"),
		fixture.Shell("slow", "sleep 3"),
		fixture.Shell("written", "printf 'said with <care>' >/dev/termination-log"),
		logged,
		in("/made/for/this", fixture.Shell("placed", "pwd; stat -c '%a %u:%g' .")))

	DescribeTable("reports its exit code", func(ctx SpecContext, name string, code int) {
		c.AwaitEnd(ctx, pod)
		end := fixture.End(pod, name)
		Expect(end.ExitCode).To(BeEquivalentTo(code))
		observe.End("container", end)
	},
		Entry("when all went well", "zero", 0),
		Entry("when something failed", "three", 3),
		Entry("when its child was killed", "killed", 137),
	)

	It("reports when it started and finished", func(ctx SpecContext) {
		c.AwaitEnd(ctx, pod)
		end := fixture.End(pod, "slow")
		Expect(end.FinishedAt.Time).To(BeTemporally(">", end.StartedAt.Time))
		Expect(end.StartedAt.Time).To(BeTemporally(">=", pod.Status.StartTime.Time))
	})

	It("leaves a termination message", func(ctx SpecContext) {
		c.AwaitEnd(ctx, pod)
		Expect(fixture.End(pod, "written").Message).To(Equal("said with <care>"))
		Expect(fixture.End(pod, "logged").Message).To(Equal("last words\n"))
	})

	It("starts in a working directory that had to be made", func(ctx SpecContext) {
		c.AwaitEnd(ctx, pod)
		text := c.Log(ctx, pod, corev1.PodLogOptions{Container: "placed"})
		Expect(text).To(HavePrefix("/made/for/this\n"))
		observe.Value("working directory", text)
	})
}
