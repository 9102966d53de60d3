// Package logging is the suite about what becomes of a container's output: as
// the API gives it back, and as it lies on the node.
package logging

import (
	"strings"

	. "github.com/onsi/ginkgo/v2"

	"github.com/rehearse-dev/rehearse/suites/fixture"
)

// The long line is longer than what any runtime writes in one record.
const (
	longLine = 40000 // bytes
	pattern  = "0123456789abcdef"
)

// kind is one kind of output.
type kind struct {
	marker string // stands in every line of it, and in no other
	script string
}

// The kinds of output, all of one container.
var (
	plain  = kind{"plain", `echo plain`}
	stderr = kind{"stderr", `echo to stderr >&2`}
	markup = kind{"amp", `echo '<a href="x">&amp;</a> {"json": true}	tab'`}
	crlf   = kind{"crlf", `printf 'crlf 1\r\ncrlf 2\n'`}
	noUTF8 = kind{"utf8", `printf 'bad\377utf8\n'`}
	long   = kind{pattern, `yes ` + pattern + ` | head -n 2500 | tr -d '\n'; echo`}
	noEnd  = kind{"no newline", `printf 'no newline at the end'`} // the last of all
)

// Register adds the suite's specs to the process. One process runs one suite.
func Register() {
	c := fixture.Use("logging")
	Describe("a container's log", func() {
		var scripts []string
		for _, k := range []kind{plain, stderr, markup, crlf, noUTF8, long, noEnd} {
			scripts = append(scripts, k.script)
		}
		terminal := fixture.Shell("terminal", "echo out; echo err >&2")
		terminal.TTY = true
		pod := c.Pod("writer", fixture.Shell("lines", strings.Join(scripts, "\n")), terminal, fixture.Shell("nothing", "true"))
		BeforeEach(func(ctx SpecContext) { c.AwaitEnd(ctx, pod) })
		apiSpecs(c, pod)
		fileSpecs(c, pod)
	})
}

// only returns the lines of one kind, with their ends.
func (k kind) only(text string) string {
	var lines strings.Builder
	for line := range strings.Lines(text) {
		if strings.Contains(line, k.marker) {
			lines.WriteString(line)
		}
	}
	return lines.String()
}
