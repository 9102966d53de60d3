package searches_test

import (
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/rehearse-dev/rehearse/harness/assets/searches"
	"github.com/rehearse-dev/rehearse/internal/strictyaml"
)

// definition is a file with one search.
func definition(language, expression string) string {
	return "apiVersion: rehearse.dev/v1alpha1\nkind: LogSearches\nsearches:\n" +
		"  - name: it\n    language: " + language + "\n    expression: |-\n      " + strings.ReplaceAll(expression, "\n", "\n      ") + "\n"
}

func load(t *testing.T, files map[string]string) *searches.Set {
	t.Helper()
	dir := fstest.MapFS{}
	var names []string
	for name, content := range files {
		dir[name] = &fstest.MapFile{Data: []byte(content)}
		names = append(names, name)
	}
	set, err := searches.Load(dir, names)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func one(t *testing.T, content string) *searches.Search {
	t.Helper()
	set := load(t, map[string]string{"searches.yaml": content})
	if err := set.Err(); err != nil || len(set.Searches) != 1 || len(set.Refused) > 0 {
		t.Fatalf("Load: %d searches, refused %v, %v, want one search", len(set.Searches), set.Refused, err)
	}
	return set.Searches[0]
}

// problems are what is wrong with a file.
func problems(set *searches.Set) []strictyaml.Problem {
	var all []strictyaml.Problem
	for _, invalid := range set.Invalid {
		all = append(all, invalid.Problems...)
	}
	return all
}

func line(text string) *searches.Line {
	l := &searches.Line{
		Origin: &searches.Origin{Namespace: "shop", Workload: "web", App: "front", Pod: "web-x2x4z", Container: "main", Node: "n1"},
		Stream: "stderr", Time: time.Date(2026, 11, 24, 9, 8, 7, 0, time.UTC),
	}
	l.Set([]byte(text))
	return l
}

const (
	failure = `{"level":"error","msg":"payment failed","order":{"id":17},"took":1.5}`
	logfmt  = `time="2026-11-24T09:09:10Z" level=error msg="Handler for POST returned error" code=500`
	plain   = `GET /cart took 12 ms`
	docker  = `{"log":"payment failed\n","stream":"stderr","time":"2026-11-24T09:08:07Z"}`
)

func needs(t *testing.T, language string) {
	t.Helper()
	if language == string(searches.LogsQL) && !searches.HasLogsQL {
		t.Skip("LogsQL needs a build without cgo: set CGO_ENABLED=0")
	}
}

func TestLanguages(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		language, expression, text string
		want                       bool
	}{
		"a text that is there":                          {"contains", "payment failed", failure, true},
		"a text in another case":                        {"contains", "Payment failed", failure, false},
		"an expression":                                 {"regex", `took [0-9]+ ms$`, plain, true},
		"an expression that does not match":             {"regex", `^took`, plain, false},
		"a phrase":                                      {"logsql", `"payment failed"`, failure, true},
		"words apart":                                   {"logsql", `payment AND NOT refused`, failure, true},
		"half a word":                                   {"logsql", `paym`, failure, false},
		"the start of a word":                           {"logsql", `paym*`, failure, true},
		"a field of the message":                        {"logsql", `level:=error`, failure, true},
		"a field within a field":                        {"logsql", `order.id:=17`, failure, true},
		"a field of logfmt":                             {"logsql", `code:>=500`, logfmt, true},
		"an expression over a field":                    {"logsql", `msg:~"^payment"`, failure, true},
		"a stream":                                      {"logsql", `{namespace="shop",container="main"} payment`, failure, true},
		"another stream":                                {"logsql", `{namespace="shop",container="side"} payment`, failure, false},
		"a field of the origin":                         {"logsql", `kubernetes.pod_namespace:shop stream:=stderr`, plain, true},
		"a jq condition":                                {"jq", `.level == "error" and .order.id > 16`, failure, true},
		"a jq condition that does not hold":             {"jq", `.level == "info"`, failure, false},
		"a jq selection":                                {"jq", `select(.took > 1)`, failure, true},
		"a jq selection of nothing":                     {"jq", `select(.took > 2)`, failure, false},
		"jq over text":                                  {"jq", `true`, plain, false},
		"jq that fails":                                 {"jq", `.level.deeper`, failure, false},
		"jq over Docker's envelope":                     {"jq", `.stream == "stderr"`, docker, true},
		"a detection":                                   {"sigma", "selection:\n  level: ERROR\n  msg|contains: failed\ncondition: selection", failure, true},
		"a detection of which one field differs":        {"sigma", "selection:\n  level: error\n  msg|contains: refused\ncondition: selection", failure, false},
		"a whole rule":                                  {"sigma", "title: t\ndetection:\n  a:\n    msg: 'payment*'\n  condition: a", failure, true},
		"a wildcard within":                             {"sigma", "a:\n  msg: 'pay*fai?ed'\ncondition: a", failure, true},
		"a wildcard that is a letter":                   {"sigma", `a:` + "\n" + `  msg: 'payment\*'` + "\n" + `condition: a`, failure, false},
		"keywords":                                      {"sigma", "words: [refused, PAYMENT]\ncondition: words", failure, true},
		"all of several values":                         {"sigma", "a:\n  msg|contains|all: [payment, failed]\ncondition: a", failure, true},
		"not all of several values":                     {"sigma", "a:\n  msg|contains|all: [payment, refused]\ncondition: a", failure, false},
		"a filter":                                      {"sigma", "a:\n  level: error\nfilter:\n  order.id: 17\ncondition: a and not filter", failure, false},
		"one of several selections":                     {"sigma", "sel_a:\n  level: info\nsel_b:\n  level: error\ncondition: 1 of sel_*", failure, true},
		"all of several selections":                     {"sigma", "sel_a:\n  level: info\nsel_b:\n  level: error\ncondition: all of them", failure, false},
		"a number":                                      {"sigma", "a:\n  took|gte: 1.5\ncondition: a", failure, true},
		"a number where there is none":                  {"sigma", "a:\n  level|gt: 1\ncondition: a", failure, false},
		"an expression in a rule":                       {"sigma", "a:\n  msg|re: '^pay.* f'\ncondition: a", failure, true},
		"a log query":                                   {"logql", `{namespace="shop"} |= "payment" != "refused" |~ "fail(ed)?"`, failure, true},
		"a log query with alternatives":                 {"logql", `{namespace="shop"} |= "refused" or "failed"`, failure, true},
		"a log query over another namespace":            {"logql", `{namespace!~"sh.*"} |= "payment"`, failure, false},
		"anchored label expressions":                    {"logql", `{namespace=~"sho"}`, failure, false},
		"a log query with a field":                      {"logql", `{app="front", job="shop/front"} | json | level="error" and took >= 1.5`, failure, true},
		"a log query with a nested field":               {"logql", "{stream=`stderr`} | json | order_id == 17", failure, true},
		"a log query over logfmt":                       {"logql", `{pod=~"web-.+"} | logfmt | code=~"5.." , level!="info"`, logfmt, true},
		"a query string":                                {"lucene", `level:error AND msg:"payment failed"`, failure, true},
		"a query string in another case":                {"lucene", `PAYMENT`, failure, true},
		"a query string with part of a word":            {"lucene", `paymen`, failure, false},
		"a query string with a wildcard":                {"lucene", `msg:paym* AND NOT level:inf?`, failure, true},
		"a query string with alternatives":              {"lucene", `refused failed`, failure, true},
		"a query string with brackets":                  {"lucene", `(level:info OR level:error) AND kubernetes.container.name:main`, failure, true},
		"a query string for a field that is there":      {"lucene", `_exists_:order.id`, failure, true},
		"a query string for a field that is not":        {"lucene", `_exists_:order.sum`, failure, false},
		"a query string for everything":                 {"lucene", `*:* AND message:payment`, failure, true},
		"an alias, where the message has no such field": {"lucene", `log:cart`, plain, true},
		"a field of the message that is also an alias":  {"logsql", `msg:=payment`, failure, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			needs(t, row.language)
			s := one(t, definition(row.language, row.expression))
			if got := s.Matches(line(row.text)); got != row.want {
				t.Errorf("%s %q on %q = %t, want %t", row.language, row.expression, row.text, got, row.want)
			}
		})
	}
}

