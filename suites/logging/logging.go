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
)

// writers print one kind of output each, by name of container.
var writers = map[string]string{
	"plain":    `echo plain`,
	"stderr":   `echo to stderr >&2`,
	"markup":   `echo '<a href="x">&amp;</a> {"json": true}	tab'`,
	"crlf":     `printf 'crlf\r\nnext\n'`,
	"no-utf8":  `printf 'bad\377utf8\n'`,
	"no-end":   `printf 'no newline at the end'`,
	"long":     `yes ` + pattern + ` | head -n 2500 | tr -d '\n'; echo`,
	"nothing":  `true`,
	"terminal": `echo out; echo err >&2`,
}

// Register adds the suite's specs to the process. One process runs one suite.
func Register() {
	c := fixture.Use("logging")
	Describe("a container's log", func() {
		pod := c.Pod("writer", containers()...)
		BeforeEach(func(ctx SpecContext) { c.AwaitEnd(ctx, pod) })
		apiSpecs(c, pod)
		fileSpecs(c, pod)
	})
}

func containers() []corev1.Container {
	var list []corev1.Container
	for _, name := range slices.Sorted(maps.Keys(writers)) {
		container := fixture.Shell(name, writers[name])
		container.TTY = name == "terminal"
		list = append(list, container)
	}
	return list
}

func longText() string { return strings.Repeat(pattern, longLine/len(pattern)) }
