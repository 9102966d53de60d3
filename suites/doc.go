// Package suites runs Ginkgo suites against one cluster and says what they saw.
//
// A suite runs in a process of its own, with the cluster's kubeconfig in the
// environment, and is read back through Ginkgo's JSON report as a [Result]. A
// spec fails when behaviour is wrong by Kubernetes' own contract; what it merely
// saw it attaches as an [Observation]. Whether a difference between two clusters
// matters is not judged here.
//
// The folders below:
//
//   - ginkgo runs any compiled suite, the user's or a shipped one
//   - lifecycle, logging, probes, networking, identity and images are the shipped
//     suites, one per area of behaviour; builtin knows them by name
//   - fixture gives those a cluster: a namespace, pods, and what these answer
//   - observe attaches observations and masks what only one run knows
//
// An observation has to be the same from run to run on the same runtime: a
// rehearsal of one runtime against itself must find nothing. So there is no
// duration among them, only which of two things came first.
package suites
