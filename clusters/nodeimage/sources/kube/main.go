//go:build ignore

// Command kube is every Kubernetes program of a node in one binary. What it does
// depends on the name by which it is called. The programs share nearly all of
// their code: linked once, they cost a third of the time and of the space.
package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/rehearse-dev/rehearse/clusters/nodeimage/localvolumes"
	"github.com/rehearse-dev/rehearse/clusters/nodeimage/podroutes"

	"k8s.io/component-base/cli"
	_ "k8s.io/component-base/logs/json/register"
	_ "k8s.io/component-base/metrics/prometheus/clientgo"
	_ "k8s.io/component-base/metrics/prometheus/version"
	kubectl "k8s.io/kubectl/pkg/cmd"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	controllermanager "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	proxy "k8s.io/kubernetes/cmd/kube-proxy/app"
	scheduler "k8s.io/kubernetes/cmd/kube-scheduler/app"
	kubeadm "k8s.io/kubernetes/cmd/kubeadm/app"
	kubelet "k8s.io/kubernetes/cmd/kubelet/app"
)

func main() {
	name := filepath.Base(os.Args[0])
	if command := command(name); command != nil {
		os.Exit(cli.Run(command))
	}
	if err := run(name); err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", name, err)
		os.Exit(1)
	}
}

// command makes the programs that are cobra commands.
func command(name string) *cobra.Command {
	switch name {
	case "kube-apiserver":
		return apiserver.NewAPIServerCommand()
	case "kube-controller-manager":
		return controllermanager.NewControllerManagerCommand()
	case "kube-scheduler":
		return scheduler.NewSchedulerCommand()
	case "kube-proxy":
		podroutes.SelectIPTables(context.Background())
		return proxy.NewProxyCommand()
	case "kubelet":
		return kubelet.NewKubeletCommand(context.Background())
	case "kubectl":
		return kubectl.NewDefaultKubectlCommand()
	}
	return nil
}

// run runs the programs that are not.
func run(name string) error {
	switch name {
	case "kubeadm":
		return kubeadm.Run()
	case "localvolumes":
		return localvolumes.Run(context.Background())
	case "podroutes":
		return podroutes.Run(context.Background())
	}
	return fmt.Errorf("no program of this name in the binary")
}
