// Package identity is the suite about what a process finds out about itself and
// about the container around it, which is what programs, agents and entry points
// lean on without saying so.
package identity

import (
	"context"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	corev1 "k8s.io/api/core/v1"

	"github.com/rehearse-dev/rehearse/suites/fixture"
	"github.com/rehearse-dev/rehearse/suites/observe"
)

// nobody has no entry in the image's user database, which is empty.
const nobody = 65534

// Register adds the suite's specs to the process. One process runs one suite.
func Register() {
	c := fixture.Use("identity")
	Describe("a process", func() {
		root := c.Server("root", fixture.Shell("main", fixture.Forever))
		user := c.Server("user", fixture.Shell("main", fixture.Forever))
		user.Spec.SecurityContext = &corev1.PodSecurityContext{
			RunAsUser: new(int64(nobody)), RunAsGroup: new(int64(nobody)), RunAsNonRoot: new(true),
		}
		BeforeEach(func(ctx SpecContext) {
			c.AwaitReady(ctx, root)
			c.AwaitReady(ctx, user)
		})
		tracesSpecs(c, root)
		mountSpecs(c, root)
		rightsSpecs(c, root, user)
	})
}

// question is something to find out in a container: the name of an observation,
// and the script that prints it.
type question struct{ name, script string }

// ask observes the answers to all questions.
func ask(ctx context.Context, c *fixture.Cluster, pod *corev1.Pod, questions ...question) {
	GinkgoHelper()
	var scripts []string
	for _, q := range questions {
		scripts = append(scripts, q.script)
	}
	for i, answer := range c.Ask(ctx, pod, scripts...) {
		observe.Value(questions[i].name, answer)
	}
}

// each asks the same of several things: %s in the script is the thing.
func each(script string, things ...string) []question {
	var questions []question
	for _, thing := range things {
		questions = append(questions, question{thing, strings.ReplaceAll(script, "%s", thing)})
	}
	return questions
}
