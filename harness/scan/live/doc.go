// Package live searches a cluster for whatever reaches for Docker: the objects
// that its API shows, and on request what lies and runs on its nodes.
//
// Objects come in page by page and go through the detectors of package detect;
// none is kept. What a controller made is named by whoever is at the top of its
// owners, so that a finding stands once for a workload and not once for each of
// its pods. Nothing is changed, no secret is read, and an object is asked for only
// where the account may: what it may not read is a gap that names the resource.
//
// [Reader] is the one exception to changing nothing: it makes a namespace with a
// DaemonSet that sees the files of each node, and takes both away again.
package live
