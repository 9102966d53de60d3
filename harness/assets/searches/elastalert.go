package searches

import (
	"cmp"
	"errors"
	"fmt"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/rehearse-dev/rehearse/harness/assets"
)

// readElastAlert reads a rule of ElastAlert 2: one file, one rule.
func (l *loader) readElastAlert(root node) {
	name := cmp.Or(root.get("name").text(), strings.TrimSuffix(path.Base(l.file), path.Ext(l.file)))
	line := root.key("filter").line()
	s, err := fromElastAlert(root)
	if err != nil {
		l.refuse(assets.LogSearch, name, line, "%v", err)
		return
	}
	s.Name, s.Line = name, line
	l.add(s)
}

// fromElastAlert maps the types that count lines. A flatline alarms on fewer lines than
// its threshold: it is alive as long as they keep coming.
func fromElastAlert(root node) (Search, error) {
	s := Search{Language: Lucene}
	filter, err := elastFilter(root)
	if err != nil {
		return s, err
	}
	s.Expression = filter
	count := ""
	switch kind := root.get("type").text(); kind {
	case "any":
		return s, nil
	case "blacklist":
		s.Expression, err = blacklist(filter, root)
		return s, err
	case "frequency":
		count = "num_events"
	case "flatline":
		count = "threshold"
	default:
		return s, fmt.Errorf("rule type %q compares more than single lines; any, frequency, flatline and blacklist are supported", kind)
	}
	s.Threshold.By = strings.Join(root.get("query_key").strings(), ",")
	if s.Threshold.Count, err = strconv.Atoi(root.get(count).text()); err != nil || s.Threshold.Count < 1 {
		return s, fmt.Errorf("%s: expected a number of lines", count)
	}
	s.Threshold.Within.Duration, err = timeframe(root.get("timeframe"))
	return s, err
}

// elastFilter joins the filters of a rule, all of which have to hold.
func elastFilter(root node) (string, error) {
	var all []string
	for _, f := range root.get("filter").items() {
		if inner := f.get("query"); inner.ok() {
			f = inner
		}
		part, err := elastClause(f)
		if err != nil {
			return "", err
		}
		all = append(all, part)
	}
	if len(all) == 0 {
		return "*:*", nil
	}
	return strings.Join(all, " AND "), nil
}

func elastClause(f node) (string, error) {
	for key, value := range f.fields() {
		switch key.Value {
		case "query_string":
			return "(" + value.get("query").text() + ")", nil
		case "term", "match", "match_phrase", "terms":
			return fieldIs(value)
		case "exists":
			return "_exists_:" + value.get("field").text(), nil
		}
		return "", fmt.Errorf("filter %q is not supported; query_string, term, terms, match, match_phrase and exists are", key.Value)
	}
	return "", errors.New("a filter is empty")
}

// fieldIs writes a field and its values as a query.
func fieldIs(value node) (string, error) {
	for key, values := range value.fields() {
		if inner := values.get("query"); inner.ok() {
			values = inner
		}
		var anyOf []string
		for _, text := range values.strings() {
			anyOf = append(anyOf, fmt.Sprintf("%s:%q", strings.TrimSuffix(key.Value, ".keyword"), text))
		}
		return "(" + strings.Join(anyOf, " OR ") + ")", nil
	}
	return "", errors.New("a filter names no field")
}

func blacklist(filter string, root node) (string, error) {
	field := root.get("compare_key").text()
	var anyOf []string
	for _, word := range root.get("blacklist").strings() {
		if strings.HasPrefix(word, "!file") {
			return "", fmt.Errorf("blacklist: %q is in a file of its own: write its words out", word)
		}
		anyOf = append(anyOf, fmt.Sprintf("%s:%q", field, word))
	}
	if field == "" || len(anyOf) == 0 {
		return "", errors.New("a blacklist needs compare_key and blacklist")
	}
	return fmt.Sprintf("(%s) AND (%s)", filter, strings.Join(anyOf, " OR ")), nil
}

// timeframe adds up units such as minutes: 5.
func timeframe(n node) (time.Duration, error) {
	units := map[string]time.Duration{
		"seconds": time.Second, "minutes": time.Minute, "hours": time.Hour, "days": 24 * time.Hour, "weeks": 7 * 24 * time.Hour,
	}
	var sum time.Duration
	for key, value := range n.fields() {
		count, err := strconv.ParseFloat(value.text(), 64)
		if err != nil || units[key.Value] == 0 {
			return 0, fmt.Errorf("timeframe: expected seconds, minutes, hours, days or weeks, found %s: %s", key.Value, value.text())
		}
		sum += time.Duration(count * float64(units[key.Value]))
	}
	if sum < second {
		return 0, errors.New("timeframe: expected a length of time")
	}
	return sum.Truncate(second), nil
}
