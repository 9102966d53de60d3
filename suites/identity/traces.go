package identity

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"

	"github.com/rehearse-dev/rehearse/suites/fixture"
)

// tracesSpecs look for what programs take as the sign of a container.
func tracesSpecs(c *fixture.Cluster, root *corev1.Pod) {
	It("finds the files that give a container away, or does not", func(ctx SpecContext) {
		ask(ctx, c, root, each("stat -c '%F %A %u:%g' %s 2>/dev/null || echo absent",
			"/.dockerenv", "/run/.containerenv", "/etc/mtab", "/dev/console",
			"/etc/resolv.conf", "/etc/hostname", "/run", "/tmp")...)
	})

	It("sees its cgroup", func(ctx SpecContext) {
		ask(ctx, c, root,
			question{"paths in /proc/1/cgroup", "cut -d: -f3- /proc/1/cgroup | sort -u"},
			question{"/sys/fs/cgroup", `awk '$2 == "/sys/fs/cgroup" {print $3, $4}' /proc/mounts`})
	})

	It("finds its pod's ID in its mounts", func(ctx SpecContext) {
		// A node that is a container itself keeps /var in a volume of its own host.
		source := `awk '$5 == "%s" {print $4}' /proc/self/mountinfo | sed 's#.*/_data/#/var/#'`
		ask(ctx, c, root, each(source, "/etc/hostname", "/etc/hosts", "/etc/resolv.conf")...)
	})

	It("has its pod's name as its host name", func(ctx SpecContext) {
		Expect(c.Shell(ctx, root, "hostname; cat /etc/hostname; echo $HOSTNAME")).To(Equal("root\nroot\nroot"))
	})

	It("has an environment", func(ctx SpecContext) {
		const environ = "tr '\\0' '\\n' </proc/1/environ"
		Expect(c.Shell(ctx, root, environ)).To(ContainSubstring("\nKUBERNETES_SERVICE_HOST="))
		ask(ctx, c, root, question{"names", environ + " | cut -d= -f1 | sort"})
		ask(ctx, c, root, each(environ+" | grep '^%s=' || echo not set", "PATH", "HOME", "TERM", "container")...)
	})

	It("is process 1 with its streams", func(ctx SpecContext) {
		Expect(c.Shell(ctx, root, "cut -d' ' -f1 /proc/1/stat")).To(Equal("1"))
		ask(ctx, c, root,
			question{"streams", "for i in 0 1 2; do readlink /proc/1/fd/$i; done"},
			question{"oom_score_adj", "cat /proc/1/oom_score_adj"},
			question{"umask", "awk '/^Umask/ {print $2}' /proc/1/status"})
	})
}
