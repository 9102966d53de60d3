package kind

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

const (
	// network is the one Docker network on which kind puts every cluster.
	network = "kind"
	// networkLabel marks it as made here, and so as ours to remove.
	networkLabel = "dev.rehearse.network"
	// subnet is a unique local address range, as kind gives its network one.
	subnet = "fd72:6568:6561:7273::/64"
)

// useNetwork makes sure that kind's network is there, and that it stays until
// release is called. kind would make it too, but twice when two clusters are
// made at once.
func useNetwork(ctx context.Context) (release func() error, err error) {
	inUse, err := lockFile("network-in-use", unix.LOCK_SH)
	if err != nil {
		return nil, err
	}
	making, err := lockFile("network-making", unix.LOCK_EX)
	if err != nil {
		return nil, errors.Join(err, inUse.Close())
	}
	if err := errors.Join(ensureNetwork(ctx), making.Close()); err != nil {
		return nil, errors.Join(fmt.Errorf("making the network %q: %w", network, err), inUse.Close())
	}
	return inUse.Close, nil
}

func ensureNetwork(ctx context.Context) error {
	ids, err := networks(ctx, "name=^"+network+"$")
	if err != nil || len(ids) > 0 {
		return err
	}
	args := []string{
		"network", "create", "--driver", "bridge", "--label", networkLabel,
		"--opt", "com.docker.network.bridge.enable_ip_masquerade=true",
	}
	err = run(ctx, nil, nil, append(args, "--ipv6", "--subnet", subnet, network)...)
	if err == nil || ctx.Err() != nil {
		return err
	}
	// Hosts without ip6tables, or with IPv6 off, have IPv4 alone.
	if withoutIPv6 := run(ctx, nil, nil, append(args, network)...); withoutIPv6 != nil {
		return errors.Join(withoutIPv6, err)
	}
	return nil
}

// dropNetwork removes the network if it was made here and nothing is on it any
// more, nor about to be.
func dropNetwork(ctx context.Context) error {
	inUse, err := lockFile("network-in-use", unix.LOCK_EX|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) {
		return nil
	}
	if err != nil {
		return err
	}
	return errors.Join(dropUnused(ctx), inUse.Close())
}

func dropUnused(ctx context.Context) error {
	ids, err := networks(ctx, "label="+networkLabel)
	if err != nil {
		return err
	}
	for _, id := range ids {
		users, err := output(ctx, "network", "inspect", "--format", "{{len .Containers}}", id)
		if err != nil {
			return err
		}
		if users != "0" {
			continue
		}
		if err := run(ctx, nil, nil, "network", "rm", id); err != nil {
			return fmt.Errorf("removing the network %q: %w", network, err)
		}
	}
	return nil
}

func networks(ctx context.Context, filter string) ([]string, error) {
	ids, err := output(ctx, "network", "ls", "--quiet", "--filter", filter)
	return strings.Fields(ids), err
}

// lockFile opens and locks a file that all processes of this user share.
// Closing it releases the lock.
func lockFile(name string, how int) (*os.File, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return nil, fmt.Errorf("locking %s: %w", name, err)
	}
	dir := filepath.Join(cache, "rehearse")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("locking %s: %w", name, err)
	}
	f, err := os.OpenFile(filepath.Join(dir, name), os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, fmt.Errorf("locking %s: %w", name, err)
	}
	if err := unix.Flock(int(f.Fd()), how); err != nil {
		return nil, fmt.Errorf("locking %s: %w", name, errors.Join(err, f.Close()))
	}
	return f, nil
}
