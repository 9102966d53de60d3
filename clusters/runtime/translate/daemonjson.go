package translate

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"path/filepath"
	"slices"
)

// daemonJSON reads daemon.json, as strictly as dockerd: it refuses options that
// it does not know. A file without content is fine.
func (r *reader) daemonJSON(file string) {
	data, ok := r.read(file)
	data = bytes.TrimPrefix(data, []byte("\ufeff")) // dockerd takes that, too
	if !ok || len(bytes.TrimSpace(data)) == 0 {
		return
	}
	at := func(offset int64) string {
		before := data[:min(int(offset), len(data))]
		return fmt.Sprintf("%s:%d", filepath.Base(file), 1+bytes.Count(before, []byte("\n")))
	}
	var whole json.RawMessage
	if err := json.Unmarshal(data, &whole); err != nil {
		offset := int64(0)
		if wrong, ok := errors.AsType[*json.SyntaxError](err); ok {
			offset = wrong.Offset - 1 // where reading stopped is one too far
		}
		r.wrong(at(offset), "not valid JSON: %w", err)
		return
	}
	if err := r.members(data, at); err != nil {
		r.wrong(at(0), "%w", err)
	}
}

// members reads the options of valid JSON one by one, for their lines.
func (r *reader) members(data []byte, at func(offset int64) string) error {
	in := json.NewDecoder(bytes.NewReader(data))
	in.UseNumber()
	open, err := in.Token()
	if err != nil {
		return err
	}
	if open != json.Delim('{') {
		return errors.New("expected an object with dockerd's options")
	}
	for in.More() {
		name, err := in.Token()
		if err != nil {
			return err
		}
		where := at(in.InputOffset())
		var value any
		if err := in.Decode(&value); err != nil {
			return err
		}
		r.member(fmt.Sprint(name), value, where)
	}
	return nil
}

func (r *reader) member(name string, value any, where string) {
	k, known := r.known[name]
	switch {
	case !known:
		r.wrong(where, "%q is no option of dockerd", name)
	case value == nil: // as if it were not there
	case !k.kind.is(value):
		r.wrong(where, "%s: expected %s, found %s", name, k.kind, compact(value))
	default:
		r.set(setting{k, value, where})
	}
}

// is says whether a value of JSON is of the kind.
func (k kind) is(value any) bool {
	switch v := value.(type) {
	case string:
		return k == text
	case bool:
		return k == truth
	case json.Number:
		_, whole := new(big.Int).SetString(v.String(), 10)
		return whole && k == number
	case map[string]any:
		return k == objects
	case []any:
		return k == list && all[string](v) || k == pools && all[map[string]any](v)
	}
	return false
}

func all[T any](values []any) bool {
	return !slices.ContainsFunc(values, func(v any) bool { _, is := v.(T); return !is })
}

// compact is a value on one line, as JSON has it.
func compact(value any) string {
	var out bytes.Buffer
	to := json.NewEncoder(&out)
	to.SetEscapeHTML(false)
	if err := to.Encode(value); err != nil {
		return fmt.Sprint(value) // it came from JSON, so it goes there
	}
	return string(bytes.TrimSpace(out.Bytes()))
}

// into fills a Go value from what a setting holds, and notes what does not fit.
func (t *translation) into(s setting, v any) bool {
	err := json.Unmarshal([]byte(compact(s.value)), v)
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		t.wrong(s, "%sa %s does not fit", prefix(wrong.Field), wrong.Value)
	} else if err != nil {
		t.wrong(s, "%w", err)
	}
	return err == nil
}

func prefix(field string) string {
	if field == "" {
		return ""
	}
	return field + ": "
}
