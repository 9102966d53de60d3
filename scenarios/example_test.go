package scenarios_test

import (
	"errors"
	"fmt"

	"github.com/rehearse-dev/rehearse/clusters"
	"github.com/rehearse-dev/rehearse/scenarios"
)

func ExampleLoad() {
	s, err := scenarios.Load("library/hello")
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, side := range clusters.Sides() {
		cfg := s.ClusterConfig(side)
		fmt.Println(s.Metadata.Name, cfg.Side, cfg.Runtime, cfg.KubernetesVersion)
	}
	// Output:
	// hello baseline docker v1.37.2
	// hello candidate containerd v1.37.2
}

func ExampleInvalidError() {
	_, err := scenarios.Load("testdata/broken.yaml")
	if invalid, ok := errors.AsType[*scenarios.InvalidError](err); ok {
		for _, p := range invalid.Problems {
			fmt.Println(p)
		}
	}
	// Output:
	// testdata/broken.yaml:6: spec.pair.baseline.runtme: unknown field (did you mean "runtime"?)
	// testdata/broken.yaml:7: spec.pair.candidate.config.daemonJSON: containerd does not read daemon.json (use config.hosts for its registries)
	// testdata/broken.yaml:7: spec.pair.candidate.config.daemonJSON: "daemon.json" does not exist
	// testdata/broken.yaml:9: spec.workloads[0].manifests: "manifests" does not exist
}
