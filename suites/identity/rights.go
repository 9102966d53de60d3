package identity

import (
	"fmt"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"

	"github.com/rehearse-dev/rehearse/suites/fixture"
	"github.com/rehearse-dev/rehearse/suites/observe"
)

func rightsSpecs(c *fixture.Cluster, root, user *corev1.Pod) {
	It("has limits", func(ctx SpecContext) {
		limit := `awk -F '  +' '$1 == "Max %s" {print "soft " $2 " hard " $3}' /proc/1/limits`
		ask(ctx, c, root, each(limit, "open files", "processes", "core file size", "locked memory", "stack size")...)
	})

	It("has capabilities and filters", func(ctx SpecContext) {
		const rights = "grep -E '^(Cap(Inh|Prm|Eff|Bnd|Amb)|NoNewPrivs|Seccomp):' /proc/1/status"
		ask(ctx, c, root, question{"root", rights},
			question{"AppArmor", "cat /proc/1/attr/current 2>/dev/null || echo none"})
		ask(ctx, c, user, question{"user", rights})
	})

	It("has sysctls of its own", func(ctx SpecContext) {
		ask(ctx, c, root, each("sysctl -n %s | tr '\\t' ' '", "net.ipv4.ip_unprivileged_port_start",
			"net.ipv4.ping_group_range", "net.ipv4.ip_forward", "kernel.shmmax", "net.core.somaxconn")...)
	})

	It("that is not root is who it was told to be", func(ctx SpecContext) {
		Expect(c.Shell(ctx, user, "id -u; id -g")).To(Equal(fmt.Sprintf("%d\n%d", nobody, nobody)))
		ask(ctx, c, user, question{"HOME", "echo $HOME"}, question{"groups", "id -G"})
	})

	It("that is not root may bind a port below 1024, or may not", func(ctx SpecContext) {
		// nc listens until it is stopped; a refused bind ends it at once.
		out := c.Exec(ctx, user, "/bin/sh", "-c", "timeout 1 nc -l -p 80")
		observe.Value("output", out.Stderr)
		observe.Value("refused", out.Code == 1)
	})

	It("that is not root may ping, or may not", func(ctx SpecContext) {
		out := c.Exec(ctx, user, "/bin/sh", "-c", "ping -c 1 -W 2 127.0.0.1 >/dev/null")
		observe.Value("exit code", out.Code)
		observe.Value("output", out.Stderr)
	})

	low := c.Pod("low-port", fixture.Shell("main", "sysctl -n net.ipv4.ip_unprivileged_port_start"))
	low.Spec.SecurityContext = &corev1.PodSecurityContext{
		Sysctls: []corev1.Sysctl{{Name: "net.ipv4.ip_unprivileged_port_start", Value: "80"}},
	}
	It("may be given a low port by a sysctl of its pod", func(ctx SpecContext) {
		c.AwaitEnd(ctx, low)
		Expect(c.Log(ctx, low, corev1.PodLogOptions{Container: "main"})).To(Equal("80\n"))
	})
}
