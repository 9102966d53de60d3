package scenarios_test

import "testing"

// inStore are the lines of a log store with one query, from line 9 on.
func inStore(fields string) string {
	return "  assets:\n    live:\n      logs:\n        - {" + fields + "}"
}

func TestLoadNamesMistakesOfLogStores(t *testing.T) {
	t.Parallel()
	const (
		store   = "name: a, kind: loki, service: 'b/c:1'"
		queries = ", queries: [{name: q, query: x}]"
	)
	for name, row := range map[string]struct{ spec, want string }{
		"a kind that nobody can ask": {
			inStore("name: a, kind: lokki, service: 'b/c:1'" + queries),
			`9: spec.assets.live.logs[0].kind: expected one of victorialogs, loki, elasticsearch, found "lokki" (did you mean "loki"?)`,
		},
		"a service without a namespace": {
			inStore("name: a, kind: loki, service: 'c:1'" + queries),
			`9: spec.assets.live.logs[0].service: expected namespace/name:port, found "c:1"`,
		},
		"no query": {
			inStore(store),
			"9: spec.assets.live.logs[0].queries: at least one is required (say what to look for)",
		},
		"an empty query": {
			inStore(store + ", queries: [{name: q}]"),
			"9: spec.assets.live.logs[0].queries[0].query: required",
		},
		"two queries of one name": {
			inStore(store + ", queries: [{name: q, query: x}, {name: q, query: y}]"),
			`9: spec.assets.live.logs[0].queries[1].name: "q" is taken by spec.assets.live.logs[0].queries[0].name`,
		},
		"a query named for people": {
			inStore(store + ", queries: [{name: My query, query: x}]"),
			`9: spec.assets.live.logs[0].queries[0].name: "My query" is not a DNS label`,
		},
		"an agent that is not there": {
			inStore(store + ", queries: [{name: q, query: x, agent: shipper}]"),
			`9: spec.assets.live.logs[0].queries[0].agent: "shipper" is not among spec.agents`,
		},
		"a sequence that does not compile": {
			inStore(store + ", queries: [{name: q, query: x, sequence: '('}]"),
			"9: spec.assets.live.logs[0].queries[0].sequence: not a regular expression (RE2)",
		},
		"a sequence without its number": {
			inStore(store + ", queries: [{name: q, query: x, sequence: 'seq=[0-9]+'}]"),
			"9: spec.assets.live.logs[0].queries[0].sequence: expected one group, around the number, found 0 (such as seq=([0-9]+))",
		},
		"an agent's configuration that is not there": {
			"  agents: [{name: a, manifests: shipper.yaml, signals: [{metric: m}], config: nothing.yaml}]",
			`6: spec.agents[0].config: "nothing.yaml" does not exist`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			onlyMistake(t, row.spec, row.want)
		})
	}
}
