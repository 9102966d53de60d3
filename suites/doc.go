// Package suites runs Ginkgo suites against one cluster and says what they saw.
//
// A suite runs in a process of its own, with the cluster's kubeconfig in the
// environment, and is read back through Ginkgo's JSON report. A spec fails when
// behaviour is wrong; what it merely saw it attaches as an [Observation].
// Whether a difference between two clusters matters is not judged here.
//
// The folders below hold the shipped suites, one per area of behaviour.
package suites
