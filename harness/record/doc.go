// Package record is the format in which everything that one side of a pair
// showed lies on disk: the only thing that judging reads.
//
// A recording is a folder of plain files:
//
//	recording.json           Meta: who, when, versions, known names, gaps
//	suites/<suite>.json      suites.Result of one suite
//	logs/index.jsonl         one LogFile per container log file
//	logs/links.jsonl         one LogLink per link that log agents follow
//	logs/pods/...            each container's log as it lies on the node
//	logs/api/...             its messages, where nodes cannot be reached
//	logs/journals/*.jsonl    one JournalEntry per line of a node's journal
//	metrics/index.jsonl      one Exposition per endpoint
//	metrics/*.prom           the text of each endpoint, as it answered
//	events.jsonl             Kubernetes events
//	access.jsonl             one Touch per way in which somebody reached for a runtime
//	stimuli.jsonl            one Stimulus per thing that was done to the cluster
//	objects.jsonl            Kubernetes objects, managed fields left out
//	node.json                NodeFacts of every node
//	parity.json              properties that both sides should share, by name
//	stores/index.jsonl       one Answer per query of a log store
//	stores/<store>/*.jsonl   one StoredRecord per record that it found
//	live/*.jsonl             one LiveRule, RoutedAlert or Silence of the cluster's own
//	                         Prometheus and Alertmanager
//	agents/<agent>/*         configuration of an agent, as the scenario ships it
//
// [Create] writes one, [Open] reads one through fs.FS. Secrets are redacted
// while writing, once [Writer.Redact] was told of them: nothing that reads a
// recording needs to know them. What could not be recorded is a [Gap], never an
// absent file alone; an error of a [Writer] is a [WriteError] and means that the
// recording itself is in danger.
package record
