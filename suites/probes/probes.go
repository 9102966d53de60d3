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
	Describe("a command run from outside", Ordered, ContinueOnFailure, func() { execSpecs(c) })
}

// probe runs a command every second and believes its first failure.
func probe(command ...string) *corev1.Probe {
	return &corev1.Probe{
		ProbeHandler:     corev1.ProbeHandler{Exec: &corev1.ExecAction{Command: command}},
		PeriodSeconds:    1,
		FailureThreshold: 1,
		TimeoutSeconds:   5,
	}
}

// once makes a probe run a single time while a spec looks.
func once(p *corev1.Probe) *corev1.Probe {
	p.PeriodSeconds = 600
	return p
}

func unready(name string, readiness *corev1.Probe) *corev1.Pod {
	container := fixture.Shell("main", fixture.Forever)
	container.ReadinessProbe = readiness
	return fixture.Pod(name, container)
}

func restarting(name string, liveness *corev1.Probe) *corev1.Pod {
	container := fixture.Shell("main", fixture.Forever)
	container.LivenessProbe = liveness
	pod := fixture.Pod(name, container)
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
