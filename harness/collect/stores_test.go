package collect_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"

	"github.com/rehearse-dev/rehearse/clusters"
	"github.com/rehearse-dev/rehearse/harness/collect"
	"github.com/rehearse-dev/rehearse/harness/record"
	"github.com/rehearse-dev/rehearse/scenarios"
)

// storeAnswer answers one request to a store.
type storeAnswer func(path string, params url.Values) (status int, body string)

// storeService is an API server that leads to a store behind logging/store:80.
func storeService(t *testing.T, answer storeAnswer) collect.Source {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, in *http.Request) {
		path, ours := strings.CutPrefix(in.URL.Path, "/api/v1/namespaces/logging/services/store:80/proxy")
		if !ours || in.Method != http.MethodGet {
			http.Error(out, "no such service", http.StatusNotFound)
			return
		}
		status, body := answer(path, in.URL.Query())
		out.WriteHeader(status)
		_, _ = fmt.Fprint(out, body) // a client that went away is the client's business
	}))
	t.Cleanup(server.Close)
	client, err := kubernetes.NewForConfig(&rest.Config{Host: server.URL})
	if err != nil {
		t.Fatal(err)
	}
	return collect.Source{Cluster: &clusters.Cluster{}, Client: client, Since: noon}
}

// asked asks one store and opens the recording.
func asked(t *testing.T, kind scenarios.StoreKind, answer storeAnswer, queries ...scenarios.LogQuery) *record.Recording {
	t.Helper()
	store := scenarios.LogStore{Name: "ours", Kind: kind, Service: "logging/store:80", Queries: queries}
	return recorded(t, storeService(t, answer), collect.Stores{Logs: []scenarios.LogStore{store}}, "a secret value")
}

// recorded runs one collector and opens the recording.
func recorded(t *testing.T, src collect.Source, c collect.Collector, secrets ...string) *record.Recording {
	t.Helper()
	dir := t.TempDir()
	w, err := record.Create(dir, record.Meta{})
	if err != nil {
		t.Fatal(err)
	}
	w.Redact(secrets)
	if err := c.Collect(t.Context(), src, w); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	r, err := record.Open(os.DirFS(dir), ".")
	if err != nil {
		t.Fatal(err)
	}
	return r
}

var second = noon.Add(1500 * time.Millisecond)

// What VictoriaLogs, Loki and Elasticsearch say of the same two records.
const (
	victoriaSaid = `{"_time":"2026-11-23T12:00:01.5Z","_stream_id":"0000","_stream":"{app=\"web\"}","_msg":"second with a secret value","app":"web"}
{"_time":"2026-11-23T12:00:00Z","_stream_id":"0000","_stream":"{app=\"web\"}","_msg":"first","app":"web","order":"7"}
`
	lokiSaid = `{"status":"success","data":{"resultType":"streams","result":[
 {"stream":{"app":"web"},"values":[["1795435201500000000","second with a secret value"]]},
 {"stream":{"app":"web","order":"7"},"values":[["1795435200000000000","first"]]}]}}`
	elasticSaid = `{"took":1,"hits":{"total":{"value":2,"relation":"eq"},"hits":[
 {"_index":"a","_source":{"@timestamp":"2026-11-23T12:00:00.000Z","message":"first","app":"web","order":7}},
 {"_index":"a","_source":{"@timestamp":"2026-11-23T12:00:01.500Z","log":"second with a secret value","app":"web"}}]}}`
)

