package scenarios_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rehearse-dev/rehearse/clusters"
	"github.com/rehearse-dev/rehearse/scenarios"
)

func TestUseBaseline(t *testing.T) {
	t.Parallel()
	of := func(runtime clusters.Runtime, kubelet string) scenarios.Pair {
		return scenarios.Pair{KubeletVersion: kubelet, Baseline: scenarios.Side{Runtime: runtime}}
	}
	for name, row := range map[string]struct {
		pair    scenarios.Pair
		runtime clusters.Runtime
		want    scenarios.Pair // the zero value for an error
	}{
		"dockershim brings its kubelet":         {of("docker", ""), "dockershim", of("dockershim", "v1.23.17")},
		"dockershim with an older kubelet":      {of("docker", "v1.22.4"), "dockershim", of("dockershim", "v1.22.4")},
		"dockershim with a kubelet without it":  {of("docker", "v1.24.0"), "dockershim", scenarios.Pair{}},
		"docker stays docker":                   {of("docker", ""), "docker", of("docker", "")},
		"docker keeps the kubelet":              {of("dockershim", "v1.23.17"), "docker", of("docker", "v1.23.17")},
		"containerd is no kind of Docker":       {of("docker", ""), "containerd", scenarios.Pair{}},
		"a baseline with containerd is not one": {of("containerd", ""), "docker", scenarios.Pair{}},
		"no runtime":                            {of("docker", ""), "podman", scenarios.Pair{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := row.pair
			err := got.UseBaseline(row.runtime)
			if wantErr := row.want.Baseline.Runtime == ""; (err != nil) != wantErr {
				t.Fatalf("error = %v, want one: %t", err, wantErr)
			}
			if err != nil {
				return
			}
			if diff := cmp.Diff(row.want, got); diff != "" {
				t.Errorf("pair (-want +got):\n%s", diff)
			}
		})
	}
}
