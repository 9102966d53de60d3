package identity

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"

	"github.com/rehearse-dev/rehearse/suites/fixture"
	"github.com/rehearse-dev/rehearse/suites/observe"
)

func mountSpecs(c *fixture.Cluster, root *corev1.Pod) {
	It("sees its mounts", func(ctx SpecContext) {
		observe.Value("places", c.Shell(ctx, root, "cut -d' ' -f2 /proc/mounts | sort -u"))
		observe.Value("root", c.Shell(ctx, root, `awk '$2 == "/" {split($4, o, ","); print $1, $3, o[1], o[2]}' /proc/mounts`))
		for _, path := range []string{"/proc", "/dev", "/dev/pts", "/dev/mqueue", "/sys"} {
			observe.Value(path, c.Shell(ctx, root, `awk '$2 == "`+path+`" {print $1, $3, $4}' /proc/mounts`))
		}
		observe.Value("propagation of root", c.Shell(ctx, root,
			`awk '$5 == "/" {print $7 == "-" ? "private" : $7}' /proc/self/mountinfo | cut -d: -f1`))
	})

	It("has shared memory", func(ctx SpecContext) {
		Expect(c.Shell(ctx, root, "echo x >/dev/shm/x && cat /dev/shm/x")).To(Equal("x"))
		observe.Value("kilobytes", c.Shell(ctx, root, "df -k /dev/shm | awk 'END {print $2}'"))
		observe.Value("options", c.Shell(ctx, root, `awk '$2 == "/dev/shm" {print $4}' /proc/mounts`))
	})

	It("has devices", func(ctx SpecContext) {
		Expect(c.Shell(ctx, root, "head -c 4 /dev/urandom | wc -c")).To(Equal("4"))
		observe.Value("devices", c.Shell(ctx, root, "cd /dev; stat -c '%n %F %A' * | sort"))
	})

	It("cannot look into what is masked", func(ctx SpecContext) {
		for _, path := range []string{"/proc/kcore", "/proc/keys", "/proc/timer_list", "/proc/acpi", "/proc/scsi", "/sys/firmware", "/sys/devices/virtual/powercap", "/proc/interrupts", "/sys/devices/system/cpu/cpu0/thermal_throttle"} {
			observe.Value(path, c.Shell(ctx, root, `awk -v p=`+path+` '$2 == p {f = $3} END {print f ? "masked by " f : "not masked"}' /proc/mounts`))
		}
		Expect(c.Exec(ctx, root, "/bin/sh", "-c", "echo 1 >/proc/sys/kernel/panic").Code).NotTo(BeZero(), "writing a sysctl of the node")
	})
}
