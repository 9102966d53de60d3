// Package identity is the suite about what a process finds out about itself and
// about the container around it, which is what programs, agents and entry points
// lean on without saying so.
package identity

import (
	. "github.com/onsi/ginkgo/v2"
	corev1 "k8s.io/api/core/v1"

	"github.com/rehearse-dev/rehearse/suites/fixture"
)

// nobody has no entry in the image's user database, which is empty.
const nobody = 65534

// Register adds the suite's specs to the process. One process runs one suite.
func Register() {
	c := fixture.Use("identity")
	Describe("a process", Ordered, ContinueOnFailure, func() {
		root := fixture.Pod("root", fixture.Shell("main", fixture.Forever))
		user := fixture.Pod("user", fixture.Shell("main", fixture.Forever))
		user.Spec.SecurityContext = &corev1.PodSecurityContext{
			RunAsUser: new(int64(nobody)), RunAsGroup: new(int64(nobody)), RunAsNonRoot: new(true),
		}
		BeforeAll(func(ctx SpecContext) {
			c.Create(ctx, root)
			c.Start(ctx, user)
			c.Until(ctx, root, "is ready", fixture.Ready)
		})
		tracesSpecs(c, root)
		mountSpecs(c, root)
		rightsSpecs(c, root, user)
	})
}
