package ginkgo_test

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// This file makes the test binary a Ginkgo suite as well: the tests run it again
// with -tiny, as the runner would run any compiled suite, and choose by label
// what it should do.

var tiny = flag.Bool("tiny", false, "be a small Ginkgo suite")

func TestTiny(t *testing.T) {
	if !*tiny {
		t.Skip("the suite that the other tests run: set -tiny to be it")
	}
	RegisterFailHandler(Fail)
	RunSpecs(t, "tiny")
}

type seen struct{ Reason string }

var _ = Describe("tiny", func() {
	Context("outcomes", Label("outcomes"), func() {
		It("passes", Label("quick"), func() {
			AddReportEntry("exit code", 3)
			AddReportEntry("twice", "first")
			AddReportEntry("twice", "second")
			AddReportEntry("struct", seen{Reason: "Error"})
		})
		It("fails", func() {
			AddReportEntry("before failing", "kept")
			Expect(1).To(Equal(2))
		})
		It("panics", func() { panic("out of luck") })
		It("skips", func() { Skip("not today") })
		PIt("is pending", func() {})
		for range 2 {
			It("has a namesake", func() {})
		}
	})
	It("shows its environment", Label("environment"), func() {
		for _, name := range []string{"KUBECONFIG", "REHEARSE_SIDE", "REHEARSE_RUNTIME", "A_SECRET"} {
			AddReportEntry(name, os.Getenv(name))
		}
	})
	Context("hanging", Ordered, Label("hang"), func() {
		It("ends", func() {})
		It("hangs until it is interrupted", func(ctx SpecContext) {
			fmt.Fprintln(os.Stdout, "hanging")
			<-ctx.Done()
		})
		It("never starts", func() {})
	})
	It("crashes", Label("crash"), func() {
		fmt.Fprintln(os.Stdout, "last words")
		os.Exit(7)
	})
	It("leaves a process behind", Label("orphan"), func() {
		child := exec.Command("sleep", "600")
		Expect(child.Start()).To(Succeed())
		AddReportEntry("pid", child.Process.Pid)
	})
})
