package collect

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/rehearse-dev/rehearse/harness/record"
	"github.com/rehearse-dev/rehearse/scenarios"
)

const (
	// maxRecords bounds what is recorded of one answer: it is as much as Loki gives
	// by default.
	maxRecords = 5000
	// maxAnswer bounds one answer in bytes.
	maxAnswer = 64 << 20
	// askTimeout bounds one question.
	askTimeout = time.Minute
)

// Stores asks a scenario's log stores, through the API server, for the records
// that each query finds since the rehearsal began.
type Stores struct{ Logs []scenarios.LogStore }

// Kind of evidence that is recorded.
func (Stores) Kind() record.Kind { return record.Stores }

// Collect asks every query of every store. One that is not answered is a gap.
func (s Stores) Collect(ctx context.Context, src Source, w *record.Writer) error {
	until := time.Now().UTC()
	var questions []question
	for _, store := range s.Logs {
		for _, query := range store.Queries {
			questions = append(questions, question{src, store, query, src.Since.UTC(), until})
		}
	}
	answers := make([]*record.Answer, len(questions))
	err := each(questions, func(i int, q question) error {
		answer, err := q.record(ctx, w)
		answers[i] = answer
		return gap(w, record.Stores, q.store.Name+"/"+q.query.Name, err)
	})
	if err != nil {
		return err
	}
	return record.Lines(w, record.StoresIndex, sortedAnswers(answers))
}

// sortedAnswers drops what was not answered.
func sortedAnswers(answers []*record.Answer) []record.Answer {
	var list []record.Answer
	for _, a := range answers {
		if a != nil {
			list = append(list, *a)
		}
	}
	slices.SortFunc(list, func(a, b record.Answer) int {
		return cmp.Or(cmp.Compare(a.Store, b.Store), cmp.Compare(a.Query, b.Query))
	})
	return list
}

// question is one query of one store, about a time.
type question struct {
	src          Source
	store        scenarios.LogStore
	query        scenarios.LogQuery
	since, until time.Time
}

// record asks, and records the answer.
func (q question) record(ctx context.Context, w *record.Writer) (*record.Answer, error) {
	ctx, cancel := asking(ctx)
	defer cancel()
	found, err := dialects[q.store.Kind](ctx, q)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(found.records, func(a, b record.StoredRecord) int {
		return cmp.Or(a.Time.Compare(b.Time), cmp.Compare(a.Message, b.Message), cmp.Compare(fieldText(a), fieldText(b)))
	})
	answer := &record.Answer{
		Store: q.store.Name, Query: q.query.Name, Text: q.query.Query,
		Hits: max(found.hits, len(found.records)), File: record.AnswerFile(q.store.Name, q.query.Name),
	}
	answer.Truncated = answer.Hits > len(found.records)
	return answer, record.Lines(w, answer.File, found.records)
}

// fieldText orders records that have the same time and message.
func fieldText(r record.StoredRecord) string { return fmt.Sprint(r.Fields) } // fmt sorts the keys

// get asks the store's service for a path, and hands the answer to read.
func (q question) get(ctx context.Context, path string, params map[string]string, read func(io.Reader) error) error {
	return askService(ctx, q.src, q.store.Service+path, params, read)
}

// askService asks a service through the API server, and hands the answer to read.
// The service is written as namespace/name:port, with the path behind it.
func askService(ctx context.Context, src Source, service string, params map[string]string, read func(io.Reader) error) error {
	parts := strings.SplitN(service, "/", 3)
	request := src.Client.CoreV1().RESTClient().Get().
		AbsPath("/api/v1/namespaces/" + parts[0] + "/services/" + parts[1] + "/proxy/" + strings.Join(parts[2:], ""))
	for name, value := range params {
		request = request.Param(name, value)
	}
	answer, err := request.Stream(ctx)
	if err != nil {
		// Only the body says what the service did not like.
		said, _ := request.DoRaw(ctx)
		return errors.Join(err, sayings(said))
	}
	bounded := &io.LimitedReader{R: answer, N: maxAnswer}
	err = read(bounded)
	if bounded.N == 0 {
		err = fmt.Errorf("the answer has more than %d MiB: ask for less", maxAnswer>>20)
	}
	return errors.Join(err, answer.Close())
}

// asking bounds how long one question may take.
func asking(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeoutCause(ctx, askTimeout, fmt.Errorf("no answer within %s", askTimeout))
}

// sayings is what a store said instead of an answer.
func sayings(body []byte) error {
	text := strings.TrimSpace(string(body[:min(len(body), 300)]))
	if text == "" {
		return nil
	}
	return fmt.Errorf("it said: %s", text)
}

// getJSON reads the answer as one JSON value.
func (q question) getJSON(ctx context.Context, path string, params map[string]string, into any) error {
	return q.get(ctx, path, params, decoding(into))
}

// decoding reads one JSON value into a pointer's target.
func decoding(into any) func(io.Reader) error {
	return func(in io.Reader) error { return json.NewDecoder(in).Decode(into) }
}
