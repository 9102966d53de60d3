// Package lifecycle is the suite about how containers start, run and end, and
// about what their status says of it.
//
// Containers that disturb nobody share a pod: a pod of its own costs as much as
// the container in it.
package lifecycle

import (
	. "github.com/onsi/ginkgo/v2"
	corev1 "k8s.io/api/core/v1"

	"github.com/rehearse-dev/rehearse/suites/fixture"
)

// Register adds the suite's specs to the process. One process runs one suite.
func Register() {
	c := fixture.Use("lifecycle")
	Describe("a container", func() {
		startSpecs(c)
		endSpecs(c)
		restartSpecs(c)
		stopSpecs(c)
		orderSpecs(c)
	})
}

// in gives a container a working directory.
func in(directory string, container corev1.Container) corev1.Container {
	container.WorkingDir = directory
	return container
}
