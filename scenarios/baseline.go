package scenarios

import (
	"cmp"
	"fmt"

	"github.com/rehearse-dev/rehearse/clusters"
)

// lastDockershimKubelet is the last kubelet with the adapter for Docker Engine
// built in.
const lastDockershimKubelet = "v1.23.17"

// UseBaseline rehearses from another kind of Docker Engine: docker or dockershim.
// Dockershim brings its kubelet along, for both sides, unless the scenario names
// one that has it.
func (p *Pair) UseBaseline(runtime clusters.Runtime) error {
	switch {
	case runtime != clusters.Docker && runtime != clusters.Dockershim:
		return fmt.Errorf("expected %s or %s as the baseline's runtime, found %q", clusters.Docker, clusters.Dockershim, runtime)
	case p.Baseline.Runtime == clusters.Containerd:
		return fmt.Errorf("the scenario's baseline runs %s: only %s and %s can stand for each other", p.Baseline.Runtime, clusters.Docker, clusters.Dockershim)
	}
	if runtime == clusters.Dockershim {
		version := cmp.Or(p.KubeletVersion, lastDockershimKubelet)
		if minor, known := minorOf(version); !known || minor > lastDockershim {
			return fmt.Errorf("dockershim needs a kubelet of 1.%d or older, and the scenario's kubeletVersion is %s", lastDockershim, version)
		}
		p.KubeletVersion = version
	}
	p.Baseline.Runtime = runtime
	return nil
}
