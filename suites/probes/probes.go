// Package probes is the suite about commands that are run in a running container:
// by a probe, or as `kubectl exec` runs them.
package probes

import (
	"strings"

	. "github.com/onsi/ginkgo/v2"
	corev1 "k8s.io/api/core/v1"

	"github.com/rehearse-dev/rehearse/suites/fixture"
)

// Register adds the suite's specs to the process. One process runs one suite.
func Register() {
	c := fixture.Use("probes")
	Describe("a probe", func() { probeSpecs(c) })
	Describe("a command run from outside", func() { execSpecs(c) })
}

// probe runs a command every second and believes its first failure.
func probe(command ...string) *corev1.Probe {
	return &corev1.Probe{
		ProbeHandler:     corev1.ProbeHandler{Exec: &corev1.ExecAction{Command: command}},
		PeriodSeconds:    1,
		FailureThreshold: 1,
		TimeoutSeconds:   10,
	}
}

// once runs a script the first time and succeeds from then on. A long period
// would not do: kubelet, for as long as it is younger than that, waits for a
// random part of it.
func once(script string) []string {
	return []string{"/bin/sh", "-c", "[ -e /probed ] && exit 0; touch /probed; " + script}
}

func unready(c *fixture.Cluster, name string, readiness *corev1.Probe) *corev1.Pod {
	container := fixture.Shell("main", fixture.Forever)
	container.ReadinessProbe = readiness
	return c.Pod(name, container)
}

func restarting(c *fixture.Cluster, name string, liveness *corev1.Probe) *corev1.Pod {
	container := fixture.Shell("main", fixture.Forever)
	container.LivenessProbe = liveness
	pod := c.Pod(name, container)
	pod.Spec.RestartPolicy = corev1.RestartPolicyAlways
	return pod
}

func restarted(pod *corev1.Pod) bool {
	return len(pod.Status.ContainerStatuses) > 0 && pod.Status.ContainerStatuses[0].RestartCount > 0
}

func running(pod *corev1.Pod) bool {
	return len(pod.Status.ContainerStatuses) > 0 && pod.Status.ContainerStatuses[0].State.Running != nil
}

// times counts how often events said something.
func times(events []corev1.Event, text string) int {
	sum := 0
	for _, e := range events {
		if strings.Contains(e.Message, text) {
			sum += int(max(e.Count, 1))
		}
	}
	return sum
}
