// Package images is the suite about images: what is said when one cannot be had,
// and how those that can are named.
package images

import (
	"slices"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"

	"github.com/rehearse-dev/rehearse/suites/fixture"
	"github.com/rehearse-dev/rehearse/suites/observe"
)

// A node tells of its images every now and then.
const (
	patience = 2 * time.Minute
	interval = time.Second
)

// Register adds the suite's specs to the process. One process runs one suite.
func Register() {
	c := fixture.Use("images")
	Describe("an image", func() {
		missingSpecs(c)
		namingSpecs(c)
	})
}

// absence is how it shows that an image cannot be had.
type absence struct {
	waiting []string // any of these reasons
	event   fixture.About
}

// missingSpecs need no registry: every image fails on the node itself.
func missingSpecs(c *fixture.Cluster) {
	pull := absence{[]string{"ErrImagePull", "ImagePullBackOff"}, fixture.About{Reason: "Failed", Text: "Failed to pull image"}}
	wanting := func(name, image string, policy corev1.PullPolicy) *corev1.Pod {
		container := fixture.Shell("main", "echo never")
		container.Image, container.ImagePullPolicy = image, policy
		return c.Pod(name, container)
	}
	DescribeTable("that cannot be had is told why", func(ctx SpecContext, pod *corev1.Pod, a absence) {
		c.Until(ctx, pod, "waits for its image", func(p *corev1.Pod) bool { return waits(p, a.waiting) })
		observe.Value("image in status", fixture.Status(pod, "main").Image)
		if len(a.waiting) == 1 { // kubelet goes to and fro between two: only one stays
			observe.Value("waiting message", fixture.Status(pod, "main").State.Waiting.Message)
		}
		observe.Value("event", c.Event(ctx, pod, a.event))
		c.Remove(ctx, pod)
	},
		Entry("when it is absent and must not be pulled",
			wanting("never", "rehearse.invalid/absent:1", corev1.PullNever),
			absence{[]string{"ErrImageNeverPull"}, fixture.About{Reason: "ErrImageNeverPull"}}),
		Entry("when its name is malformed",
			wanting("malformed", "rehearse.invalid/UPPER:1", corev1.PullIfNotPresent),
			absence{[]string{"InvalidImageName"}, fixture.About{Reason: "InspectFailed"}}),
		Entry("when nobody answers for its registry",
			wanting("refused", "127.0.0.1:5999/team/absent:1", corev1.PullIfNotPresent), pull),
		Entry("when its registry has no address",
			wanting("unresolvable", "registry.invalid/team/absent:1", corev1.PullIfNotPresent), pull),
		Entry("when it is asked for by a digest",
			wanting("digest", "127.0.0.1:5999/team/absent@sha256:"+strings.Repeat("0", 64), corev1.PullIfNotPresent), pull),
	)
}

func waits(pod *corev1.Pod, reasons []string) bool {
	if len(pod.Status.ContainerStatuses) == 0 {
		return false
	}
	waiting := pod.Status.ContainerStatuses[0].State.Waiting
	return waiting != nil && slices.Contains(reasons, waiting.Reason)
}

func namingSpecs(c *fixture.Cluster) {
	pod := c.Server("named", fixture.Shell("main", fixture.Forever))
	It("that runs is named in its pod's status", func(ctx SpecContext) {
		c.AwaitReady(ctx, pod)
		status := fixture.Status(pod, "main")
		Expect(status.ImageID).NotTo(BeEmpty())
		observe.Value("image", status.Image)
		observe.Value("image ID", status.ImageID)
		observe.Value("container ID", status.ContainerID)
	})

	It("that a node has is named in the node's status", func(ctx SpecContext) {
		var names []string
		Eventually(ctx, func() []string {
			names = namesOf(c.Node(ctx), fixture.Toolbox())
			return names
		}).WithTimeout(patience).WithPolling(interval).ShouldNot(BeEmpty(), "names of %q", fixture.Toolbox())
		observe.Value("names", strings.Join(names, "\n"))
	})

	It("is run by a runtime that the node names", func(ctx SpecContext) {
		observe.Value("runtime", c.Node(ctx).Status.NodeInfo.ContainerRuntimeVersion)
	})
}

func namesOf(node *corev1.Node, image string) []string {
	for _, i := range node.Status.Images {
		if slices.Contains(i.Names, image) || slices.Contains(i.Names, "docker.io/"+image) {
			return slices.Sorted(slices.Values(i.Names))
		}
	}
	return nil
}
