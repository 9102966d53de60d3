package compare_test

import (
	"context"
	"fmt"
	"testing/fstest"

	"github.com/rehearse-dev/rehearse/harness/compare"
	"github.com/rehearse-dev/rehearse/harness/record"
	"github.com/rehearse-dev/rehearse/scenarios"
)

func ExampleCompare() {
	run := fstest.MapFS{
		"baseline/1/recording.json":  {Data: []byte(`{"formatVersion": 1, "side": "baseline", "run": 1, "runtime": "docker"}`)},
		"baseline/1/node.json":       {Data: []byte(`[{"node": "n", "links": ["docker0", "eth0"]}]`)},
		"candidate/1/recording.json": {Data: []byte(`{"formatVersion": 1, "side": "candidate", "run": 1, "runtime": "containerd"}`)},
		"candidate/1/node.json":      {Data: []byte(`[{"node": "n", "links": ["eth0"]}]`)},
	}
	baseline, err := record.Open(run, "baseline/1")
	if err != nil {
		fmt.Println(err)
		return
	}
	candidate, err := record.Open(run, "candidate/1")
	if err != nil {
		fmt.Println(err)
		return
	}
	comparison, err := compare.Compare(context.Background(), compare.Input{
		Scenario:  &scenarios.Scenario{},
		Baseline:  []*record.Recording{baseline},
		Candidate: []*record.Recording{candidate},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(comparison.Verdict)
	for _, f := range comparison.Findings {
		fmt.Printf("%s %s: %s\n", f.Severity, f.Cause, f.Title)
	}
	// Output:
	// different
	// changes MET-023: There is no docker0 bridge
}
