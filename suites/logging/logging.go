// Package logging is the suite about what becomes of a container's output: as
// the API gives it back, and as it lies on the node.
package logging

import (
	"maps"
	"slices"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	corev1 "k8s.io/api/core/v1"

	"github.com/rehearse-dev/rehearse/suites/fixture"
)

// The long line is longer than what any runtime writes in one record.
const (
	longLine = 40000 // bytes
	pattern  = "0123456789abcdef"
	lines    = "lines" // the container of all that goes to standard output
)

// kind is one kind of output.
type kind struct {
	container string // that writes it
	marker    string // stands in every line of it, and in none of another kind there
	script    string
}

// The kinds of output.
var (
	plain  = kind{lines, "plain", `echo plain`}
	markup = kind{lines, "amp", `echo '<a href="x">&amp;</a> {"json": true}	tab'`}
	crlf   = kind{lines, "crlf", `printf 'crlf 1\r\ncrlf 2\n'`}
	noUTF8 = kind{lines, "utf8", `printf 'bad\377utf8\n'`}
	long   = kind{lines, pattern, `yes ` + pattern + ` | head -n 2500 | tr -d '\n'; echo`}
	noEnd  = kind{lines, "no newline", `printf 'no newline at the end'`} // the last there
	// Apart: what goes to stderr may come after the last line of stdout.
	stderr = kind{"errors", "stderr", `echo to stderr >&2`}
	onTTY  = kind{"terminal", "", `echo out; echo err >&2`}
)

// Register adds the suite's specs to the process. One process runs one suite.
func Register() {
	c := fixture.Use("logging")
	Describe("a container's log", func() {
		pod := c.Pod("writer", writers()...)
		BeforeEach(func(ctx SpecContext) { c.AwaitEnd(ctx, pod) })
		apiSpecs(c, pod)
		fileSpecs(c, pod)
	})
}

// writers are the containers that write all kinds.
func writers() []corev1.Container {
	scripts := map[string]string{}
	for _, k := range []kind{plain, markup, crlf, noUTF8, long, noEnd, stderr, onTTY} {
		scripts[k.container] += k.script + "\n"
	}
	var containers []corev1.Container
	for _, name := range slices.Sorted(maps.Keys(scripts)) {
		container := fixture.Shell(name, scripts[name])
		container.TTY = name == onTTY.container
		containers = append(containers, container)
	}
	return containers
}

// only returns the lines of one kind, with their ends.
func (k kind) only(text string) string {
	var of strings.Builder
	for line := range strings.Lines(text) {
		if strings.Contains(line, k.marker) {
			of.WriteString(line)
		}
	}
	return of.String()
}
