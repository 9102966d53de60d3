//go:build !cgo

package searches

import (
	"errors"
	"fmt"
	"regexp"
	"time"

	"github.com/VictoriaMetrics/VictoriaLogs/lib/logstorage"
)

// HasLogsQL says whether this build can evaluate LogsQL.
const HasLogsQL = true

// logsqlFilter is a filter of VictoriaLogs, evaluated by its own library.
type logsqlFilter struct {
	*logstorage.Filter
	fields []logstorage.Field // reused from line to line
}

// beyond are filters that need a store, or a clock, behind the single line.
var beyond = []struct {
	in   *regexp.Regexp
	hint string
}{
	{regexp.MustCompile(`\|`), "a query within the filter needs the store: write its values out"},
	{regexp.MustCompile(`(?:^|[^\w.])_time:`), "_time is the time of asking: leave it out, and use threshold.within for a window"},
	{regexp.MustCompile(`(?:^|[^\w.])_stream_id:`), "_stream_id is made by the store: name the source instead"},
}

var quoted = regexp.MustCompile("\"(?:[^\"\\\\]|\\\\.)*\"|'(?:[^'\\\\]|\\\\.)*'|`[^`]*`")

func compileLogsQL(expression string) (matcher, error) {
	// The moment is for filters on _time only, which are refused.
	filter, err := logstorage.ParseFilterAtTimestamp(expression, 0)
	if err != nil {
		return nil, fmt.Errorf("not a LogsQL filter: %w", err)
	}
	bare := quoted.ReplaceAllString(filter.String(), `""`)
	for _, b := range beyond {
		if b.in.MatchString(bare) {
			return nil, errors.New(b.hint)
		}
	}
	return &logsqlFilter{Filter: filter}, nil
}

// match gives the filter what an agent would have stored: the text as _msg, its own
// fields, and those of its origin.
func (f *logsqlFilter) match(l *Line) bool {
	l.parse()
	f.fields = append(f.fields[:0],
		logstorage.Field{Name: "_msg", Value: string(l.Text)},
		logstorage.Field{Name: "_time", Value: l.Time.UTC().Format(time.RFC3339Nano)},
		logstorage.Field{Name: "stream", Value: l.Stream},
	)
	for name, value := range l.own {
		if name != "_msg" {
			f.fields = append(f.fields, logstorage.Field{Name: name, Value: value})
		}
	}
	for name, value := range l.about() {
		if _, own := l.own[name]; !own {
			f.fields = append(f.fields, logstorage.Field{Name: name, Value: value})
		}
	}
	return f.MatchRow(f.fields)
}
