package logging

import (
	"regexp"
	"strconv"
	"strings"
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
	read := func(ctx SpecContext, k kind) string {
		GinkgoHelper()
		text := k.only(c.Log(ctx, pod, corev1.PodLogOptions{Container: k.container}))
		Expect(text).NotTo(BeEmpty(), "lines of container %q with %q", k.container, k.marker)
		return text
	}

	DescribeTable("comes back from the API as it was written", func(ctx SpecContext, k kind, want string) {
		Expect(read(ctx, k)).To(Equal(want))
	},
		Entry("when it is plain", plain, "plain\n"),
		Entry("when it went to stderr", stderr, "to stderr\n"),
		Entry("when it holds markup, JSON and a tab", markup, `<a href="x">&amp;</a> {"json": true}`+"\ttab\n"),
		Entry("when a line is 40 kB long", long, strings.Repeat(pattern, longLine/len(pattern))+"\n"),
	)

	DescribeTable("comes back from the API", func(ctx SpecContext, k kind) {
		observe.Value("text", strconv.QuoteToASCII(read(ctx, k)))
	},
		Entry("when its last line has no end", noEnd),
		Entry("when its lines end as on Windows", crlf),
		Entry("when it is not UTF-8", noUTF8),
		Entry("when it went to a terminal", onTTY),
	)

	It("carries one timestamp per line", func(ctx SpecContext) {
		text := c.Log(ctx, pod, corev1.PodLogOptions{Container: plain.container, Timestamps: true})
		for _, k := range []kind{plain, long} {
			stamps := stamp.FindAllString(k.only(text), -1)
			Expect(stamps).To(HaveLen(1), "timestamps of the line with %q", k.marker)
			observe.Value("timestamp of "+k.marker, stamps[0])
		}
	})

	script := "[ -e /kept/once ] || { touch /kept/once; echo first; exit 1; }; echo second; "
	again := c.Pod("restarted", fixture.Shell("main", script+fixture.Forever))
	again.Spec.RestartPolicy = corev1.RestartPolicyOnFailure
	fixture.MountEmpty(again, "/kept")
	It("can be read after a restart", func(ctx SpecContext) {
		c.Until(ctx, again, "runs again", fixture.RestartedOnce)
		Eventually(ctx, func() string { return c.Log(ctx, again, corev1.PodLogOptions{Container: "main"}) }).
			WithTimeout(patience).Should(Equal("second\n"))
		Expect(c.Log(ctx, again, corev1.PodLogOptions{Container: "main", Previous: true})).To(Equal("first\n"))
	})
}
