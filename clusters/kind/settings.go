package kind

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"sigs.k8s.io/kind/pkg/apis/config/v1alpha4"

	"github.com/rehearse-dev/rehearse/clusters"
	"github.com/rehearse-dev/rehearse/clusters/runtime"
)

// pinned are the settings of Docker Engine that make it work inside a node; a
// user's value for them would keep the node from starting, or change what is
// compared.
var pinned = []string{
	"containerd", "data-root", "default-runtime", "exec-opts", "exec-root", "hosts", "pidfile", "runtimes", "storage-driver",
}

// settings are the mounts that bring the user's settings for the runtime to
// where each node reads them.
func (p *Provider) settings(ctx context.Context, cfg clusters.Config, image string) ([]v1alpha4.Mount, error) {
	profile, err := runtime.Of(cfg.Runtime)
	if err != nil {
		return nil, err
	}
	path := cfg.RegistryHosts
	switch {
	case cfg.DaemonJSON != "":
		path, err = p.mergedDaemonJSON(ctx, cfg, image, profile.Settings)
	case path != "":
		path, err = existing(path)
	default:
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("bringing the user's settings for %q to the nodes: %w", cfg.Runtime, err)
	}
	return []v1alpha4.Mount{{HostPath: path, ContainerPath: profile.Settings, Readonly: true}}, nil
}

// mergedDaemonJSON lays the user's daemon.json over the node image's own, in a
// file of the cluster's folder.
func (p *Provider) mergedDaemonJSON(ctx context.Context, cfg clusters.Config, image, onNode string) (string, error) {
	user, err := os.ReadFile(cfg.DaemonJSON)
	if err != nil {
		return "", err
	}
	node, err := output(ctx, "run", "--rm", "--network", "none", "--entrypoint", "cat", image, onNode)
	if err != nil {
		return "", fmt.Errorf("reading %q of the node image: %w", onNode, err)
	}
	merged, overruled, err := mergeDaemonJSON([]byte(node), user)
	if err != nil {
		return "", fmt.Errorf("%q: %w", cfg.DaemonJSON, err)
	}
	if len(overruled) > 0 {
		p.noter(cfg)("daemon.json: the node's own value is kept for " + strings.Join(overruled, ", "))
		p.logger().WarnContext(ctx, "settings overruled", "cluster", cfg.Name, "file", cfg.DaemonJSON, "keys", overruled)
	}
	path := filepath.Join(cfg.Dir, "daemon.json")
	if err := os.WriteFile(path, merged, 0o644); err != nil {
		return "", err
	}
	return filepath.Abs(path)
}

// mergeDaemonJSON returns the node's settings with the user's over them, and
// which of the user's a node cannot have.
func mergeDaemonJSON(node, user []byte) (merged []byte, overruled []string, err error) {
	var settings, wanted map[string]any
	if err := json.Unmarshal(node, &settings); err != nil {
		return nil, nil, fmt.Errorf("reading the node's own settings: %w", err)
	}
	in := json.NewDecoder(bytes.NewReader(user))
	in.UseNumber()
	if err := in.Decode(&wanted); err != nil {
		return nil, nil, fmt.Errorf("reading settings: %w", err)
	}
	for _, key := range slices.Sorted(maps.Keys(wanted)) {
		if slices.Contains(pinned, key) {
			overruled = append(overruled, key)
			continue
		}
		settings[key] = wanted[key]
	}
	merged, err = json.MarshalIndent(settings, "", "  ")
	return merged, overruled, err
}
