// Package suite is a suite as a user has it: it knows Ginkgo and Kubernetes
// and nothing of Rehearse. Half of its specs lean on Docker, half only look as if.
// The end-to-end test compiles it with `go test -c` and rehearses the binary.
package suite
