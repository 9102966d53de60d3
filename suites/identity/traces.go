package identity

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"

	"github.com/rehearse-dev/rehearse/suites/fixture"
	"github.com/rehearse-dev/rehearse/suites/observe"
)

// tracesSpecs look for what programs take as the sign of a container.
func tracesSpecs(c *fixture.Cluster, root *corev1.Pod) {
	It("finds the files that give a container away, or does not", func(ctx SpecContext) {
		for _, path := range []string{"/.dockerenv", "/run/.containerenv", "/etc/mtab", "/dev/console", "/etc/resolv.conf", "/etc/hostname", "/run", "/tmp"} {
			observe.Value(path, c.Shell(ctx, root, "stat -c '%F %A %u:%g' "+path+" 2>/dev/null || echo absent"))
		}
	})

	It("sees its cgroup", func(ctx SpecContext) {
		observe.Value("paths in /proc/1/cgroup", c.Shell(ctx, root, "cut -d: -f3- /proc/1/cgroup | sort -u"))
		observe.Value("/sys/fs/cgroup", c.Shell(ctx, root, `awk '$2 == "/sys/fs/cgroup" {print $3, $4}' /proc/mounts`))
	})

	It("finds its pod's ID in its mounts", func(ctx SpecContext) {
		for _, path := range []string{"/etc/hostname", "/etc/hosts", "/etc/resolv.conf"} {
			observe.Value("source of "+path, c.Shell(ctx, root, `awk '$5 == "`+path+`" {print $4}' /proc/self/mountinfo`))
		}
	})

	It("has its pod's name as its host name", func(ctx SpecContext) {
		Expect(c.Shell(ctx, root, "hostname; cat /etc/hostname; echo $HOSTNAME")).To(Equal("root\nroot\nroot"))
	})

	It("has an environment", func(ctx SpecContext) {
		names := c.Shell(ctx, root, "tr '\\0' '\\n' </proc/1/environ | cut -d= -f1 | sort")
		Expect(names).To(ContainSubstring("KUBERNETES_SERVICE_HOST"))
		observe.Value("names", names)
		for _, name := range []string{"PATH", "HOME", "TERM", "container"} {
			observe.Value(name, c.Shell(ctx, root, "tr '\\0' '\\n' </proc/1/environ | grep '^"+name+"=' || echo not set"))
		}
	})

	It("is process 1 with its streams", func(ctx SpecContext) {
		Expect(c.Shell(ctx, root, "cut -d' ' -f1 /proc/1/stat")).To(Equal("1"))
		observe.Value("streams", c.Shell(ctx, root, "for i in 0 1 2; do readlink /proc/1/fd/$i; done"))
		observe.Value("oom_score_adj", c.Shell(ctx, root, "cat /proc/1/oom_score_adj"))
		observe.Value("umask", c.Shell(ctx, root, "awk '/^Umask/ {print $2}' /proc/1/status"))
	})
}
