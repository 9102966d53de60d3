// Package follow is the loop of a small program on a node: it does one piece of
// work whenever something in the cluster has changed, and again after a while in
// case it did not succeed or somebody else has interfered.
package follow

import (
	"context"
	"fmt"
	"log"
	"os"
	"time"

	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"
)

// repair is how long nothing has to happen for the work to be done nevertheless.
const repair = 30 * time.Second

// Client speaks to the API server as the pod's service account. The environment
// variable CONTROL_PLANE_ENDPOINT may name the server's host and port, for those
// that run before kube-proxy leads to it.
func Client() (kubernetes.Interface, error) {
	config, err := rest.InClusterConfig()
	if err != nil {
		return nil, fmt.Errorf("reading the service account: %w", err)
	}
	if endpoint := os.Getenv("CONTROL_PLANE_ENDPOINT"); endpoint != "" {
		config.Host = "https://" + endpoint
	}
	return kubernetes.NewForConfig(config)
}

// Changes does the work once all informers know their objects and then whenever
// one of those changes, until the context ends. What goes wrong is logged. The
// informers must have been started.
func Changes(ctx context.Context, work func(context.Context) error, informers ...cache.SharedIndexInformer) error {
	changed := make(chan struct{}, 1) // one pending change is as good as many
	for _, informer := range informers {
		if err := notify(changed, informer); err != nil {
			return fmt.Errorf("watching: %w", err)
		}
		if !cache.WaitForCacheSync(ctx.Done(), informer.HasSynced) {
			return nil // told to stop
		}
	}
	for {
		if err := work(ctx); err != nil {
			log.Print(err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-changed:
		case <-time.After(repair):
		}
	}
}

func notify(changed chan<- struct{}, informer cache.SharedIndexInformer) error {
	note := func() {
		select {
		case changed <- struct{}{}:
		default:
		}
	}
	_, err := informer.AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc:    func(any) { note() },
		UpdateFunc: func(any, any) { note() },
		DeleteFunc: func(any) { note() },
	})
	return err
}
