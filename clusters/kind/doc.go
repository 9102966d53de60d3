// Package kind makes clusters with kind: nodes are containers of the host's
// Docker, each with the container runtime that its node image brings.
//
// [Provider] is a [clusters.Provider] on top of kind's Go library. It also runs
// commands on nodes and loads images. What kind does for its own runtime alone
// is done here for every runtime: the socket that kubeadm is told, the store
// that images go to, the user's settings for the runtime, and the wait until a
// cluster really works.
//
// Every name of a cluster starts with [Prefix], by which [Leftovers] finds what
// a process that was killed left on the host. The user's own kubeconfig is
// never read or written.
//
// [E2EProvider] offers the same clusters to suites that are written for
// sigs.k8s.io/e2e-framework.
package kind
