// Package clusters says what a pair of clusters is and how one is made and
// given back.
//
// A [Pair] is two clusters, baseline and candidate, that are meant to differ in
// nothing but their container runtime. A [Provider] makes one [Cluster]; package
// clusters/kind makes them with kind, package clusters/existing takes clusters
// that are there already. [CreatePair] makes both sides at once, and when one of
// them fails neither is left behind.
//
// What only some providers can do (load images, run a command on a node) is a
// small interface of its own, such as [NodeExecer]: ask for it by type
// assertion, and record a gap where it is missing.
//
// This package knows nothing of scenarios, suites or recordings.
package clusters
