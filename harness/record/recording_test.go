package record_test

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/rehearse-dev/rehearse/harness/record"
	"github.com/rehearse-dev/rehearse/suites"
)

func recording(files map[string]string) fstest.MapFS {
	run := fstest.MapFS{}
	for name, text := range files {
		run["baseline/1/"+name] = &fstest.MapFile{Data: []byte(text)}
	}
	return run
}

func open(t *testing.T, files map[string]string) *record.Recording {
	t.Helper()
	all := map[string]string{"recording.json": `{"formatVersion":1}`}
	maps.Copy(all, files)
	r, err := record.Open(recording(all), "baseline/1")
	if err != nil {
		t.Fatalf("Open() = %v", err)
	}
	return r
}

func TestOpenSaysWhyNot(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		files  map[string]string
		prefix string
		want   string
	}{
		"no recording.json":      {map[string]string{"events.jsonl": "{}\n"}, "baseline/1", "cut short"},
		"no folder":              {nil, "baseline/1", "cut short"},
		"no format version":      {map[string]string{"recording.json": `{}`}, "baseline/1", "format version 0"},
		"later format version":   {map[string]string{"recording.json": `{"formatVersion":99}`}, "baseline/1", "format version 99"},
		"recording.json is torn": {map[string]string{"recording.json": `{"formatVers`}, "baseline/1", "baseline/1/recording.json"},
		"prefix leads outside":   {nil, "../elsewhere", "../elsewhere"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := record.Open(recording(tt.files), tt.prefix)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Open(%q) = %v, want an error with %q", tt.prefix, err, tt.want)
			}
		})
	}
}

func TestFilesThatAreNotThere(t *testing.T) {
	t.Parallel()
	r := open(t, nil)
	if nodes, err := r.Nodes(); nodes != nil || err != nil {
		t.Errorf("Nodes() = %v, %v, want none", nodes, err)
	}
	if properties, err := r.Parity(); properties != nil || err != nil {
		t.Errorf("Parity() = %v, %v, want none", properties, err)
	}
	if results, err := r.Suites(); len(results) != 0 || err != nil {
		t.Errorf("Suites() = %v, %v, want none", results, err)
	}
	for line, err := range record.Entries[record.Event](r, record.EventsFile) {
		t.Errorf("Entries() gave %v, %v, want nothing", line, err)
	}
}

func TestReadBack(t *testing.T) {
	t.Parallel()
	r := open(t, map[string]string{
		"recording.json":            `{"formatVersion":1,"gaps":[{"kind":"logs","subject":"a","reason":"b"},{"kind":"node","subject":"c","reason":"d"}]}`,
		"suites/lifecycle.json":     `{"suite":"lifecycle","specs":[{"name":"starts","state":"passed"}]}`,
		"node.json":                 `[{"node":"n1"}]`,
		"parity.json":               `{"kernel":"6.1"}`,
		"logs/journals/n2.jsonl":    "{}\n",
		"logs/journals/n1.jsonl":    "{}\n",
		"logs/journals/ignored.txt": "",
	})
	if diff := cmp.Diff([]record.Gap{{Kind: record.Logs, Subject: "a", Reason: "b"}}, r.Gap(record.Logs)); diff != "" {
		t.Errorf("Gap(logs): -want +got\n%s", diff)
	}
	results, err := r.Suites()
	want := map[string]suites.Result{"lifecycle": {Suite: "lifecycle", Specs: []suites.Spec{{Name: "starts", State: suites.Passed}}}}
	if diff := cmp.Diff(want, results); diff != "" || err != nil {
		t.Errorf("Suites() error %v: -want +got\n%s", err, diff)
	}
	if nodes, err := r.Nodes(); err != nil || len(nodes) != 1 || nodes[0].Node != "n1" {
		t.Errorf("Nodes() = %v, %v, want n1", nodes, err)
	}
	if properties, err := r.Parity(); err != nil || properties["kernel"] != "6.1" {
		t.Errorf("Parity() = %v, %v, want kernel 6.1", properties, err)
	}
	journals, err := r.Journals()
	if diff := cmp.Diff([]string{"logs/journals/n1.jsonl", "logs/journals/n2.jsonl"}, journals); diff != "" || err != nil {
		t.Errorf("Journals() error %v: -want +got\n%s", err, diff)
	}
}

