// Package normalise masks what differs from run to run, so that two recordings
// can be compared by what they mean.
//
// A [Masker] knows the names of one run: generated pod names and node names
// become their roles. What is left is masked by shape: identifiers, addresses,
// timestamps, durations. A mask reads <kind> or <kind role>, such as <id> or
// <pod shop/web>, and text that is masked already stays as it is.
//
// Schemes such as docker:// and containerd:// are kept: they are findings.
package normalise
