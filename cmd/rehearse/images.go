package main

import (
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/rehearse-dev/rehearse/clusters"
	"github.com/rehearse-dev/rehearse/clusters/nodeimage"
)

func (a *app) imagesCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "images",
		Short: "Build, list and prune node images",
		Long: `A pair needs one node image per runtime. They are built on first use, from
kindest/node where a registry answers and otherwise from source, kept by the content
that they are made of, and never built again without need.`,
	}
	cmd.AddCommand(a.imagesBuild(), a.imagesList(), a.imagesPrune())
	return cmd
}

func (a *app) imagesBuild() *cobra.Command {
	var kubernetes, kubelet string
	cmd := &cobra.Command{
		Use:       "build [RUNTIME...]",
		Short:     "Build the node images of docker and containerd, or of the given runtimes",
		Example:   "  rehearse images build\n  rehearse images build dockershim containerd --kubelet-version v1.23.17",
		ValidArgs: []string{"docker", "containerd", "dockershim"},
		Args:      cobra.OnlyValidArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				args = []string{string(clusters.Docker), string(clusters.Containerd)}
			}
			observe, done, err := a.show()
			if err != nil {
				return err
			}
			defer done()
			builder, err := nodeImages(observe, nil)
			if err != nil {
				return err
			}
			for _, runtime := range args {
				ref, err := builder.Ensure(cmd.Context(), nodeimage.Spec{
					Runtime: clusters.Runtime(runtime), KubernetesVersion: kubernetes, KubeletVersion: kubelet,
				})
				if err != nil {
					return err
				}
				fmt.Fprintf(a.stdout, "%s\t%s\n", runtime, ref)
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&kubernetes, "kubernetes-version", "v1.37.2", "version of the control plane")
	cmd.Flags().StringVar(&kubelet, "kubelet-version", "", "version of kubelet, if another")
	return cmd
}

func (a *app) imagesList() *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List the node images on this host",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			builder, err := nodeImages(nil, nil)
			if err != nil {
				return err
			}
			images, err := builder.List(cmd.Context())
			if err != nil {
				return err
			}
			out := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
			for _, i := range images {
				fmt.Fprintf(out, "%s\t%d MB\t%s\n", i.Ref, i.Size/1e6, i.Created)
			}
			return out.Flush()
		},
	}
}

func (a *app) imagesPrune() *cobra.Command {
	var all bool
	cmd := &cobra.Command{
		Use:   "prune",
		Short: "Remove node images that this version of the program would not use",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			builder, err := nodeImages(nil, nil)
			if err != nil {
				return err
			}
			removed, err := builder.Prune(cmd.Context(), all)
			for _, ref := range removed {
				fmt.Fprintln(a.stdout, ref)
			}
			return err
		},
	}
	cmd.Flags().BoolVar(&all, "all", false, "remove every node image, and what they were built from")
	return cmd
}
