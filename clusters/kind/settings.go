package kind

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"sigs.k8s.io/kind/pkg/apis/config/v1alpha4"

	"github.com/rehearse-dev/rehearse/clusters"
	"github.com/rehearse-dev/rehearse/clusters/runtime"
)

// userDaemonJSON is a path on the node: a node with Docker Engine merges the
// files of this folder, in order, into its daemon.json.
const userDaemonJSON = "/kind/rehearse/daemon.d/50-user.json"

// pinned are the settings of Docker Engine that make it work inside a node; a
// user's value for them would keep the node from starting, or change more than
// the runtime.
var pinned = []string{
	"containerd", "data-root", "default-runtime", "exec-opts", "exec-root", "hosts", "pidfile", "runtimes", "storage-driver",
}

// settings are the mounts that bring the user's settings for the runtime to
// where each node reads them.
func (p *Provider) settings(ctx context.Context, cfg clusters.Config, profile runtime.Profile) ([]v1alpha4.Mount, error) {
	var mounts []v1alpha4.Mount
	for _, one := range []struct {
		given, place string
		accept       func(context.Context, clusters.Config) (path string, err error)
	}{
		{cfg.DaemonJSON, userDaemonJSON, p.acceptedDaemonJSON},
		{cfg.RegistryCerts, profile.Certs, func(context.Context, clusters.Config) (string, error) { return existing(cfg.RegistryCerts) }},
		{cfg.RegistryHosts, profile.Settings, func(context.Context, clusters.Config) (string, error) { return existing(cfg.RegistryHosts) }},
	} {
		if one.given == "" {
			continue
		}
		path, err := one.accept(ctx, cfg)
		if err != nil {
			return nil, fmt.Errorf("bringing settings of %s to the nodes: %w", cfg.Runtime, err)
		}
		mounts = append(mounts, v1alpha4.Mount{HostPath: path, ContainerPath: one.place, Readonly: true})
	}
	return mounts, nil
}

// acceptedDaemonJSON copies the user's daemon.json to the cluster's folder,
// without what a node cannot have.
func (p *Provider) acceptedDaemonJSON(ctx context.Context, cfg clusters.Config) (path string, err error) {
	user, err := os.ReadFile(cfg.DaemonJSON)
	if err != nil {
		return "", err
	}
	accepted, refused, err := withoutPinned(user)
	if err != nil {
		return "", fmt.Errorf("reading %q: %w", cfg.DaemonJSON, err)
	}
	if len(refused) > 0 {
		p.noter(cfg)("daemon.json: nodes keep their own " + strings.Join(refused, ", "))
		p.logger().WarnContext(ctx, "settings refused", "cluster", cfg.Name, "file", cfg.DaemonJSON, "keys", refused)
	}
	path = filepath.Join(cfg.Dir, "daemon.json")
	return path, os.WriteFile(path, accepted, 0o644)
}

// withoutPinned takes the pinned keys out of a daemon.json and names them.
func withoutPinned(user []byte) (accepted []byte, refused []string, err error) {
	settings := map[string]json.RawMessage{} // values keep every digit
	if err := json.Unmarshal(user, &settings); err != nil {
		return nil, nil, err
	}
	if settings == nil { // the node could not merge it
		return nil, nil, errors.New("null is no settings")
	}
	for _, key := range pinned {
		if _, set := settings[key]; set {
			refused = append(refused, key)
			delete(settings, key)
		}
	}
	accepted, err = json.MarshalIndent(settings, "", "  ")
	return accepted, refused, err
}
