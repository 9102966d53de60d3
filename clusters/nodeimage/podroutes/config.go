package podroutes

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
)

// configPath is where runtimes look for their network; the node is NotReady as
// long as it is not there.
const configPath = "/etc/cni/net.d/10-rehearse.conflist"

type object map[string]any

// writeConfig tells the runtime which addresses its pods get. It writes only what
// has changed, since a runtime reloads on every write, and all of it at once,
// since it may read at any moment.
func writeConfig(path string, podCIDRs []string) error {
	content, err := config(podCIDRs)
	if err != nil {
		return fmt.Errorf("making the network configuration: %w", err)
	}
	if present, err := os.ReadFile(path); err == nil && bytes.Equal(present, content) {
		return nil
	}
	temporary := filepath.Join(filepath.Dir(path), ".rehearse.tmp")
	if err := os.WriteFile(temporary, content, 0o644); err != nil {
		return fmt.Errorf("writing the network configuration: %w", err)
	}
	if err := os.Rename(temporary, path); err != nil {
		return fmt.Errorf("writing the network configuration: %w", err)
	}
	return nil
}

// config is a network that every runtime and kubelet since 1.23 understands, hence
// its version.
func config(podCIDRs []string) ([]byte, error) {
	if len(podCIDRs) == 0 {
		return nil, errors.New("the node has no pod addresses yet")
	}
	var ranges [][]object
	var routes []object
	for _, cidr := range podCIDRs {
		prefix, err := netip.ParsePrefix(cidr)
		if err != nil {
			return nil, err
		}
		everywhere := "0.0.0.0/0"
		if prefix.Addr().Is6() {
			everywhere = "::/0"
		}
		ranges = append(ranges, []object{{"subnet": cidr}})
		routes = append(routes, object{"dst": everywhere})
	}
	addresses := object{"type": "host-local", "dataDir": "/run/cni-ipam-state", "ranges": ranges, "routes": routes}
	return json.MarshalIndent(object{
		"cniVersion": "0.4.0",
		"name":       "rehearse",
		"plugins": []object{
			{"type": "ptp", "ipMasq": false, "ipam": addresses},
			{"type": "portmap", "capabilities": object{"portMappings": true}},
		},
	}, "", "  ")
}
