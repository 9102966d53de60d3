package ginkgo_test

import (
	"bytes"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rehearse-dev/rehearse/suites"
	"github.com/rehearse-dev/rehearse/suites/ginkgo"
)

// The report was written by `rehearse suite images` on a Docker node.
const stored = "testdata/images-docker.json"

func TestReadReportOfAShippedSuite(t *testing.T) {
	t.Parallel()
	in, err := os.Open(stored)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	result, err := ginkgo.ReadReport(in)
	if err != nil {
		t.Fatalf("ReadReport: %v", err)
	}
	if len(result.Specs) != 8 {
		t.Errorf("%d specs, want 8", len(result.Specs))
	}
	got := find(t, result, "an image that runs is named in its pod's status")
	want := []suites.Observation{
		{Name: "image", Value: "rehearse.dev/toolbox:1"},
		{Name: "image ID", Value: "docker://sha256:<digest>"},
		{Name: "container ID", Value: "docker://<id>"},
	}
	if diff := cmp.Diff(want, got.Observations); got.State != suites.Passed || diff != "" {
		t.Errorf("state %q, observations (-want +got):\n%s", got.State, diff)
	}
}

func FuzzReadReport(f *testing.F) {
	for _, name := range []string{stored, "testdata/own-timeout.json"} {
		raw, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	for _, text := range []string{"", "null", "[]", "{}", `[{"SpecReports":[{}]}]`, `[{"SpecReports":[{"State":"passed","LeafNodeType":"It"}]}]`} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		result, err := ginkgo.ReadReport(bytes.NewReader(raw))
		if err == nil && len(result.Specs) == 0 {
			t.Errorf("ReadReport(%q): no spec and no error", raw)
		}
	})
}
