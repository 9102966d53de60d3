// Package record is the format in which everything that one side of a pair
// showed lies on disk: the only thing that judging reads.
//
// A recording is a folder of plain files:
//
//	recording.json           Meta: who, when, versions, known names, gaps
//	suites/<suite>.json      suites.Result of one suite
//	logs/index.jsonl         one LogFile per container log file
//	logs/pods/...            each container's log as it lies on the node
//	logs/journals/...        units' journals, JSON lines as journalctl writes
//	metrics/index.jsonl      one Exposition per endpoint
//	metrics/*.prom           the text of each endpoint, as it answered
//	events.jsonl             Kubernetes events
//	objects.jsonl            Kubernetes objects, managed fields left out
//	node.json                NodeFacts of every node
//
// [Create] writes one, [Open] reads one through fs.FS. Secrets are redacted
// while writing: nothing that reads a recording needs to know them. What could
// not be recorded is a [Gap], never an absent file alone.
package record
