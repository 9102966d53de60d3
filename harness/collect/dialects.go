package collect

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"strconv"
	"time"

	"github.com/rehearse-dev/rehearse/harness/record"
	"github.com/rehearse-dev/rehearse/scenarios"
)

// catch is what a query finds: how many records there are at least, and those
// that the store gave.
type catch struct {
	hits    int
	records []record.StoredRecord
}

// dialects are how each kind of store is asked. All of them are asked with GET,
// which takes the fewest rights.
var dialects = map[scenarios.StoreKind]func(context.Context, question) (catch, error){
	scenarios.VictoriaLogs:  askVictoriaLogs,
	scenarios.Loki:          askLoki,
	scenarios.Elasticsearch: askElasticsearch,
}

// window is the question's time, as RFC 3339 has it.
func (q question) window() map[string]string {
	params := map[string]string{"end": q.until.Format(time.RFC3339Nano)}
	if !q.since.IsZero() {
		params["start"] = q.since.Format(time.RFC3339Nano)
	}
	return params
}

// askVictoriaLogs uses the HTTP API of VictoriaLogs, which answers with a JSON
// line per record, and counts only when there are too many.
func askVictoriaLogs(ctx context.Context, q question) (catch, error) {
	const path = "/select/logsql/query"
	params := q.window()
	params["query"], params["limit"] = q.query.Query, strconv.Itoa(maxRecords)
	var c catch
	err := q.get(ctx, path, params, func(in io.Reader) error {
		return eachJSON(in, func(fields map[string]string) error {
			r, err := victoriaRecord(fields)
			c.records = append(c.records, r)
			return err
		})
	})
	if err != nil || len(c.records) < maxRecords {
		return c, err
	}
	delete(params, "limit")
	params["query"] += " | stats count() hits"
	err = q.get(ctx, path, params, func(in io.Reader) error {
		return eachJSON(in, func(row map[string]string) error {
			c.hits, err = strconv.Atoi(row["hits"])
			return err
		})
	})
	return c, err
}

// victoriaRecord takes the fields apart that every record has. A stream's ID
// differs from run to run, and says no more than the stream does.
func victoriaRecord(fields map[string]string) (record.StoredRecord, error) {
	at, err := time.Parse(time.RFC3339Nano, fields["_time"])
	if err != nil {
		return record.StoredRecord{}, fmt.Errorf("reading a record: %w (expected records, not counts: leave pipes out of the query)", err)
	}
	r := record.StoredRecord{Time: at.UTC(), Message: fields["_msg"], Fields: fields}
	for _, name := range []string{"_time", "_msg", "_stream", "_stream_id"} {
		delete(fields, name)
	}
	return r, nil
}

// eachJSON reads one JSON value after another.
func eachJSON[T any](in io.Reader, do func(T) error) error {
	for decoder := json.NewDecoder(in); ; {
		var value T
		if err := decoder.Decode(&value); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return fmt.Errorf("reading the answer: %w", err)
		}
		if err := do(value); err != nil {
			return err
		}
	}
}

// lokiAnswer is the part of Loki's answer to a range query that is read here.
type lokiAnswer struct {
	Data struct {
		ResultType string
		Result     []struct {
			Stream map[string]string
			Values [][]json.RawMessage // time in nanoseconds, line, and maybe more
			Value  []any               // of a count: time and number
		}
	}
}

func askLoki(ctx context.Context, q question) (catch, error) {
	params := q.window()
	params["query"], params["limit"], params["direction"] = q.query.Query, strconv.Itoa(maxRecords), "forward"
	var answer lokiAnswer
	if err := q.getJSON(ctx, "/loki/api/v1/query_range", params, &answer); err != nil {
		return catch{}, err
	}
	if answer.Data.ResultType != "streams" {
		return catch{}, fmt.Errorf("the answer is a %s: expected a query that selects records", answer.Data.ResultType)
	}
	var c catch
	for _, stream := range answer.Data.Result {
		for _, value := range stream.Values {
			r, err := lokiRecord(value, stream.Stream)
			if err != nil {
				return catch{}, fmt.Errorf("reading the answer: %w", err)
			}
			c.records = append(c.records, r)
		}
	}
	if len(c.records) < maxRecords {
		return c, nil
	}
	var err error
	c.hits, err = q.countLoki(ctx)
	return c, err
}

