package podroutes

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	listers "k8s.io/client-go/listers/core/v1"

	"github.com/rehearse-dev/rehearse/clusters/nodeimage/follow"
)

// Run keeps the network of the node NODE_NAME in a cluster whose pods have their
// addresses in POD_SUBNET, until it is told to stop.
func Run(ctx context.Context) error {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	SelectIPTables(ctx)
	client, err := follow.Client()
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
	factory := informers.NewSharedInformerFactory(client, 0)
	nodes := factory.Core().V1().Nodes()
	informer, lister := nodes.Informer(), nodes.Lister()
	factory.Start(ctx.Done())
	return follow.Changes(ctx, func(ctx context.Context) error { return n.reconcile(ctx, lister) }, informer)
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
