package searches_test

import (
	"fmt"
	"io/fs"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// cmpFS has no files.
type cmpFS struct{}

func (cmpFS) Open(name string) (fs.File, error) {
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}

// described is what a file was taken for: its searches, its parsers, and what was
// refused.
func described(t *testing.T, files map[string]string) []string {
	t.Helper()
	set := load(t, files)
	if err := set.Err(); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, s := range set.Searches {
		text := fmt.Sprintf("%s %s: %s `%s`", s.Place(), s.Name, s.Language, s.Expression)
		if s.Threshold.Count > 0 {
			text += fmt.Sprintf(" %d in %s by %q", s.Threshold.Count, s.Threshold.Within, s.Threshold.By)
		}
		if len(s.Sources) > 0 {
			text += fmt.Sprintf(" %+v", s.Sources)
		}
		got = append(got, text)
	}
	for _, p := range set.Parsers {
		reads := ""
		if p.Parses([]byte(docker)) {
			reads += " docker"
		}
		if p.Parses([]byte("2026-11-24T09:08:07.123456789Z stderr F payment failed")) {
			reads += " cri"
		}
		got = append(got, fmt.Sprintf("%s %s %q reads%s", p.Place(), p.Name, p.Formats, reads))
	}
	for _, r := range set.Refused {
		got = append(got, fmt.Sprintf("%s refused %s: %s", r.Place(), r.Name, r.Reason))
	}
	slices.Sort(got)
	return got
}

func TestImportedLokiRules(t *testing.T) {
	t.Parallel()
	const rules = `groups:
  - name: shop
    rules:
      - alert: Payments
        expr: |
          sum by (namespace, pod) (count_over_time({namespace="shop"} |= "payment failed" [5m])) > 5
      - alert: Rate
        expr: sum(rate({app="web"} | json | level="error" [1m])) by (app) >= 0.5
      - alert: Any
        expr: 'count_over_time({app="web"} |~ "pan[i]c" [10m]) > 0'
      - alert: Stopped
        expr: absent_over_time({app="web"} |= "visit" [10m])
      - alert: Slow
        expr: sum(count_over_time({app="web"} [10m])) < 5
      - record: streams
        expr: count_over_time({app="web"}[1m])
      - alert: Cluster
        expr: count_over_time({cluster="eu"}[1m]) > 1
      - alert: Bytes
        expr: sum(bytes_over_time({app="web"}[1m])) > 1
      - alert: Both
        expr: sum(rate({app="a"}[1m])) / sum(rate({app="b"}[1m])) > 1
`
	want := []string{
		"rules.yaml:11 Stopped: logql `{app=\"web\"} |= \"visit\"`",
		"rules.yaml:13 Slow: logql `{app=\"web\"}` 5 in 10m0s by \"\"",
		"rules.yaml:15 streams: logql `{app=\"web\"}`",
		"rules.yaml:17 refused Cluster: not of the supported part of LogQL: nothing in a recording says what the label \"cluster\" is; known are SYSLOG_IDENTIFIER, _SYSTEMD_UNIT, app, container, container_name, identifier, job, namespace, namespace_name, node, node_name, pod, pod_name, stream, unit, workload",
		"rules.yaml:19 refused Bytes: not of the supported part of LogQL: expected count_over_time, rate or absent_over_time, found \"bytes_over_time\"",
		"rules.yaml:21 refused Both: not of the supported part of LogQL: column 26: expected a comparison, found /",
		"rules.yaml:4 Payments: logql `{namespace=\"shop\"} |= \"payment failed\"` 6 in 5m0s by \"namespace,pod\"",
		"rules.yaml:7 Rate: logql `{app=\"web\"} | json | level=\"error\"` 30 in 1m0s by \"app\"",
		"rules.yaml:9 Any: logql `{app=\"web\"} |~ \"pan[i]c\"`",
	}
	if diff := cmp.Diff(want, described(t, map[string]string{"rules.yaml": rules})); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestImportedSearches(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		file, content string
		want          []string
	}{
		"ElastAlert, frequency": {"rule.yaml", `name: Payments
type: frequency
index: logs-*
num_events: 5
timeframe: {minutes: 2, seconds: 30}
query_key: kubernetes.pod_name
filter:
  - query:
      query_string:
        query: 'level:error AND "payment failed"'
  - term: {kubernetes.namespace.keyword: shop}
alert: [debug]
`, []string{
			"rule.yaml:7 Payments: lucene `(level:error AND \"payment failed\") AND (kubernetes.namespace:\"shop\")` 5 in 2m30s by \"kubernetes.pod_name\"",
		}},
		"ElastAlert, flatline": {"rule.yaml", "type: flatline\nthreshold: 1\ntimeframe: {hours: 1}\nfilter: [{query_string: {query: heartbeat}}]\n", []string{
			"rule.yaml:4 rule: lucene `(heartbeat)` 1 in 1h0m0s by \"\"",
		}},
		"ElastAlert, blacklist": {"rule.yaml", "type: blacklist\ncompare_key: user\nblacklist: [root, admin]\nfilter: []\n", []string{
			"rule.yaml:4 rule: lucene `(*:*) AND (user:\"root\" OR user:\"admin\")`",
		}},
		"ElastAlert, any": {"rule.yaml", "type: any\nfilter: [{exists: {field: trace}}]\n", []string{
			"rule.yaml:2 rule: lucene `_exists_:trace`",
		}},
		"ElastAlert, spike": {"rule.yaml", "type: spike\nfilter: [{exists: {field: trace}}]\n", []string{
			"rule.yaml:2 refused rule: rule type \"spike\" compares more than single lines; any, frequency, flatline and blacklist are supported",
		}},
		"ElastAlert, range": {"rule.yaml", "type: any\nfilter: [{range: {took: {gt: 5}}}]\n", []string{
			"rule.yaml:2 refused rule: filter \"range\" is not supported; query_string, term, terms, match, match_phrase and exists are",
		}},
		"node-problem-detector": {"docker-monitor.json", `{
  "plugin": "journald",
  "pluginConfig": {"source": "dockerd"},
  "source": "docker-monitor",
  "rules": [
    {
      "type": "temporary",
      "reason": "DockerStartFailed",
      "pattern": "OCI runtime create failed.*"
    },
    {"reason": "Ahead", "pattern": "a(?!b)"}
  ]
}
`, []string{
			"docker-monitor.json:11 refused docker-monitor Ahead: negative look-ahead (?!...) is not part of RE2, which reads in linear time: say it with a second search, or in logsql with NOT",
			"docker-monitor.json:9 docker-monitor DockerStartFailed: regex `OCI runtime create failed.*\\z` [{Namespace: Workload: Container: Unit: Identifier:dockerd}]",
		}},
		"node-problem-detector, kernel": {"kernel-monitor.json", `{"plugin":"kmsg","source":"kernel-monitor","rules":[{"reason":"Oops","pattern":"BUG"}]}`, []string{
			"kernel-monitor.json:1 refused kernel-monitor Oops: plugin \"kmsg\" reads logs that are not recorded; those of journald are",
		}},
		"Sigma": {"rule.yml", "title: Payments\nlogsource: {product: kubernetes}\ndetection:\n  a: {level: error}\n  condition: a\n", []string{
			"rule.yml:3 Payments: sigma `title: Payments\nlogsource: {product: kubernetes}\ndetection:\n    a: {level: error}\n    condition: a\n`",
		}},
		"Sigma, elsewhere": {"rule.yml", "title: Logon\nlogsource: {product: windows}\ndetection:\n  a: {EventID: 4624}\n  condition: a\n", []string{
			"rule.yml:3 refused Logon: its logsource (product: windows) is none that is recorded",
		}},
		"two of one name": {"rules.yaml", "groups: [{rules: [\n{alert: A, expr: 'count_over_time({app=\"a\"}[1m])'},\n{alert: A, expr: 'count_over_time({app=\"b\"}[1m])'}]}]\n", []string{
			"rules.yaml:2 A (rules.yaml:2): logql `{app=\"a\"}`",
			"rules.yaml:3 A (rules.yaml:3): logql `{app=\"b\"}`",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(row.want, described(t, map[string]string{row.file: row.content})); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestImportedParsers(t *testing.T) {
	t.Parallel()
	const cri = `^(?<time>[^ ]+) (?<stream>stdout|stderr) (?<logtag>[FP]) (?<message>.*)$`
	for name, row := range map[string]struct {
		files map[string]string
		want  []string
	}{
		"Fluent Bit, both": {
			map[string]string{"fluent-bit.conf": "[SERVICE]\n    Flush 1\n[INPUT]\n    Name tail\n    Tag kube.*\n    Path /var/log/containers/*.log\n    multiline.parser docker, cri, java\n"},
			[]string{`fluent-bit.conf:7 fluent-bit kube.* ["docker" "cri"] reads docker cri`},
		},
		"Fluent Bit, parser in another file": {map[string]string{
			"fluent-bit.conf": "[INPUT]\n    Name tail\n    Path /var/log/containers/*.log\n    Parser containers\n",
			"parsers.conf":    "[PARSER]\n    Name containers\n    Format regex\n    Regex " + cri + "\n",
		}, []string{`fluent-bit.conf:4 fluent-bit tail ["containers"] reads cri`}},
		"Fluent Bit, parser nowhere": {
			map[string]string{"fluent-bit.conf": "[INPUT]\n    Name tail\n    Path /var/log/containers/*.log\n    Parser containers\n"},
			[]string{`fluent-bit.conf:4 refused fluent-bit tail: parser "containers" is in no file that the scenario names`},
		},
		"Fluent Bit, other logs": {map[string]string{"fluent-bit.conf": "[INPUT]\n    Name tail\n    Path /var/log/syslog\n    Parser syslog\n"}, nil},
		"Fluent Bit, no parser": {
			map[string]string{"fluent-bit.conf": "[INPUT]\n    Name tail\n    Path /var/log/pods/*/*/*.log\n"},
			[]string{"fluent-bit.conf:1 refused fluent-bit tail: no parser takes lines out of their envelope: they are handed on as they lie"},
		},
		"Fluent Bit, YAML": {
			map[string]string{"fluent-bit.yaml": "pipeline:\n  inputs:\n    - name: tail\n      path: /var/log/containers/*.log\n      parser: docker\n"},
			[]string{`fluent-bit.yaml:5 fluent-bit tail ["docker"] reads docker`},
		},
		"Fluentd, JSON": {
			map[string]string{"fluent.conf": "<source>\n  @type tail\n  @id in\n  path /var/log/containers/*.log\n  <parse>\n    @type json\n  </parse>\n</source>\n<match **>\n  @type null\n</match>\n"},
			[]string{`fluent.conf:6 fluentd in ["json"] reads docker`},
		},
		"Fluentd, several": {
			map[string]string{"fluent.conf": "<source>\n  @type tail\n  path /var/log/containers/*.log\n  <parse>\n    @type multi_format\n    <pattern>\n      format json\n    </pattern>\n    <pattern>\n      format /" + cri + "/\n    </pattern>\n  </parse>\n</source>\n"},
			[]string{`fluent.conf:5 fluentd tail ["json" "regexp"] reads docker cri`},
		},
		"Fluentd, unknown": {
			map[string]string{"fluent.conf": "<source>\n  @type tail\n  path /var/log/containers/*.log\n  format kubernetes\n</source>\n"},
			[]string{`fluent.conf:4 refused fluentd tail: parser "kubernetes" is not known`},
		},
		"Promtail, docker": {
			map[string]string{"promtail.yaml": "scrape_configs:\n  - job_name: pods\n    pipeline_stages:\n      - docker: {}\n  - job_name: journal\n    journal: {path: /var/log/journal}\n"},
			[]string{`promtail.yaml:4 promtail pods ["docker"] reads docker`},
		},
		"Promtail, cri": {
			map[string]string{"promtail.yaml": "scrape_configs:\n  - pipeline_stages:\n      - cri:\n"},
			[]string{`promtail.yaml:3 promtail scrape ["cri"] reads cri`},
		},
		"Filebeat, both": {
			map[string]string{"filebeat.yml": "filebeat.inputs:\n  - type: container\n    paths: [/var/log/containers/*.log]\n"},
			[]string{`filebeat.yml:2 filebeat container ["docker" "cri"] reads docker cri`},
		},
		"Filebeat, docker": {
			map[string]string{"filebeat.yml": "filebeat:\n  inputs:\n    - type: docker\n      containers.ids: ['*']\n"},
			[]string{`filebeat.yml:3 filebeat docker ["docker"] reads docker`},
		},
		"Filebeat, filestream": {
			map[string]string{"filebeat.yml": "filebeat.inputs:\n  - type: filestream\n    id: pods\n    paths: [/var/log/containers/*.log]\n    parsers:\n      - container: {format: cri}\n"},
			[]string{`filebeat.yml:6 filebeat pods ["cri"] reads cri`},
		},
		"OpenTelemetry, container": {
			map[string]string{"otel.yaml": "receivers:\n  filelog:\n    include: [/var/log/pods/*/*/*.log]\n    operators:\n      - type: container\n      - type: json_parser\n"},
			[]string{`otel.yaml:5 otel filelog ["docker" "cri"] reads docker cri`},
		},
		"OpenTelemetry, router": {map[string]string{"otel.yaml": `receivers:
  filelog/pods:
    include: [/var/log/pods/*/*/*.log]
    operators:
      - type: router
        routes:
          - {output: parser-docker, expr: 'body matches "^\\{"'}
      - {type: json_parser, id: parser-docker}
      - {type: regex_parser, id: parser-crio, regex: '^(?P<time>[^ Z]+) (?P<stream>stdout|stderr) (?P<logtag>[^ ]*) ?(?P<log>.*)$'}
`}, []string{`otel.yaml:8 otel filelog/pods ["json"] reads docker`}},
		"OpenTelemetry, format": {
			map[string]string{"otel.yaml": "receivers:\n  filelog:\n    include: [/var/log/pods/*/*/*.log]\n    operators:\n      - {type: container, format: docker}\n"},
			[]string{`otel.yaml:5 otel filelog ["docker"] reads docker`},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(row.want, described(t, row.files)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}
