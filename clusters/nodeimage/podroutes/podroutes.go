package podroutes

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	listers "k8s.io/client-go/listers/core/v1"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"
)

// repair is how often everything is put right although no node has changed:
// somebody else may have touched the routes.
const repair = 30 * time.Second

// Run keeps the network of the node NODE_NAME in a cluster whose pods have their
// addresses in POD_SUBNET, until it is told to stop. CONTROL_PLANE_ENDPOINT may
// name the API server's host and port.
func Run(ctx context.Context) error {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	SelectIPTables(ctx)

	config, err := rest.InClusterConfig()
	if err != nil {
		return fmt.Errorf("reading the service account: %w", err)
	}
	if endpoint := os.Getenv("CONTROL_PLANE_ENDPOINT"); endpoint != "" {
		config.Host = "https://" + endpoint // there before kube-proxy leads to it
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return fmt.Errorf("making a client: %w", err)
	}
	node := network{
		name:    os.Getenv("NODE_NAME"),
		subnets: strings.Split(os.Getenv("POD_SUBNET"), ","),
	}
	return node.follow(ctx, client)
}

// follow applies the nodes as they come and go.
func (n network) follow(ctx context.Context, client kubernetes.Interface) error {
	changed := make(chan struct{}, 1) // one pending change is as good as many
	nodes, err := watch(ctx, client, changed)
	if err != nil {
		return err
	}
	for {
		if err := n.reconcile(ctx, nodes); err != nil {
			log.Printf("keeping the network of %s: %v", n.name, err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-changed:
		case <-time.After(repair):
		}
	}
}

func watch(ctx context.Context, client kubernetes.Interface, changed chan<- struct{}) (listers.NodeLister, error) {
	factory := informers.NewSharedInformerFactory(client, 0)
	informer := factory.Core().V1().Nodes().Informer()
	note := func() {
		select {
		case changed <- struct{}{}:
		default:
		}
	}
	_, err := informer.AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc:    func(any) { note() },
		DeleteFunc: func(any) { note() },
		UpdateFunc: func(before, after any) {
			if moved(before.(*corev1.Node), after.(*corev1.Node)) {
				note()
			}
		},
	})
	if err != nil {
		return nil, fmt.Errorf("watching nodes: %w", err)
	}
	factory.Start(ctx.Done())
	if !cache.WaitForCacheSync(ctx.Done(), informer.HasSynced) {
		return nil, fmt.Errorf("listing nodes: %w", context.Cause(ctx))
	}
	return factory.Core().V1().Nodes().Lister(), nil
}

// moved ignores the heartbeats that make up nearly all updates of a node.
func moved(before, after *corev1.Node) bool {
	return !slices.Equal(before.Spec.PodCIDRs, after.Spec.PodCIDRs) ||
		!slices.Equal(before.Status.Addresses, after.Status.Addresses)
}

// reconcile does everything it can before it reports what it could not.
func (n network) reconcile(ctx context.Context, lister listers.NodeLister) error {
	nodes, err := lister.List(labels.Everything())
	if err != nil {
		return fmt.Errorf("listing nodes: %w", err)
	}
	own, err := lister.Get(n.name)
	if err != nil {
		return fmt.Errorf("finding the own node: %w", err)
	}
	return errors.Join(
		n.masquerade(ctx),
		n.applyRoutes(ctx, nodes),
		writeConfig(configPath, own.Spec.PodCIDRs),
	)
}
