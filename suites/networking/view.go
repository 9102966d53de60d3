package networking

import (
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"

	"github.com/rehearse-dev/rehearse/suites/fixture"
	"github.com/rehearse-dev/rehearse/suites/observe"
)

func viewSpecs(c *fixture.Cluster, pod *corev1.Pod) {
	It("has IPv6 on its loopback, or has not", func(ctx SpecContext) {
		observe.Value("addresses", c.Shell(ctx, pod, `awk '{print $6, substr($1, 1, 4) ~ /^fe80/ ? "link-local" : $1}' /proc/net/if_inet6 | sort`))
		disabled := c.Ask(ctx, pod, "cat /proc/sys/net/ipv6/conf/all/disable_ipv6", "cat /proc/sys/net/ipv6/conf/default/disable_ipv6")
		observe.Value("net.ipv6.conf.all.disable_ipv6", disabled[0])
		observe.Value("net.ipv6.conf.default.disable_ipv6", disabled[1])
	})

	It("has interfaces", func(ctx SpecContext) {
		Expect(c.Shell(ctx, pod, "ls /sys/class/net")).To(ContainSubstring("eth0"))
		observe.Value("interfaces", c.Shell(ctx, pod, `cd /sys/class/net; for i in *; do echo $i mtu $(cat $i/mtu); done`))
	})

	It("is told where names are resolved", func(ctx SpecContext) {
		text := c.Shell(ctx, pod, "cat /etc/resolv.conf")
		Expect(text).To(ContainSubstring("search " + c.Namespace + ".svc.cluster.local svc.cluster.local cluster.local"))
		observe.Value("/etc/resolv.conf", text)
	})

	It("is told its own name and address", func(ctx SpecContext) {
		text := c.Shell(ctx, pod, "cat /etc/hosts")
		Expect(strings.Fields(text)).To(ContainElements(pod.Status.PodIP, pod.Name))
		observe.Value("/etc/hosts", text)
	})
}
