package identity_test

import (
	"os"
	"testing"

	"github.com/rehearse-dev/rehearse/suites"
	"github.com/rehearse-dev/rehearse/suites/builtin"
	"github.com/rehearse-dev/rehearse/suites/identity"
)

func TestIdentity(t *testing.T) {
	kubeconfig := os.Getenv("REHEARSE_KUBECONFIG")
	if kubeconfig == "" {
		t.Skip("needs a cluster: set REHEARSE_KUBECONFIG to its kubeconfig")
	}
	t.Setenv(suites.EnvKubeconfig, kubeconfig)
	builtin.Run(t, "identity", identity.Register)
}
