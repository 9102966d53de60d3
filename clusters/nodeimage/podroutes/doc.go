// Package podroutes is the smallest network that lets the pods of several nodes
// reach each other, for node images that are built where no image registry can be
// reached. One copy runs on every node, as a DaemonSet. It tells the runtime which
// addresses the node's pods get, keeps a route to the pods of every other node,
// and hides pod addresses from whatever lies outside the cluster.
//
// It expects all nodes in one layer-2 network, as kind's are.
package podroutes