func lokiRecord(value []json.RawMessage, stream map[string]string) (record.StoredRecord, error) {
	if len(value) < 2 {
		return record.StoredRecord{}, fmt.Errorf("a record of %d parts", len(value))
	}
	var at, line string
	if err := errors.Join(json.Unmarshal(value[0], &at), json.Unmarshal(value[1], &line)); err != nil {
		return record.StoredRecord{}, err
	}
	nanoseconds, err := strconv.ParseInt(at, 10, 64)
	return record.StoredRecord{Time: time.Unix(0, nanoseconds).UTC(), Message: line, Fields: maps.Clone(stream)}, err
}

// countLoki counts what the query finds in its whole time.
func (q question) countLoki(ctx context.Context) (int, error) {
	seconds := int(q.until.Sub(q.since).Seconds()) + 1
	var answer lokiAnswer
	err := q.getJSON(ctx, "/loki/api/v1/query", map[string]string{
		"query": fmt.Sprintf("sum(count_over_time(%s[%ds]))", q.query.Query, seconds),
		"time":  q.until.Format(time.RFC3339Nano),
	}, &answer)
	if err != nil || len(answer.Data.Result) != 1 || len(answer.Data.Result[0].Value) != 2 {
		return 0, errors.Join(err, errors.New("counting: expected one number"))
	}
	return strconv.Atoi(fmt.Sprint(answer.Data.Result[0].Value[1]))
}

// askElasticsearch uses the search API of Elasticsearch and OpenSearch, over all
// indices: a query may name some with _index.
func askElasticsearch(ctx context.Context, q question) (catch, error) {
	start := "*"
	if !q.since.IsZero() {
		start = strconv.Quote(q.since.Format(time.RFC3339Nano))
	}
	var answer struct {
		Hits struct {
			Total struct{ Value int }
			Hits  []struct {
				Source map[string]any `json:"_source"`
			}
		}
	}
	err := q.getJSON(ctx, "/_search", map[string]string{
		"q":    fmt.Sprintf("(%s) AND @timestamp:[%s TO %q]", q.query.Query, start, q.until.Format(time.RFC3339Nano)),
		"size": strconv.Itoa(maxRecords), "sort": "@timestamp:asc", "track_total_hits": "true",
	}, &answer)
	c := catch{hits: answer.Hits.Total.Value}
	for _, hit := range answer.Hits.Hits {
		r, recordErr := elasticRecord(hit.Source)
		if recordErr != nil {
			return catch{}, fmt.Errorf("reading the answer: %w", recordErr)
		}
		c.records = append(c.records, r)
	}
	return c, err
}

// elasticRecord takes the message from the field that agents use for it.
func elasticRecord(source map[string]any) (record.StoredRecord, error) {
	fields := map[string]string{}
	flatten("", source, fields)
	at, err := time.Parse(time.RFC3339Nano, fields["@timestamp"])
	if err != nil {
		return record.StoredRecord{}, fmt.Errorf("@timestamp: %w", err)
	}
	r := record.StoredRecord{Time: at.UTC(), Fields: fields}
	delete(fields, "@timestamp")
	for _, name := range []string{"message", "log"} {
		if text, ok := fields[name]; ok {
			r.Message = text
			delete(fields, name)
			break
		}
	}
	return r, nil
}

// flatten writes nested fields with dots between their names.
func flatten(prefix string, value any, into map[string]string) {
	switch v := value.(type) {
	case map[string]any:
		for name, inner := range v {
			if prefix != "" {
				name = prefix + "." + name
			}
			flatten(name, inner, into)
		}
	case string:
		into[prefix] = v
	default:
		text, err := json.Marshal(v)
		if err != nil {
			return // it came from JSON
		}
		into[prefix] = string(text)
	}
}
