package logging

import (
	"fmt"
	"path"
	"strconv"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"

	"github.com/rehearse-dev/rehearse/suites/fixture"
	"github.com/rehearse-dev/rehearse/suites/observe"
)

// fileSpecs read logs as a log shipper on the node does.
func fileSpecs(c *fixture.Cluster, pod *corev1.Pod) {
	Context("on the node", func() {
		reader := c.Server("reader", fixture.Shell("main", fixture.Forever))
		fixture.Beside(reader, pod)
		// Both, at their own paths: a log in the first may be a link into the second.
		fixture.MountHost(reader, "/var/log", "/var/lib")
		BeforeEach(func(ctx SpecContext) { c.AwaitReady(ctx, reader) })
		file := func(container string) string {
			dir := fmt.Sprintf("%s_%s_%s", pod.Namespace, pod.Name, pod.UID)
			return path.Join("/var/log/pods", dir, container, "0.log")
		}

		It("is a file that a shipper finds", func(ctx SpecContext) {
			name := file(plain.container)
			observe.Value("kind", c.Shell(ctx, reader, "stat -c '%F' "+name))
			observe.Value("file at its end", c.Shell(ctx, reader, "readlink -f "+name+" | sed 's#^/var/log/pods/.*#the same#'"))
			observe.Value("mode and owner at its end", c.Shell(ctx, reader, "stat -L -c '%a %u:%g' "+name))
			link := fmt.Sprintf("/var/log/containers/%s_%s_%s-*.log", pod.Name, pod.Namespace, lines)
			target := c.Shell(ctx, reader, "readlink "+link)
			Expect(target).To(Equal(name), "target of the link in /var/log/containers")
		})

		DescribeTable("holds records", func(ctx SpecContext, k kind) {
			text := k.only(c.Shell(ctx, reader, "cat "+file(k.container)))
			Expect(text).NotTo(BeEmpty())
			observe.Value("records", records(text))
		},
			Entry("of a plain line", plain),
			Entry("of a line to stderr", stderr),
			Entry("of markup, JSON and a tab", markup),
			Entry("of lines that end as on Windows", crlf),
			Entry("of bytes that are not UTF-8", noUTF8),
			Entry("of a last line without end", noEnd),
			Entry("of a line of 40 kB", long),
			Entry("of a terminal", onTTY),
		)
	})
}

// records shows the shape of each record: a long payload as its length, and
// bytes that a report cannot hold as their escapes.
func records(raw string) string {
	var shapes []string
	for line := range strings.Lines(raw) {
		shapes = append(shapes, shape(strings.TrimSuffix(line, "\n")))
	}
	return strings.Join(shapes, "\n")
}

func shape(record string) string {
	from, to := strings.Index(record, pattern), strings.LastIndex(record, pattern)+len(pattern)
	if from < 0 {
		return escape(record)
	}
	return fmt.Sprintf("%s<%d bytes>%s", escape(record[:from]), to-from, escape(record[to:]))
}

// escape leaves quotes and backslashes as they are: they belong to the format.
func escape(text string) string {
	quoted := strconv.QuoteToASCII(text)
	return strings.NewReplacer(`\"`, `"`, `\\`, `\`).Replace(quoted[1 : len(quoted)-1])
}
