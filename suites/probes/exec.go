package probes

import (
	"bytes"
	"strconv"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/rehearse-dev/rehearse/suites/fixture"
	"github.com/rehearse-dev/rehearse/suites/observe"
)

// patience for an answer that tells the cause.
const patience = 30 * time.Second

func execSpecs(c *fixture.Cluster) {
	pod := c.Server("target", fixture.Shell("main", fixture.Forever))
	BeforeEach(func(ctx SpecContext) { c.AwaitReady(ctx, pod) })

	It("keeps its streams apart and its exit code", func(ctx SpecContext) {
		out := c.Exec(ctx, pod, "/bin/sh", "-c", "echo out; echo err >&2; exit 5")
		Expect(out).To(Equal(fixture.Output{Stdout: "out\n", Stderr: "err\n", Code: 5}))
	})

	It("runs over a WebSocket, or does not", func(ctx SpecContext) {
		out, err := c.Run(ctx, pod, fixture.Command{Argv: []string{"/bin/echo", "hello"}, WebSocket: true})
		show(out, err)
	})

	It("gets its input unchanged, and its end", func(ctx SpecContext) {
		input := bytes.Repeat([]byte("\x00\xff\r\nabc"), 10_000)
		out, err := c.Run(ctx, pod, fixture.Command{Argv: []string{"/bin/cat"}, Stdin: bytes.NewReader(input)})
		Expect(err).NotTo(HaveOccurred())
		Expect(out.Stdout).To(HaveLen(len(input)))
		Expect(bytes.Equal([]byte(out.Stdout), input)).To(BeTrue(), "other bytes came back")
	})

	It("has a terminal when it asks for one", func(ctx SpecContext) {
		script := "echo TERM=$TERM; [ -t 1 ] && echo terminal; echo err >&2"
		out, err := c.Run(ctx, pod, fixture.Command{Argv: []string{"/bin/sh", "-c", script}, TTY: true})
		Expect(err).NotTo(HaveOccurred())
		Expect(out.Stdout).To(ContainSubstring("terminal\r\n"))
		observe.Value("output", strconv.QuoteToASCII(out.Stdout))
	})

	DescribeTable("that cannot be run says why", func(ctx SpecContext, command string) {
		var code, said string
		Eventually(ctx, func() string {
			code, said = outcome(c.Run(ctx, pod, fixture.Command{Argv: []string{command}}))
			return said
		}).WithTimeout(patience).Should(ContainSubstring(command), "what is said of a command that cannot be run")
		Expect(code).NotTo(Equal("0"), "exit code of a command that cannot be run")
		observe.Value("exit code", code)
		observe.Value("output", said)
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
		out, err := c.Run(ctx, ended, fixture.Command{Argv: []string{"/bin/true"}})
		Expect(err).To(HaveOccurred())
		show(out, err)
	})
}

// outcome is a command's exit code and what it printed, or why it did not run.
func outcome(out fixture.Output, err error) (code, said string) {
	if err != nil {
		return "none", err.Error()
	}
	return strconv.Itoa(out.Code), strings.TrimSpace(out.Stdout + out.Stderr)
}

// show observes the outcome of a command.
func show(out fixture.Output, err error) {
	code, said := outcome(out, err)
	observe.Value("exit code", code)
	observe.Value("output", said)
}
