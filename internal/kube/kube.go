// Package kube is the one place that builds Kubernetes clients. They speak with
// the rights of a kubeconfig file and never look at the caller's own.
package kube

import (
	"errors"
	"fmt"

	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

// The request rate of one client. The server's own fairness protects it; the
// library's default of 5 a second would make a rehearsal wait for itself.
const (
	queriesPerSecond = 100
	burst            = 200
)

// Clients are ways to speak to one cluster. They may be used at the same time.
type Clients struct {
	Config  *rest.Config
	Typed   kubernetes.Interface
	Dynamic dynamic.Interface
}

// New builds the clients of the cluster that the file kubeconfig names as its
// current context. It does not speak to the cluster yet.
func New(kubeconfig string) (*Clients, error) { return NewIn(kubeconfig, "") }

// NewIn is [New] for the cluster of a context; the empty one is the current one.
func NewIn(kubeconfig, context string) (*Clients, error) {
	cfg, err := configIn(kubeconfig, context)
	if err != nil {
		return nil, err
	}
	typed, err := kubernetes.NewForConfig(cfg)
	if err != nil {
		return nil, fmt.Errorf("building client for %q: %w", kubeconfig, err)
	}
	dyn, err := dynamic.NewForConfig(cfg)
	if err != nil {
		return nil, fmt.Errorf("building client for %q: %w", kubeconfig, err)
	}
	return &Clients{Config: cfg, Typed: typed, Dynamic: dyn}, nil
}

// Config reads the connection that the file kubeconfig names as its current
// context, for clients that [Clients] does not have.
func Config(kubeconfig string) (*rest.Config, error) { return configIn(kubeconfig, "") }

func configIn(kubeconfig, context string) (*rest.Config, error) {
	// Read with an explicit path: with an empty one the library would fall back to
	// the environment and the home folder.
	if kubeconfig == "" {
		return nil, errors.New("reading kubeconfig: no file named")
	}
	cfg, err := clientcmd.NewNonInteractiveDeferredLoadingClientConfig(
		&clientcmd.ClientConfigLoadingRules{ExplicitPath: kubeconfig}, &clientcmd.ConfigOverrides{CurrentContext: context},
	).ClientConfig()
	if err != nil {
		return nil, fmt.Errorf("reading kubeconfig %q: %w", kubeconfig, err)
	}
	cfg.QPS, cfg.Burst = queriesPerSecond, burst
	cfg.UserAgent = "rehearse"
	// The default handler prints the server's deprecation warnings to stderr.
	cfg.WarningHandler = rest.NoWarnings{}
	return cfg, nil
}