func TestLanguagesRefuse(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct{ language, expression, want string }{
		"a look-ahead":                  {"regex", `error(?!s)`, "negative look-ahead (?!...) is not part of RE2"},
		"a look-behind":                 {"regex", `(?<=a)b`, "look-behind (?<=...) is not part of RE2"},
		"a back-reference":              {"regex", `(a)\1`, `back-reference \1 is not part of RE2`},
		"an expression that is not one": {"regex", `(a`, "not a regular expression (RE2): missing closing )"},
		"a pipe":                        {"logsql", `error | stats count()`, "not a LogsQL filter: unexpected pipes"},
		"a query within":                {"logsql", `user:in(_msg:x | fields user)`, "a query within the filter needs the store"},
		"a time":                        {"logsql", `_time:5m error`, "use threshold.within"},
		"a filter that is not one":      {"logsql", `(error`, "not a LogsQL filter"},
		"a jq expression with an error": {"jq", `.a |`, "not a jq expression"},
		"a jq function that is not one": {"jq", `nothing(.a)`, "not a jq expression: function not defined"},
		"a rule without a detection":    {"sigma", `title: a`, "it has no detection"},
		"a rule without a condition":    {"sigma", "detection:\n  a: {b: c}", "the detection has no condition"},
		"a condition of nothing":        {"sigma", "a: {b: c}\ncondition: b", `the condition names "b", which the detection does not have`},
		"an aggregation":                {"sigma", "a: {b: c}\ncondition: a | count() > 5", "use threshold"},
		"a time frame":                  {"sigma", "a: {b: c}\ntimeframe: 5m\ncondition: a", "use threshold.within"},
		"a correlation":                 {"sigma", "correlation: {type: event_count}", "correlation is not supported"},
		"a modifier that is not one":    {"sigma", "a: {b|near: c}\ncondition: a", `modifier "near" is not supported`},
		"a placeholder":                 {"sigma", "a: {b: '%users%'}\ncondition: a", "nothing says what the placeholder %users% stands for"},
		"a look-around in a rule":       {"sigma", "a: {b|re: '(?=c)'}\ncondition: a", "look-ahead (?=...) is not part of RE2"},
		"a number that is none":         {"sigma", "a: {b|gt: c}\ncondition: a", `"c" is compared as a number, and is none`},
		"a label of the user's own":     {"logql", `{cluster="eu"}`, `nothing in a recording says what the label "cluster" is`},
		"a log query without labels":    {"logql", `{} |= "a"`, "expected a label, found"},
		"a stage that is not supported": {"logql", `{app="a"} | line_format "{{.a}}"`, `stage "line_format" is not supported`},
		"a label that was not parsed":   {"logql", `{app="a"} | level="error"`, `label "level" is none that the line has before it is parsed`},
		"a text without quotes":         {"logql", `{app="a"} |= error`, "column 14: expected a text in quotes, found error"},
		"a range":                       {"lucene", `took:[1 TO 5]`, "ranges, expressions, +, -, ~ and ^ are not supported"},
		"a group of a field":            {"lucene", `level:(a OR b)`, "level has no value, or a group"},
		"a bracket that stays open":     {"lucene", `(a`, "expected )"},
		"an operator without a term":    {"lucene", `a AND`, "expected a term"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			needs(t, row.language)
			set := load(t, map[string]string{"searches.yaml": definition(row.language, row.expression)})
			got := problems(set)
			if len(got) != 1 || got[0].Line != 6 || !strings.Contains(got[0].Message, row.want) {
				t.Errorf("%s %q: problems %v, want one on line 6 with %q", row.language, row.expression, got, row.want)
			}
		})
	}
}

func FuzzExpressions(f *testing.F) {
	for i := range searches.Languages() {
		f.Add(i, `level:error AND "payment failed" | json`, failure)
		f.Add(i, "a:\n  b|re: c*\ncondition: 1 of them", logfmt)
		f.Add(i, `{app=~"a.*"} |~ "b" != "c" | logfmt | d >= 5`, plain)
	}
	f.Fuzz(func(t *testing.T, i int, expression, text string) {
		languages := searches.Languages()
		language := languages[uint(i)%uint(len(languages))]
		if language == searches.JQ {
			t.Skip() // a program may run for ever, as everywhere
		}
		set := load(t, map[string]string{"searches.yaml": definition(string(language), expression)})
		for _, s := range set.Searches {
			first := s.Matches(line(text))
			if second := s.Matches(line(text)); first != second {
				t.Errorf("%s %q on %q = %t, then %t", language, expression, text, first, second)
			}
		}
	})
}
