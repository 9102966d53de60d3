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

// probe runs a command every few seconds, which costs the node a process each
// time, and believes its first failure.
func probe(command ...string) *corev1.Probe {
	return &corev1.Probe{
		ProbeHandler:     corev1.ProbeHandler{Exec: &corev1.ExecAction{Command: command}},
		PeriodSeconds:    4,
		FailureThreshold: 1,
		TimeoutSeconds:   10,
	}
}

// once makes a startup probe that runs a script the first time, whatever comes of
// it, and succeeds the second time. A readiness probe with a long period would not
// do: kubelet, while it is younger than that, waits for a random part of it.
func once(script string) *corev1.Probe {
	p := probe("/bin/sh", "-c", "[ -e /probed ] && exit 0; touch /probed; "+script)
	p.PeriodSeconds, p.FailureThreshold = 1, 60
	return p
}

func probed(c *fixture.Cluster, name string, set func(*corev1.Container)) *corev1.Pod {
	container := fixture.Shell("main", fixture.Forever)
	set(&container)
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
