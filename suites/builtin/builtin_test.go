package builtin_test

import (
	"flag"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/rehearse-dev/rehearse/clusters"
	"github.com/rehearse-dev/rehearse/suites"
	"github.com/rehearse-dev/rehearse/suites/builtin"
	"github.com/rehearse-dev/rehearse/suites/ginkgo"
)

var suite = flag.String("suite", "", "be the process of this shipped suite")

// TestSuiteProcess stands in for `rehearse suite NAME`, which other tests run.
func TestSuiteProcess(t *testing.T) {
	if *suite == "" {
		t.Skip("the process that the other tests start: set -suite to be it")
	}
	passed, err := builtin.Main(*suite, flag.Args())
	if err != nil || !passed {
		t.Fatalf("Main(%q): passed %v, error %v", *suite, passed, err)
	}
}

// plan runs one shipped suite in a process of its own without doing anything.
func plan(t *testing.T, name string) (suites.Result, error) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return ginkgo.Run(t.Context(), ginkgo.Request{
		Cluster: &clusters.Cluster{Side: clusters.Baseline},
		Suite:   name, Binary: self, Dir: t.TempDir(),
		Args: []string{"-test.run=^TestSuiteProcess$", "-suite=" + name, "--", "--ginkgo.dry-run"},
	})
}

func TestEverySuiteRunsAloneAndOutsideTests(t *testing.T) {
	t.Parallel()
	want := []string{"identity", "images", "lifecycle", "logging", "networking", "probes"}
	if got := builtin.Names(); !slices.Equal(got, want) {
		t.Errorf("Names() = %q, want %q", got, want)
	}
	for _, name := range builtin.Names() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			result, err := plan(t, name)
			if err != nil {
				t.Fatalf("planning: %v", err)
			}
			if len(result.Specs) < 5 {
				t.Errorf("%d specs: another suite's, or too few", len(result.Specs))
			}
			for _, spec := range result.Specs {
				if strings.HasSuffix(spec.Name, ")") {
					t.Errorf("spec %q has a namesake", spec.Name)
				}
			}
		})
	}
}

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
