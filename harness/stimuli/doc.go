// Package stimuli does things to a cluster so that alerts, searches and agents
// have a reason to speak: containers that crash, memory that runs out, nodes that
// are drained, runtimes that are restarted.
//
// A stimulus is manifests, an action, or both, and a condition that shows that it
// happened: without that evidence nothing that was silent proves anything. The
// shipped ones are data, in library.yaml and the manifests beside it; a scenario
// adds its own.
package stimuli
