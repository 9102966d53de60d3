package searches_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/rehearse-dev/rehearse/harness/assets"
	"github.com/rehearse-dev/rehearse/harness/assets/searches"
)

const header = "apiVersion: rehearse.dev/v1alpha1\nkind: LogSearches\nsearches:\n"

func TestLoadReadsEveryField(t *testing.T) {
	t.Parallel()
	got := one(t, header+`
  - name: payments fail
    language: regex
    expression: 'payment of (?P<who>\w+) failed'
    sources:
      - {namespace: shop, workload: web-*, container: main}
      - {unit: kubelet.service, identifier: kubelet}
    threshold: {count: 5, within: 1m30s, by: who}
    expect: silence
    reads: message
`)
	want := &searches.Search{
		Asset:      assets.Asset{Kind: "log search", Name: "payments fail", File: "searches.yaml", Line: 5},
		Language:   searches.Regex,
		Expression: `payment of (?P<who>\w+) failed`,
		Sources: []searches.Source{
			{Namespace: "shop", Workload: "web-*", Container: "main"}, {Unit: "kubelet.service", Identifier: "kubelet"},
		},
		Threshold: searches.Threshold{Count: 5, Within: searches.Duration{Duration: 90 * time.Second}, By: "who"},
		Expect:    searches.Silence,
		Reads:     searches.Message,
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(searches.Search{})); diff != "" {
		t.Errorf("search (-want +got):\n%s", diff)
	}
}

func TestLoadReportsEveryMistake(t *testing.T) {
	t.Parallel()
	set := load(t, map[string]string{"searches.yaml": `apiVersion: rehearse.dev/v2
kind: LogSearches
searches:
  - name: a
    language: regexp
    expression: a
  - name: a
    language: contains
    expresion: b
  - {name: c, language: contains, expression: c, expect: nothing, reads: files}
  - {name: d, language: contains, expression: d, threshold: {count: -1, within: 1500ms}}
  - name: e
    language: contains
    expression: e
    sources:
      - {}
      - {unit: sshd.service}
      - {unit: docker.service, namespace: shop}
      - {workload: "[a"}
  - {name: f, language: regex, expression: "a(?=b)"}
`})
	var got []string
	for _, p := range problems(set) {
		got = append(got, p.String())
	}
	want := []string{
		`searches.yaml:1: apiVersion: expected "rehearse.dev/v1alpha1", found "rehearse.dev/v2"`,
		`searches.yaml:5: searches[0].language: expected one of contains, regex, logsql, sigma, jq, logql, lucene, found "regexp" (did you mean "regex"?)`,
		`searches.yaml:7: searches[1].expression: required`,
		`searches.yaml:7: searches[1].name: "a" is taken by searches[0].name`,
		`searches.yaml:9: searches[1].expresion: unknown field (did you mean "expression"?)`,
		`searches.yaml:10: searches[2].expect: expected one of hits, silence, found "nothing"`,
		`searches.yaml:10: searches[2].reads: expected one of raw, message, found "files"`,
		`searches.yaml:11: searches[3].threshold.count: expected 1 or more, found -1`,
		`searches.yaml:11: searches[3].threshold.within: expected full seconds, found 1.5s`,
		`searches.yaml:16: searches[4].sources[0]: names nothing (leave sources out to search everything)`,
		`searches.yaml:17: searches[4].sources[1].unit: the journal of "sshd.service" is not recorded; those of containerd.service, cri-docker.service, cri-docker.socket, docker.service, docker.socket, kubelet.service are`,
		`searches.yaml:18: searches[4].sources[2]: a journal belongs to a node, not to a namespace, workload or container (write two sources)`,
		`searches.yaml:19: searches[4].sources[3].workload: not a pattern: "[a"`,
		`searches.yaml:20: searches[5].expression: look-ahead (?=...) is not part of RE2, which reads in linear time: say it with a second search, or in logsql with NOT`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("mistakes (-want +got):\n%s", diff)
	}
	if len(set.Searches) != 0 {
		t.Errorf("%d searches are taken from a file that cannot be used", len(set.Searches))
	}
}

