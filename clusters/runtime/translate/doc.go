// Package translate carries the configuration of a node with Docker Engine over
// to a node with containerd.
//
// In comes what the node is configured by: daemon.json, docker.service with its
// drop-ins, and the certificates below /etc/docker/certs.d. [Read] reads it and
// reports every mistake at once. Out comes a [Plan]: the files that containerd,
// kubelet and systemd read, and of every setting what became of it. What has no
// counterpart is in the plan too, with what it meant.
//
// The package writes what the programs do, not what the names suggest. Docker
// asks its mirrors for images of docker.io alone, tries an insecure registry over
// HTTPS first, and reads no certificates for it; each of that is kept. What is
// said of the programs was read in their sources: Docker Engine 20.10 to 29,
// containerd 2.0 to 2.4, kubelet 1.37.
//
// Whether a translation is right, only pulling says: the scenario registry does.
package translate
