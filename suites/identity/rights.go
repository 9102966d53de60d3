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
		for _, limit := range []struct{ name, flag string }{
			{"open files", "n"}, {"processes", "p"}, {"core size", "c"}, {"locked memory", "l"}, {"stack", "s"},
		} {
			observe.Value(limit.name, c.Shell(ctx, root,
				fmt.Sprintf("echo soft $(ulimit -S%[1]s) hard $(ulimit -H%[1]s)", limit.flag)))
		}
	})

	It("has capabilities and filters", func(ctx SpecContext) {
		for _, pod := range []*corev1.Pod{root, user} {
			observe.Value(pod.Name, c.Shell(ctx, pod, "grep -E '^(Cap(Inh|Prm|Eff|Bnd|Amb)|NoNewPrivs|Seccomp):' /proc/1/status"))
		}
		observe.Value("AppArmor", c.Shell(ctx, root, "cat /proc/1/attr/current 2>/dev/null || echo none"))
	})

	It("has sysctls of its own", func(ctx SpecContext) {
		for _, name := range []string{"net.ipv4.ip_unprivileged_port_start", "net.ipv4.ping_group_range", "net.ipv4.ip_forward", "kernel.shmmax", "net.core.somaxconn"} {
			observe.Value(name, c.Shell(ctx, root, "sysctl -n "+name+" | tr '\\t' ' '"))
		}
	})

	It("that is not root is who it was told to be", func(ctx SpecContext) {
		Expect(c.Shell(ctx, user, "id -u; id -g")).To(Equal(fmt.Sprintf("%d\n%d", nobody, nobody)))
		observe.Value("HOME", c.Shell(ctx, user, "echo $HOME"))
		observe.Value("groups", c.Shell(ctx, user, "id -G"))
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

	It("may be given a low port by a sysctl of its pod", func(ctx SpecContext) {
		pod := fixture.Pod("low-port", fixture.Shell("main", "sysctl -n net.ipv4.ip_unprivileged_port_start"))
		pod.Spec.SecurityContext = &corev1.PodSecurityContext{
			Sysctls: []corev1.Sysctl{{Name: "net.ipv4.ip_unprivileged_port_start", Value: "80"}},
		}
		c.Finish(ctx, pod)
		Expect(c.Log(ctx, pod, corev1.PodLogOptions{Container: "main"})).To(Equal("80\n"))
	})
}
