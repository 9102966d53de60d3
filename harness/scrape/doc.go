// Package scrape records the metrics of a cluster over time.
//
// A [Recorder] does what a Prometheus inside the cluster would do, with
// Prometheus' own discovery, scraping and storage, and from outside: every
// request goes through the API server's proxy, so nothing has to be deployed and
// no port has to be reachable. In come the jobs: those of the user's own
// configuration or the built-in ones, and those of ServiceMonitors and PodMonitors
// that are on the cluster. Out comes a time series database in the recording
// (metrics/tsdb), what was scraped and how often it answered
// (metrics/targets.jsonl), the types of what was found (metrics/families.jsonl),
// and a gap for every target that did not answer.
//
// docs/metrics.md lists the jobs, their labels and the subset of configurations.
// The package never judges what it sees.
package scrape
