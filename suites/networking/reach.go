package networking

import (
	"fmt"
	"net"
	"strconv"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"

	"github.com/rehearse-dev/rehearse/suites/fixture"
	"github.com/rehearse-dev/rehearse/suites/observe"
)

func reachSpecs(c *fixture.Cluster, server, client *corev1.Pod) {
	// answer is what the server says of itself; a service takes a moment to know it.
	answer := func(ctx SpecContext, from *corev1.Pod, host string, port int) {
		GinkgoHelper()
		url := "http://" + net.JoinHostPort(host, strconv.Itoa(port)) + "/hostname"
		Eventually(ctx, func() string {
			return c.Exec(ctx, from, "/bin/wget", "-q", "-T", "3", "-O", "-", url).Stdout
		}).WithTimeout(patience).WithPolling(interval).Should(Equal("web"), "answer of %s", url)
	}

	It("reaches another by its address", func(ctx SpecContext) {
		answer(ctx, client, server.Status.PodIP, everyPort)
	})
	It("reaches a service by its name", func(ctx SpecContext) {
		answer(ctx, client, "web", everyPort)
	})
	It("reaches a service by its full name", func(ctx SpecContext) {
		answer(ctx, client, "web."+c.Namespace+".svc.cluster.local", everyPort)
	})
	It("reaches a headless service's pods", func(ctx SpecContext) {
		answer(ctx, client, "web-headless", everyPort)
		Expect(c.Shell(ctx, client, "nslookup web-headless."+c.Namespace+".svc.cluster.local")).
			To(ContainSubstring(server.Status.PodIP))
	})
	It("reaches another through a port of its node", func(ctx SpecContext) {
		answer(ctx, client, server.Status.HostIP, hostPort)
	})
	It("is told of names that do not exist", func(ctx SpecContext) {
		out := c.Exec(ctx, client, "/bin/nslookup", "nothing."+c.Namespace+".svc.cluster.local")
		Expect(out.Code).NotTo(BeZero())
		Expect(out.Stdout + out.Stderr).To(ContainSubstring("NXDOMAIN"))
	})
	It("reaches what listens on 127.0.0.1 by the name localhost, or tries ::1 first", func(ctx SpecContext) {
		out := c.Exec(ctx, client, "/bin/wget", "-q", "-T", "3", "-O", "-", fmt.Sprintf("http://localhost:%d/", ipv4Port))
		observe.Value("reached", out.Code == 0)
		observe.Value("output", out.Stdout+out.Stderr)
	})
}