func TestStoresAreAskedInTheirOwnLanguage(t *testing.T) {
	t.Parallel()
	for kind, row := range map[scenarios.StoreKind]struct{ path, query, said string }{
		scenarios.VictoriaLogs:  {"/select/logsql/query", "app:web", victoriaSaid},
		scenarios.Loki:          {"/loki/api/v1/query_range", "app:web", lokiSaid},
		scenarios.Elasticsearch: {"/_search", `(app:web) AND @timestamp:["2026-11-23T12:00:00Z" TO "`, elasticSaid},
	} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			r := asked(t, kind, func(path string, params url.Values) (int, string) {
				query := params.Get("query") + params.Get("q")
				if path != row.path || !strings.HasPrefix(query, row.query) {
					return http.StatusBadRequest, "asked " + path + " for " + query
				}
				if start := params.Get("start"); kind != scenarios.Elasticsearch && start != "2026-11-23T12:00:00Z" {
					return http.StatusBadRequest, "asked from " + start
				}
				return http.StatusOK, row.said
			}, scenarios.LogQuery{Name: "web", Query: "app:web"})
			diff(t, "gaps", 0, len(r.Meta.Gaps))
			diff(t, "answers", []record.Answer{
				{Store: "ours", Query: "web", Text: "app:web", Hits: 2, File: "stores/ours/web.jsonl"},
			}, lines[record.Answer](t, r, record.StoresIndex))
			diff(t, "records", []record.StoredRecord{
				{Time: noon, Message: "first", Fields: map[string]string{"app": "web", "order": "7"}},
				{Time: second, Message: "second with " + record.Redacted, Fields: map[string]string{"app": "web"}},
			}, lines[record.StoredRecord](t, r, "stores/ours/web.jsonl"))
		})
	}
}

// manyRecords are as many as are recorded of one answer.
func manyRecords(write func(i int) string) string {
	var all strings.Builder
	for i := range 5000 {
		all.WriteString(write(i))
	}
	return all.String()
}

func TestStoresCountWhatTheyCannotHandOut(t *testing.T) {
	t.Parallel()
	at := func(i int) string { return noon.Add(time.Duration(i) * time.Millisecond).Format(time.RFC3339Nano) }
	for kind, answer := range map[scenarios.StoreKind]storeAnswer{
		scenarios.VictoriaLogs: func(_ string, params url.Values) (int, string) {
			if strings.HasSuffix(params.Get("query"), "| stats count() hits") {
				return http.StatusOK, `{"hits":"12345"}`
			}
			return http.StatusOK, manyRecords(func(i int) string { return fmt.Sprintf("{%q:%q,%q:%q}\n", "_time", at(i), "_msg", "m") })
		},
		scenarios.Loki: func(path string, params url.Values) (int, string) {
			if path == "/loki/api/v1/query" && strings.HasPrefix(params.Get("query"), "sum(count_over_time(app:web[") {
				return http.StatusOK, `{"data":{"resultType":"vector","result":[{"metric":{},"value":[1795435200,"12345"]}]}}`
			}
			values := manyRecords(func(i int) string {
				return fmt.Sprintf(",[%q,%q]", strconv.FormatInt(noon.UnixNano()+int64(i), 10), "m")
			})
			return http.StatusOK, `{"data":{"resultType":"streams","result":[{"stream":{},"values":[` + values[1:] + `]}]}}`
		},
		scenarios.Elasticsearch: func(string, url.Values) (int, string) {
			hits := manyRecords(func(i int) string { return fmt.Sprintf(`,{"_source":{"@timestamp":%q,"message":"m"}}`, at(i)) })
			return http.StatusOK, `{"hits":{"total":{"value":12345},"hits":[` + hits[1:] + `]}}`
		},
	} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			r := asked(t, kind, answer, scenarios.LogQuery{Name: "web", Query: "app:web"})
			diff(t, "gaps", 0, len(r.Meta.Gaps))
			diff(t, "answers", []record.Answer{
				{Store: "ours", Query: "web", Text: "app:web", Hits: 12345, File: "stores/ours/web.jsonl", Truncated: true},
			}, lines[record.Answer](t, r, record.StoresIndex))
			diff(t, "records", 5000, len(lines[record.StoredRecord](t, r, "stores/ours/web.jsonl")))
		})
	}
}

