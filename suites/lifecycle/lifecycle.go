// Package lifecycle is the suite about how containers start, run and end, and
// about what their status says of it.
package lifecycle

import (
	. "github.com/onsi/ginkgo/v2"

	"github.com/rehearse-dev/rehearse/suites/fixture"
)

// Register adds the suite's specs to the process. One process runs one suite.
func Register() {
	c := fixture.Use("lifecycle")
	Describe("a container", func() {
		startSpecs(c)
		endSpecs(c)
		memorySpecs(c)
		stopSpecs(c)
		orderSpecs(c)
	})
}
