package e2e_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/rehearse-dev/rehearse/clusters"
	"github.com/rehearse-dev/rehearse/clusters/kind"
	"github.com/rehearse-dev/rehearse/clusters/nodeimage"
)

// BenchmarkPair measures how long a pair takes beside one plain cluster of kind
// with the same containerd image, in the same run.
func BenchmarkPair(b *testing.B) {
	if os.Getenv("REHEARSE_BENCH") == "" {
		b.Skip("needs Docker and minutes: set REHEARSE_BENCH=1, or use make bench")
	}
	builder := &nodeimage.Builder{}
	image := func(ctx context.Context, cfg clusters.Config) (string, error) {
		return builder.Ensure(ctx, nodeimage.Spec{Runtime: cfg.Runtime, KubernetesVersion: cfg.KubernetesVersion})
	}
	provider := &kind.Provider{Image: image}
	configs := [2]clusters.Config{}
	for i, side := range clusters.Sides() {
		configs[i] = clusters.Config{
			Side: side, Name: "rehearse-bench-" + string(side), KubernetesVersion: "v1.37.2",
			Runtime: []clusters.Runtime{clusters.Docker, clusters.Containerd}[i], Dir: b.TempDir(),
		}
		if _, err := image(b.Context(), configs[i]); err != nil {
			b.Fatal(err)
		}
	}
	var plain, pair time.Duration
	for b.Loop() {
		plain += plainCluster(b, configs[1], image)
		pair += timed(func() {
			made, err := clusters.CreatePair(b.Context(), provider, configs[0], configs[1])
			if err != nil {
				b.Fatal(err)
			}
			b.Cleanup(func() {
				if err := clusters.DeletePair(b.Context(), provider, made); err != nil {
					b.Error(err)
				}
			})
		})
	}
	b.ReportMetric(plain.Seconds()/float64(b.N), "s/plain")
	b.ReportMetric(pair.Seconds()/float64(b.N), "s/pair")
	b.ReportMetric(pair.Seconds()/plain.Seconds(), "pair/plain")
}

// plainCluster is what `kind create cluster --wait` does with our image, ended
// at the same moment as a pair: when everything of the cluster is ready.
func plainCluster(b *testing.B, cfg clusters.Config, image func(context.Context, clusters.Config) (string, error)) time.Duration {
	b.Helper()
	cfg.Name = "rehearse-bench-plain"
	cfg.Dir = filepath.Dir(cfg.Dir)
	provider := &kind.Provider{Image: image}
	var made *clusters.Cluster
	elapsed := timed(func() {
		c, err := provider.Create(b.Context(), cfg)
		if err != nil {
			b.Fatal(err)
		}
		made = c
	})
	if err := provider.Delete(b.Context(), made); err != nil {
		b.Fatal(err)
	}
	return elapsed
}

func timed(do func()) time.Duration {
	started := time.Now()
	do()
	return time.Since(started)
}
