package logging

import (
	"regexp"
	"strconv"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"

	"github.com/rehearse-dev/rehearse/suites/fixture"
	"github.com/rehearse-dev/rehearse/suites/observe"
)

// patience for output that is on its way.
const patience = 30 * time.Second

var stamp = regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d) `)

// apiSpecs read logs as `kubectl logs` does.
func apiSpecs(c *fixture.Cluster, pod *corev1.Pod) {
	read := func(ctx SpecContext, container string) string {
		return c.Log(ctx, pod, corev1.PodLogOptions{Container: container})
	}

	DescribeTable("comes back from the API as it was written", func(ctx SpecContext, container, want string) {
		Expect(read(ctx, container)).To(Equal(want))
	},
		Entry("when it is plain", "plain", "plain\n"),
		Entry("when it went to stderr", "stderr", "to stderr\n"),
		Entry("when it holds markup, JSON and a tab", "markup", `<a href="x">&amp;</a> {"json": true}`+"\ttab\n"),
		Entry("when there is none", "nothing", ""),
		Entry("when a line is 40 kB long", "long", longText()+"\n"),
	)

	DescribeTable("comes back from the API", func(ctx SpecContext, container, part string) {
		text := read(ctx, container)
		Expect(text).To(ContainSubstring(part))
		observe.Value("text", strconv.QuoteToASCII(text))
	},
		Entry("when its last line has no end", "no-end", "no newline at the end"),
		Entry("when its lines end as on Windows", "crlf", "next"),
		Entry("when it is not UTF-8", "no-utf8", "utf8"),
		Entry("when it went to a terminal", "terminal", "err"),
	)

	It("carries one timestamp per line", func(ctx SpecContext) {
		for _, container := range []string{"plain", "long"} {
			text := c.Log(ctx, pod, corev1.PodLogOptions{Container: container, Timestamps: true})
			stamps := stamp.FindAllString(text, -1)
			Expect(stamps).NotTo(BeEmpty(), "timestamps of container %q", container)
			observe.Value(container+": timestamps", len(stamps))
			observe.Value(container+": first timestamp", stamps[0])
		}
	})

	script := "[ -e /kept/once ] || { touch /kept/once; echo first; exit 1; }; echo second; "
	again := c.Pod("restarted", fixture.Shell("main", script+fixture.Forever))
	again.Spec.RestartPolicy = corev1.RestartPolicyOnFailure
	fixture.MountEmpty(again, "/kept")
	It("can be read after a restart", func(ctx SpecContext) {
		c.Until(ctx, again, "runs again", func(p *corev1.Pod) bool {
			return fixture.Ready(p) && p.Status.ContainerStatuses[0].RestartCount > 0
		})
		Eventually(ctx, func() string { return c.Log(ctx, again, corev1.PodLogOptions{Container: "main"}) }).
			WithTimeout(patience).Should(Equal("second\n"))
		Expect(c.Log(ctx, again, corev1.PodLogOptions{Container: "main", Previous: true})).To(Equal("first\n"))
	})
}