func TestLoadRefusesWhatIsNoFileOfSearches(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct{ file, content, want string }{
		"empty":                   {"a.yaml", "", "a.yaml:1: not a file of searches that is known"},
		"something else":          {"a.yaml", "# x\nkind: Pod\n", "a.yaml:2: not a file of searches that is known: expected `kind: LogSearches`"},
		"not YAML":                {"a.yaml", "a:\n\t- b\n", "a.yaml:2: not valid YAML"},
		"no searches":             {"a.yaml", "apiVersion: rehearse.dev/v1alpha1\nkind: LogSearches\n", "a.yaml:1: searches: expected at least one search"},
		"two documents":           {"a.yaml", header + "  - {name: a, language: contains, expression: a}\n---\na: b\n", "a second YAML document begins here"},
		"a second, unknown one":   {"a.yaml", "groups: []\n---\nkind: Pod\n", "a.yaml:3: not a file of searches that is known"},
		"Fluent Bit without form": {"a.conf", "Name tail\n", "a.conf:1: expected a [SECTION] of Fluent Bit, found \"Name tail\""},
		"Fluentd without an end":  {"a.conf", "<source>\n", "a.conf:1: <source> is never closed"},
		"Fluentd, crossed":        {"a.conf", "<source>\n<parse>\n</source>\n", "a.conf:3: </source> does not close <parse>, which begins on line 2"},
		"far too much":            {"a.yaml", strings.Repeat("# nothing\n", 200_000), "are more than the 1048576 that a file of searches may have"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			set := load(t, map[string]string{row.file: row.content})
			got := problems(set)
			if len(got) != 1 || !strings.Contains(got[0].String(), row.want) {
				t.Errorf("mistakes %v, want one with %q", got, row.want)
			}
			if set.Err() == nil {
				t.Error("Err() = nil")
			}
		})
	}
}

func TestLoadNeedsItsFiles(t *testing.T) {
	t.Parallel()
	if set, err := searches.Load(cmpFS{}, []string{"absent.yaml"}); err == nil {
		t.Errorf("Load = %v, want an error", set)
	}
}

func TestSourcesCover(t *testing.T) {
	t.Parallel()
	container := &searches.Origin{Namespace: "shop", Workload: "web", Container: "main"}
	journal := &searches.Origin{Unit: "docker.service", Identifier: "dockerd"}
	for name, row := range map[string]struct {
		source             string
		container, journal bool
	}{
		"everything":              {"", true, true},
		"a namespace":             {"{namespace: shop}", true, false},
		"another namespace":       {"{namespace: bank}", false, false},
		"a pattern":               {"{workload: 'w*'}", true, false},
		"a pattern that does not": {"{workload: 'w?'}", false, false},
		"all that is named":       {"{namespace: shop, workload: web, container: side}", false, false},
		"a unit":                  {"{unit: docker.service}", false, true},
		"units":                   {"{unit: '*docker*'}", false, true},
		"an identifier":           {"{identifier: dockerd}", false, true},
		"another identifier":      {"{unit: docker.service, identifier: containerd}", false, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sources := ""
			if row.source != "" {
				sources = ", sources: [" + row.source + "]"
			}
			s := one(t, header+"  - {name: a, language: contains, expression: a"+sources+"}\n")
			if s.Covers(container) != row.container || s.Covers(journal) != row.journal {
				t.Errorf("covers container %t, journal %t, want %t, %t", s.Covers(container), s.Covers(journal), row.container, row.journal)
			}
		})
	}
}

func FuzzLoad(f *testing.F) {
	f.Add(false, header+"  - {name: a, language: contains, expression: a}\n")
	f.Add(false, "groups: [{rules: [{alert: a, expr: 'count_over_time({app=\"a\"}[5m]) > 5'}]}]")
	f.Add(false, "type: frequency\nfilter: [{query: {query_string: {query: a}}}]\nnum_events: 5\ntimeframe: {minutes: 1}")
	f.Add(false, `{"plugin":"journald","pluginConfig":{"source":"dockerd"},"rules":[{"reason":"a","pattern":"b"}]}`)
	f.Add(false, "title: a\ndetection: {a: {b: c}, condition: a}")
	f.Add(false, "receivers: {filelog: {include: [/var/log/pods/*], operators: [{type: container}]}}")
	f.Add(true, "[INPUT]\n  Name tail\n  Path /var/log/containers/*.log\n  Parser docker\n")
	f.Add(true, "<source>\n@type tail\npath /var/log/containers/*.log\n<parse>\n@type json\n</parse>\n</source>\n")
	f.Fuzz(func(t *testing.T, conf bool, content string) {
		file := "a.yaml"
		if conf {
			file = "a.conf"
		}
		set := load(t, map[string]string{file: content})
		for _, refused := range set.Refused {
			if refused.Reason == "" || refused.Line < 0 {
				t.Errorf("refused without a reason or a line: %+v", refused)
			}
		}
		for _, p := range problems(set) {
			if p.Line < 1 || p.Message == "" {
				t.Errorf("mistake without a line or a message: %+v", p)
			}
		}
		for _, s := range set.Searches {
			if s.Line < 1 || s.Name == "" {
				t.Errorf("search without a line or a name: %+v", s.Asset)
			}
		}
	})
}
