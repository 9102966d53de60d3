// Package nodeimage builds the images that kind starts nodes from: one for each
// container runtime, alike in everything else.
//
// What goes in is a [Spec]; what comes out is the reference of an image in Docker.
// [Builder.Ensure] lines up the steps towards it and carries out those whose
// result is not there:
//
//	Debian ─► packages ─► base ─► common layer ─► containerd layer
//	 programs, images ────▲        ▲         └──► Docker layer
//	              confine, toolbox ┘
//
// Where a ready-made kindest/node image can be had, it is the base, and the steps
// before it fall away; a base built from source has the same files in the same
// places, so that everything after it is one code for both. All programs are built
// from public Go modules by the host's Go toolchain.
//
// Every result is named by a hash of what it is made of: sources, versions, flags,
// and the results it builds upon. So nothing is built twice, nothing stale is used,
// and a build that was interrupted goes on where it stopped.
//
// What a cluster may change is read by the nodes when they start: settings of
// Docker Engine from /kind/rehearse/daemon.d/*.json, merged in the order of their
// names, and registries of containerd from /etc/containerd/certs.d.
//
// The package knows nothing of clusters beyond the names of their runtimes.
package nodeimage
