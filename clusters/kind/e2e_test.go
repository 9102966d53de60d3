package kind_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sigs.k8s.io/e2e-framework/support"

	"github.com/rehearse-dev/rehearse/clusters"
	"github.com/rehearse-dev/rehearse/clusters/kind"
)

// How the provider works in a real suite is in frameworktest.

func TestE2EProviderIsSetUpAsTheFrameworkDoes(t *testing.T) {
	t.Parallel()
	e := kind.E2EProvider(clusters.Docker)
	option := func(p support.E2EClusterProvider) { p.(*kind.E2E).Config.Workers = 2 }
	p := e.SetDefaults().WithName("shop").WithVersion("v1.36.0").WithPath("/usr/bin/kind").WithOpts(option)
	if p != support.E2EClusterProvider(e) {
		t.Fatal("the With methods return another provider")
	}
	if c := e.Config; c.Name != "rehearse-shop" || c.KubernetesVersion != "v1.36.0" || c.Workers != 2 || c.Runtime != clusters.Docker {
		t.Errorf("Config = %+v", c)
	}
	if e.WithName("rehearse-shop"); e.Config.Name != "rehearse-shop" {
		t.Errorf("a name that has the prefix becomes %q", e.Config.Name)
	}
	if got := e.GetKubectlContext(); got != "kind-rehearse-shop" {
		t.Errorf("GetKubectlContext() = %q", got)
	}
}

func TestE2EProviderRefusesWhatItWouldIgnore(t *testing.T) {
	t.Parallel()
	e := kind.E2EProvider(clusters.Docker)
	e.WithName("shop")
	if _, err := e.Create(t.Context(), "--wait", "1m"); err == nil || !strings.Contains(err.Error(), "--wait") {
		t.Errorf("Create with arguments: %v", err)
	}
	if _, err := e.CreateWithConfig(t.Context(), "kind.yaml"); err == nil || !strings.Contains(err.Error(), "kind.yaml") {
		t.Errorf("CreateWithConfig with a file: %v", err)
	}
}

func TestE2EProviderBeforeCreate(t *testing.T) {
	t.Parallel()
	e := kind.E2EProvider(clusters.Docker)
	if e.GetKubeconfig() != "" || e.KubernetesRestConfig() != nil {
		t.Error("has a kubeconfig before there is a cluster")
	}
	for name, err := range map[string]error{
		"LoadImage":        e.LoadImage(t.Context(), "shop/web:1"),
		"LoadImageArchive": e.LoadImageArchive(t.Context(), "web.tar"),
	} {
		if err == nil {
			t.Errorf("%s succeeds before there is a cluster", name)
		}
	}
	if err := e.Destroy(t.Context()); err != nil {
		t.Errorf("Destroy = %v, want nothing to do", err)
	}
}

func TestE2EProviderThatFailsLeavesNoFolder(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	e := kind.E2EProvider(clusters.Docker)
	broken := errors.New("no image")
	e.Provider.Image = func(context.Context, clusters.Config) (string, error) { return "", broken }
	if _, err := e.WithName("shop").Create(t.Context()); !errors.Is(err, broken) {
		t.Errorf("Create = %v, want %v", err, broken)
	}
	left, err := filepath.Glob(filepath.Join(os.TempDir(), "*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left in the temporary folder: %q, %v", left, err)
	}
}