func TestStoresThatDoNotAnswerAreGaps(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		kind   scenarios.StoreKind
		status int
		body   string
		want   string
	}{
		"a query that the store refuses": {scenarios.VictoriaLogs, http.StatusBadRequest, "cannot parse query [app:]: missing word", "it said: cannot parse query [app:]: missing word"},
		"a store that wants credentials": {scenarios.Loki, http.StatusUnauthorized, "no org id", "it said: no org id"},
		"a store that is not there":      {scenarios.Elasticsearch, http.StatusServiceUnavailable, "no endpoints available", "no endpoints available"},
		"a query that counts":            {scenarios.VictoriaLogs, http.StatusOK, `{"hits":"3"}`, "leave pipes out of the query"},
		"a query that counts in LogQL":   {scenarios.Loki, http.StatusOK, `{"data":{"resultType":"matrix","result":[]}}`, "the answer is a matrix"},
		"an answer that is cut short":    {scenarios.VictoriaLogs, http.StatusOK, `{"_time":"2026-11-23T12:00:00Z","_msg":"fir`, "reading the answer"},
		"an answer of another store":     {scenarios.Elasticsearch, http.StatusOK, "<html>", "invalid character"},
		"documents without a time":       {scenarios.Elasticsearch, http.StatusOK, `{"hits":{"hits":[{"_source":{"message":"m"}}]}}`, "@timestamp"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := asked(t, row.kind, func(_ string, params url.Values) (int, string) {
				if strings.Contains(params.Get("query")+params.Get("q"), "fine") {
					return http.StatusOK, map[scenarios.StoreKind]string{
						scenarios.VictoriaLogs: victoriaSaid, scenarios.Loki: lokiSaid, scenarios.Elasticsearch: elasticSaid,
					}[row.kind]
				}
				return row.status, row.body
			}, scenarios.LogQuery{Name: "bad", Query: "app:"}, scenarios.LogQuery{Name: "good", Query: "fine"})
			if len(r.Meta.Gaps) != 1 || r.Meta.Gaps[0].Kind != record.Stores || r.Meta.Gaps[0].Subject != "ours/bad" ||
				!strings.Contains(r.Meta.Gaps[0].Reason, row.want) {
				t.Errorf("gaps = %+v, want one of ours/bad with %q", r.Meta.Gaps, row.want)
			}
			if answers := lines[record.Answer](t, r, record.StoresIndex); len(answers) != 1 || answers[0].Query != "good" {
				t.Errorf("answers = %+v, want that of the other query", answers)
			}
		})
	}
}

func TestElasticsearchDocumentsAreFlattened(t *testing.T) {
	t.Parallel()
	source, err := json.Marshal(map[string]any{
		"@timestamp": "2026-11-23T12:00:00Z", "message": "m",
		"kubernetes": map[string]any{"labels": map[string]any{"app": "web"}}, "tags": []string{"a", "b"}, "level": nil, "n": 1.5,
	})
	if err != nil {
		t.Fatal(err)
	}
	r := asked(t, scenarios.Elasticsearch, func(string, url.Values) (int, string) {
		return http.StatusOK, `{"hits":{"total":{"value":1},"hits":[{"_source":` + string(source) + `}]}}`
	}, scenarios.LogQuery{Name: "web", Query: "*"})
	diff(t, "fields", map[string]string{"kubernetes.labels.app": "web", "tags": `["a","b"]`, "level": "null", "n": "1.5"},
		lines[record.StoredRecord](t, r, "stores/ours/web.jsonl")[0].Fields)
}

func TestConfigurationOfAgentsIsRecorded(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "shipper.yaml"), []byte("type: json_parser\ntoken: a secret value\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	s := &scenarios.Scenario{Dir: dir}
	s.Spec.Agents = []scenarios.Agent{{Name: "shipper", Config: "./shipper.yaml"}, {Name: "gone", Config: "gone.yaml"}, {Name: "silent"}}
	r := recorded(t, collect.Source{}, collect.Agents{Scenario: s}, "a secret value")
	f, err := r.File(record.AgentFile("shipper", "./shipper.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	text := make([]byte, 100)
	n, err := f.Read(text)
	if err != nil {
		t.Fatal(err)
	}
	diff(t, "configuration", "type: json_parser\ntoken: "+record.Redacted+"\n", string(text[:n]))
	diff(t, "gaps", []string{"configuration of gone"}, subjects(r.Meta.Gaps))
}

func TestOnlyWhatAScenarioNamesIsAskedFor(t *testing.T) {
	t.Parallel()
	var nothing, all scenarios.Scenario
	all.Spec.Agents = []scenarios.Agent{{Name: "a", Config: "c"}}
	all.Spec.Assets.Live.Logs = []scenarios.LogStore{{Name: "s"}}
	diff(t, "collectors of a scenario that names nothing", 0, len(collect.Named(&nothing)))
	diff(t, "collectors of a scenario that names all", 2, len(collect.Named(&all)))
}
