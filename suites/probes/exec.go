package probes

import (
	"bytes"
	"strconv"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"

	"github.com/rehearse-dev/rehearse/suites/fixture"
	"github.com/rehearse-dev/rehearse/suites/observe"
)

func execSpecs(c *fixture.Cluster) {
	pod := c.Pod("target", fixture.Shell("main", fixture.Forever))
	BeforeEach(func(ctx SpecContext) { c.AwaitReady(ctx, pod) })

	It("keeps its streams apart and its exit code", func(ctx SpecContext) {
		out := c.Exec(ctx, pod, "/bin/sh", "-c", "echo out; echo err >&2; exit 5")
		Expect(out).To(Equal(fixture.Output{Stdout: "out\n", Stderr: "err\n", Code: 5}))
	})

	It("gets its input unchanged, and its end", func(ctx SpecContext) {
		input := bytes.Repeat([]byte("\x00\xff\r\nabc"), 10_000)
		out := c.Stream(ctx, pod, &corev1.PodExecOptions{Command: []string{"/bin/cat"}}, bytes.NewReader(input))
		Expect(out.Err).NotTo(HaveOccurred())
		Expect(out.Stdout == string(input)).To(BeTrue(), "%d bytes came back of %d", len(out.Stdout), len(input))
	})

	It("has a terminal when it asks for one", func(ctx SpecContext) {
		script := "echo TERM=$TERM; [ -t 1 ] && echo terminal; echo err >&2"
		out := c.Stream(ctx, pod, &corev1.PodExecOptions{Command: []string{"/bin/sh", "-c", script}, TTY: true}, nil)
		Expect(out.Err).NotTo(HaveOccurred())
		Expect(out.Stdout).To(ContainSubstring("terminal\r\n"))
		observe.Value("output", strconv.QuoteToASCII(out.Stdout))
	})

	DescribeTable("that cannot be run says why", func(ctx SpecContext, command string) {
		out := c.Exec(ctx, pod, command)
		Expect(out.Err != nil || out.Code != 0).To(BeTrue(), "a command that cannot be run succeeded")
		observeOutput(out)
	},
		Entry("when it does not exist", "/no/such/command"),
		Entry("when it is not in the path", "no-such-command"),
		Entry("when it is not executable", "/etc/hosts"),
	)

	It("that leaves a child with its output open ends, or waits for the child", func(ctx SpecContext) {
		out := c.Exec(ctx, pod, "/bin/sh", "-c", "sleep 9 & echo started")
		Expect(out.Stdout).To(Equal("started\n"))
		observe.Value("child still runs", c.Runs(ctx, pod, "[s]leep 9"))
	})

	ended := c.Pod("ended", fixture.Shell("main", "exit 0"))
	It("in a container that has ended is refused", func(ctx SpecContext) {
		c.AwaitEnd(ctx, ended)
		out := c.Exec(ctx, ended, "/bin/true")
		Expect(out.Err).To(HaveOccurred())
		observeOutput(out)
	})
}

func observeOutput(out fixture.Output) {
	if out.Err != nil {
		observe.Value("exit code", "none")
		observe.Value("output", out.Err)
		return
	}
	observe.Value("exit code", out.Code)
	observe.Value("output", strings.TrimSpace(out.Stdout+out.Stderr))
}
