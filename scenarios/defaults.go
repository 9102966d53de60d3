package scenarios

import (
	"fmt"
	"path/filepath"
	"time"

	"github.com/rehearse-dev/rehearse/clusters"
)

// What a scenario gets where it says nothing.
const (
	DefaultKubernetesVersion = "v1.37.2"
	DefaultObserve           = 2 * time.Minute
	DefaultSettle            = 3 * time.Minute
	DefaultMaxFor            = 30 * time.Second
	DefaultMaxRange          = time.Minute
	DefaultScrapeInterval    = 15 * time.Second
	DefaultSuiteTimeout      = 10 * time.Minute
)

// SetDefaults fills in what the scenario leaves open. Load has done so already;
// a scenario made in Go needs it.
func (s *Scenario) SetDefaults() {
	pair := &s.Spec.Pair
	fill(&pair.KubernetesVersion, DefaultKubernetesVersion)
	fill(&pair.Baseline.Runtime, clusters.Docker)
	fill(&pair.Candidate.Runtime, clusters.Containerd)
	fill(&s.Spec.Observe.Duration.Duration, DefaultObserve)
	fill(&s.Spec.Observe.Settle.Duration, DefaultSettle)
	fill(&s.Spec.Observe.MaxFor.Duration, DefaultMaxFor)
	fill(&s.Spec.Observe.MaxRange.Duration, DefaultMaxRange)
	fill(&s.Spec.Observe.ScrapeInterval.Duration, DefaultScrapeInterval)
	for i := range s.Spec.Workloads {
		fill(&s.Spec.Workloads[i].Ready, ReadyAll)
	}
	for i := range s.Spec.Agents {
		fill(&s.Spec.Agents[i].Ready, ReadyAll)
	}
	for i := range s.Spec.Suites {
		fill(&s.Spec.Suites[i].Timeout.Duration, DefaultSuiteTimeout)
	}
}

func fill[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

// Path turns a path of the scenario file into one that can be opened. Empty
// stays empty.
func (s *Scenario) Path(path string) string {
	if path == "" || filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(s.Dir, path)
}

// Side is what the scenario wants for one side.
func (p *Pair) Side(side clusters.Side) *Side {
	if side == clusters.Baseline {
		return &p.Baseline
	}
	return &p.Candidate
}

// ClusterConfig is the cluster that the scenario wants on one side, but for its
// Name and Dir.
func (s *Scenario) ClusterConfig(side clusters.Side) clusters.Config {
	pair := s.Spec.Pair
	wanted := pair.Side(side)
	cfg := clusters.Config{
		Side:              side,
		Runtime:           wanted.Runtime,
		KubernetesVersion: pair.KubernetesVersion,
		KubeletVersion:    pair.KubeletVersion,
		Workers:           pair.Workers,
		DaemonJSON:        s.Path(wanted.Config.DaemonJSON),
		RegistryCerts:     s.Path(wanted.Config.Certs),
		RegistryHosts:     s.Path(wanted.Config.Hosts),
	}
	for _, m := range wanted.Mounts {
		cfg.Mounts = append(cfg.Mounts, clusters.Mount{
			HostPath: s.Path(m.HostPath), ContainerPath: m.ContainerPath, ReadOnly: m.ReadOnly,
		})
	}
	return cfg
}

// MarshalText writes the duration as Go does.
func (d Duration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads a duration such as 90s or 2m30s.
func (d *Duration) UnmarshalText(text []byte) error {
	parsed, err := time.ParseDuration(string(text))
	if err != nil {
		return fmt.Errorf("expected a duration such as 90s or 2m30s, found %q", text)
	}
	d.Duration = parsed
	return nil
}
