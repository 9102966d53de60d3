package podroutes

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os/exec"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// network is what one node does for its pods.
type network struct {
	name    string   // of the node
	subnets []string // of all pods of the cluster, one per address family
}

// protocol marks the routes that are ours in the kernel's table, so that those
// of nodes that have left can be told from everybody else's.
const protocol = "176"

// route leads to the pods of another node.
type route struct {
	pods netip.Prefix
	via  netip.Addr
}

// routes lists one route for each pod network of every other node.
func (n network) routes(nodes []*corev1.Node) []route {
	var found []route
	for _, node := range nodes {
		if node.Name == n.name {
			continue
		}
		for _, cidr := range node.Spec.PodCIDRs {
			pods, err := netip.ParsePrefix(cidr)
			if err != nil {
				continue // the API server accepts no such node
			}
			if via, ok := internalIP(node, pods.Addr().Is6()); ok {
				found = append(found, route{pods, via})
			}
		}
	}
	return found
}

func internalIP(node *corev1.Node, v6 bool) (netip.Addr, bool) {
	for _, address := range node.Status.Addresses {
		ip, err := netip.ParseAddr(address.Address)
		if address.Type == corev1.NodeInternalIP && err == nil && ip.Is6() == v6 {
			return ip, true
		}
	}
	return netip.Addr{}, false
}

// applyRoutes makes the kernel's table hold our routes and no stale ones.
func (n network) applyRoutes(ctx context.Context, nodes []*corev1.Node) error {
	wanted := map[string]bool{}
	var errs []error
	for _, r := range n.routes(nodes) {
		wanted[r.pods.String()] = true
		errs = append(errs, command(ctx, "ip", family(r.pods), "route", "replace",
			r.pods.String(), "via", r.via.String(), "protocol", protocol))
	}
	for _, flag := range []string{"-4", "-6"} {
		errs = append(errs, dropStale(ctx, flag, wanted))
	}
	return errors.Join(errs...)
}

func dropStale(ctx context.Context, family string, wanted map[string]bool) error {
	table, err := exec.CommandContext(ctx, "ip", family, "route", "show", "protocol", protocol).Output()
	if err != nil {
		return fmt.Errorf("reading the routes (ip %s): %w", family, err)
	}
	var errs []error
	for _, destination := range destinations(string(table)) {
		if !wanted[destination] {
			errs = append(errs, command(ctx, "ip", family, "route", "delete", destination, "protocol", protocol))
		}
	}
	return errors.Join(errs...)
}

// destinations reads the first word of each line of `ip route show`.
func destinations(table string) []string {
	var found []string
	for line := range strings.Lines(table) {
		if fields := strings.Fields(line); len(fields) > 0 {
			found = append(found, fields[0])
		}
	}
	return found
}

func family(prefix netip.Prefix) string {
	if prefix.Addr().Is6() {
		return "-6"
	}
	return "-4"
}

// masquerade gives traffic from pods to anywhere but pods the node's address.
func (n network) masquerade(ctx context.Context) error {
	var errs []error
	for _, subnet := range n.subnets {
		pods, err := netip.ParsePrefix(strings.TrimSpace(subnet))
		if err != nil {
			errs = append(errs, fmt.Errorf("reading POD_SUBNET: %w", err))
			continue
		}
		errs = append(errs, masqueradeFrom(ctx, pods))
	}
	return errors.Join(errs...)
}

func masqueradeFrom(ctx context.Context, pods netip.Prefix) error {
	program := "iptables"
	if pods.Addr().Is6() {
		program = "ip6tables"
	}
	rule := func(verb string) []string {
		return []string{
			"--wait", "--table", "nat", verb, "POSTROUTING",
			"--source", pods.String(), "!", "--destination", pods.String(),
			"--match", "comment", "--comment", "podroutes", "--jump", "MASQUERADE",
		}
	}
	if command(ctx, program, rule("--check")...) == nil {
		return nil
	}
	return command(ctx, program, rule("--append")...)
}

// command runs a program and tells what it said when it failed.
func command(ctx context.Context, name string, args ...string) error {
	output, err := exec.CommandContext(ctx, name, args...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("running %s %s: %w: %s", name, strings.Join(args, " "), err, strings.TrimSpace(string(output)))
	}
	return nil
}
