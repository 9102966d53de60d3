// Package builtin knows the suites that ship with the program and runs one of
// them in this process.
//
// A suite's package declares its specs in Register and nowhere else, so that a
// program may import all of them and still run one alone.
package builtin

import (
	"flag"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/onsi/ginkgo/v2"
	"github.com/onsi/gomega"

	"github.com/rehearse-dev/rehearse/suites/identity"
	"github.com/rehearse-dev/rehearse/suites/images"
	"github.com/rehearse-dev/rehearse/suites/lifecycle"
	"github.com/rehearse-dev/rehearse/suites/logging"
	"github.com/rehearse-dev/rehearse/suites/networking"
	"github.com/rehearse-dev/rehearse/suites/probes"
)

func registry() map[string]func() {
	return map[string]func(){
		"identity":   identity.Register,
		"images":     images.Register,
		"lifecycle":  lifecycle.Register,
		"logging":    logging.Register,
		"networking": networking.Register,
		"probes":     probes.Register,
	}
}

// Names lists the shipped suites, sorted.
func Names() []string { return slices.Sorted(maps.Keys(registry())) }

// Main runs the named suite against $KUBECONFIG and says whether every spec
// passed. The arguments are Ginkgo's own flags (--ginkgo.focus and so on). A
// process can call it once.
func Main(name string, args []string) (passed bool, err error) {
	register, ok := registry()[name]
	if !ok {
		return false, fmt.Errorf("no suite %q: there are %s", name, strings.Join(Names(), ", "))
	}
	flag.CommandLine.Init(name, flag.ContinueOnError)
	if err := flag.CommandLine.Parse(args); err != nil {
		return false, fmt.Errorf("running suite %q: %w", name, err)
	}
	return Run(outsideTests{}, name, register), nil
}

// Run runs one suite in a process that has parsed its flags already, such as
// that of `go test`.
func Run(t ginkgo.GinkgoTestingT, name string, register func()) bool {
	gomega.RegisterFailHandler(ginkgo.Fail)
	register()
	return ginkgo.RunSpecs(t, name)
}

// outsideTests stands in for *testing.T: RunSpecs returns what it would be told.
type outsideTests struct{}

func (outsideTests) Fail() {}