func TestEntries(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 1<<20)
	tests := map[string]struct {
		text string
		want []string // reasons
		err  string
	}{
		"empty file":               {text: ""},
		"two lines":                {text: `{"reason":"a"}` + "\n" + `{"reason":"b"}` + "\n", want: []string{"a", "b"}},
		"no line end at the end":   {text: `{"reason":"a"}` + "\n" + `{"reason":"b"}`, want: []string{"a", "b"}},
		"a very long line":         {text: fmt.Sprintf("{\"reason\":%q}\n", long), want: []string{long}},
		"unknown fields":           {text: `{"reason":"a","later":1}` + "\n", want: []string{"a"}},
		"last line is torn":        {text: `{"reason":"a"}` + "\n" + `{"reas`, want: []string{"a"}, err: "baseline/1/events.jsonl:2: cut short"},
		"a line that is not JSON":  {text: `{"reason":"a"}` + "\nnot JSON\n" + `{"reason":"b"}` + "\n", want: []string{"a"}, err: "events.jsonl:2: invalid"},
		"a line of the wrong type": {text: "[]\n", err: "events.jsonl:1: "},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := reasons(open(t, map[string]string{"events.jsonl": tt.text}))
			if !slices.Equal(got, tt.want) {
				t.Errorf("Entries() gave %d lines, want %d", len(got), len(tt.want))
			}
			if text := fmt.Sprint(err); (tt.err == "") != (err == nil) || !strings.Contains(text, tt.err) {
				t.Errorf("Entries() ended with %v, want an error with %q", err, tt.err)
			}
		})
	}
}

func TestEntriesStopsWhenTold(t *testing.T) {
	t.Parallel()
	r := open(t, map[string]string{"events.jsonl": strings.Repeat("{}\n", 5)})
	for line := range record.Entries[record.Event](r, record.EventsFile) {
		if line.Number == 2 {
			break
		}
	}
}

// reasons reads all events, and the error that ended them.
func reasons(r *record.Recording) ([]string, error) {
	var got []string
	for line, err := range record.Entries[record.Event](r, record.EventsFile) {
		if err != nil {
			return got, err
		}
		got = append(got, line.Entry.Reason)
	}
	return got, nil
}

func FuzzReader(f *testing.F) {
	f.Add([]byte(`{"formatVersion":1}`), []byte("{\"reason\":\"a\"}\n"))
	f.Add([]byte(`{"formatVersion":1,"gaps":null,"names":{"pods":{"u":{}}}}`), []byte("{}\n\n{}"))
	f.Add([]byte(`[]`), []byte{0xff, '\n'})
	f.Fuzz(func(t *testing.T, meta, lines []byte) {
		run := fstest.MapFS{
			"c/recording.json":  {Data: meta},
			"c/events.jsonl":    {Data: lines},
			"c/objects.jsonl":   {Data: lines},
			"c/node.json":       {Data: lines},
			"c/suites/any.json": {Data: lines},
		}
		r, err := record.Open(run, "c")
		if err != nil {
			return
		}
		ends := bytes.Count(lines, []byte("\n")) + 1
		for line, err := range record.Entries[record.Object](r, record.ObjectsFile) {
			if line.Number > ends {
				t.Fatalf("line %d (%v) of a file with %d", line.Number, err, ends)
			}
		}
		_, _ = reasons(r)   // any bytes may be an error, none may panic
		_, _ = r.Nodes()    //
		_, _ = r.Suites()   //
		_ = r.Gap("events") //
	})
}
