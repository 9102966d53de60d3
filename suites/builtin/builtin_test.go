package builtin_test

import (
	"strings"
	"testing"

	"github.com/rehearse-dev/rehearse/suites/builtin"
)

func TestMainRefuses(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		suite string
		args  []string
		want  string
	}{
		"a suite that is not there": {"lifecyle", nil, `no suite "lifecyle": there are identity, images, lifecycle,`},
		"a flag that is not there":  {"lifecycle", []string{"--ginkgo.nope"}, "flag provided but not defined: -ginkgo.nope"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			passed, err := builtin.Main(row.suite, row.args)
			if passed || err == nil || !strings.Contains(err.Error(), row.want) {
				t.Errorf("Main(%q, %q) = %v, %v, want an error with %q", row.suite, row.args, passed, err, row.want)
			}
		})
	}
}
