package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/rehearse-dev/rehearse/clusters/runtime/translate"
)

func (a *app) translateCommand() *cobra.Command {
	var from translate.Sources
	var out string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "translate [DAEMON.JSON]",
		Short: "Carry a node's Docker configuration over to containerd and kubelet",
		Long: `Reads what a node with Docker Engine is configured by and says of every setting what
becomes of it with containerd: where it belongs now, or that it has no counterpart and
what it meant. With --out the files are written, too: hosts.toml for registries and
mirrors, configuration of containerd and kubelet, a drop-in of containerd.service.

What dockerd would not start with is a mistake, with its line.`,
		Example: `  rehearse translate /etc/docker/daemon.json
  rehearse translate daemon.json --certs-d /etc/docker/certs.d --out ./containerd
  rehearse translate --unit docker.service --unit docker.service.d/http-proxy.conf`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 1 {
				from.DaemonJSON = args[0]
			}
			if from.DaemonJSON == "" && len(from.Units) == 0 && from.Certs == "" {
				return withHint(errors.New("nothing to translate"), "name a daemon.json, or use --unit or --certs-d")
			}
			return a.translate(from, out, asJSON)
		},
	}
	flags := cmd.Flags()
	flags.StringArrayVar(&from.Units, "unit", nil, "docker.service or a drop-in of it; may be repeated, in the order in which systemd reads them")
	flags.StringVar(&from.Certs, "certs-d", "", "folder of registry certificates, as /etc/docker/certs.d is")
	flags.StringArrayVar(&from.Registries, "registry", nil, "host that images come from, for insecure registries that are given as a range of addresses; may be repeated")
	flags.StringVar(&out, "out", "", "empty or new folder to write the files into")
	flags.BoolVar(&asJSON, "json", false, "print the plan as JSON")
	return cmd
}

func (a *app) translate(from translate.Sources, out string, asJSON bool) error {
	plan, err := from.Plan()
	if err != nil {
		return err
	}
	if out != "" {
		if err := plan.Write(out); errors.Is(err, translate.ErrNotEmpty) {
			return withHint(err, "name a new folder: what is left of an earlier translation would still be read")
		} else if err != nil {
			return err
		}
		fmt.Fprintf(a.stderr, "written to %s, and the plan to %s\n", out, filepath.Join(out, translate.PlanFile))
	}
	if !asJSON {
		return plan.WriteText(a.stdout)
	}
	to := json.NewEncoder(a.stdout)
	to.SetIndent("", "  ")
	to.SetEscapeHTML(false)
	return to.Encode(plan)
}
