package identity

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"

	"github.com/rehearse-dev/rehearse/suites/fixture"
)

func mountSpecs(c *fixture.Cluster, root *corev1.Pod) {
	It("sees its mounts", func(ctx SpecContext) {
		ask(ctx, c, root,
			question{"places", "cut -d' ' -f2 /proc/mounts | sort -u"},
			question{"root", `awk '$2 == "/" {split($4, o, ","); print $1, $3, o[1], o[2]}' /proc/mounts`},
			question{"propagation of root", `awk '$5 == "/" {print $7 == "-" ? "private" : $7}' /proc/self/mountinfo | cut -d: -f1`})
		ask(ctx, c, root, each(`awk '$2 == "%s" {print $1, $3, $4}' /proc/mounts`,
			"/proc", "/dev", "/dev/pts", "/dev/mqueue", "/sys")...)
	})

	It("has shared memory", func(ctx SpecContext) {
		Expect(c.Shell(ctx, root, "echo x >/dev/shm/x && cat /dev/shm/x")).To(Equal("x"))
		ask(ctx, c, root,
			question{"kilobytes", "df -k /dev/shm | awk 'END {print $2}'"},
			question{"options", `awk '$2 == "/dev/shm" {print $4}' /proc/mounts`})
	})

	It("has devices", func(ctx SpecContext) {
		Expect(c.Shell(ctx, root, "head -c 4 /dev/urandom | wc -c")).To(Equal("4"))
		ask(ctx, c, root, question{"devices", "cd /dev; stat -c '%n %F %A' * | sort"})
	})

	It("cannot look into what is masked", func(ctx SpecContext) {
		masked := `[ -e %s ] || { echo absent; exit; }; awk '$2 == "%s" {by = $3} END {print by ? "masked by " by : "open"}' /proc/mounts`
		ask(ctx, c, root, each(masked, "/proc/acpi", "/proc/interrupts", "/proc/kcore", "/proc/keys", "/proc/scsi",
			"/proc/timer_list", "/sys/devices/virtual/powercap", "/sys/firmware")...)
		Expect(c.Exec(ctx, root, "/bin/sh", "-c", "echo 1 >/proc/sys/kernel/panic").Code).
			NotTo(BeZero(), "writing a sysctl of the node")
	})
}
