package logs_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/rehearse-dev/rehearse/harness/logs"
)

// records writes out what containers wrote, and where it stands.
func records(t *testing.T, files ...string) []string {
	t.Helper()
	folder, names := fstest.MapFS{}, []string{}
	for i, content := range files {
		names = append(names, strconv.Itoa(i))
		folder[names[i]] = &fstest.MapFile{Data: []byte(content)}
	}
	var all []string
	for r, err := range logs.Records(folder.Open, names...) {
		if err != nil {
			t.Fatal(err)
		}
		var parts strings.Builder
		for _, p := range r.Parts {
			fmt.Fprintf(&parts, " %d:%d", p.File, p.Number)
		}
		all = append(all, fmt.Sprintf("%s%q%s %t", r.Stream, r.Message, &parts, r.Partial))
	}
	return all
}

func TestRecords(t *testing.T) {
	t.Parallel()
	cri := func(stream, flag, message string) string {
		return moment + " " + stream + " " + flag + " " + message + "\n"
	}
	line := func(s string) string { return s + "\n" }
	for name, row := range map[string]struct {
		files []string
		want  []string
	}{
		"nothing": {nil, nil},
		"Docker": {
			[]string{line(docker("a", "stdout")) + line(docker("b", "stdout")) + line(docker("c\n", "stdout")) + line(docker("d\n", "stdout"))},
			[]string{`stdout"abc" 0:1 0:2 0:3 false`, `stdout"d" 0:4 false`},
		},
		"CRI, streams between each other": {
			[]string{cri("stdout", "P", "a") + cri("stderr", "P", "x") + cri("stdout", "P", "b") + cri("stderr", "F", "y") + cri("stderr", "F", "z") + cri("stdout", "F", "c")},
			[]string{`stderr"xy" 0:2 0:4 false`, `stderr"z" 0:5 false`, `stdout"abc" 0:1 0:3 0:6 false`},
		},
		"parts in two files": {
			[]string{cri("stdout", "F", "a") + cri("stdout", "P", "b"), cri("stdout", "F", "c") + cri("stdout", "F", "d")},
			[]string{`stdout"a" 0:1 false`, `stdout"bc" 0:2 1:1 false`, `stdout"d" 1:2 false`},
		},
		"never ended": {
			[]string{cri("stdout", "P", "a") + cri("stderr", "P", "b") + line("plain"), cri("stdout", "P", "c")},
			[]string{`"plain" 0:3 false`, `stdout"ac" 0:1 1:1 true`, `stderr"b" 0:2 true`},
		},
		"plain": {[]string{"a\n\nb"}, []string{`"a" 0:1 false`, `"" 0:2 false`, `"b" 0:3 false`}},
		"a line of 40 kB, as Docker splits it": {
			[]string{line(docker(strings.Repeat("a", 16<<10), "stdout")) + line(docker(strings.Repeat("b", 16<<10), "stdout")) + line(docker("c\n", "stdout"))},
			[]string{fmt.Sprintf(`stdout"%s%sc" 0:1 0:2 0:3 false`, strings.Repeat("a", 16<<10), strings.Repeat("b", 16<<10))},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(row.want, records(t, row.files...)); diff != "" {
				t.Errorf("records (-want +got):\n%s", diff)
			}
		})
	}
}

func TestRecordsStop(t *testing.T) {
	t.Parallel()
	open := fstest.MapFS{"a": {Data: []byte("a\nb\n" + moment + " stdout P c")}}.Open
	for range logs.Records(open, "a", "a") {
		break
	}
}

// TestRotatedWhileRead reads a file that is renamed and begun again in the
// middle, as runtimes rotate: what was opened is read to its end, and its
// successor is a file of its own.
func TestRotatedWhileRead(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	name := filepath.Join(dir, "0.log")
	var want []string
	write := func(from, to int) {
		f, err := os.OpenFile(name, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
		if err != nil {
			t.Fatal(err)
		}
		for i := from; i < to; i++ {
			text := fmt.Sprintf("line %d %s", i, strings.Repeat("x", 1000))
			want = append(want, text)
			fmt.Fprintln(f, criOut+text)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
	write(0, 1000)
	open := func(name string) (fs.File, error) { return os.Open(filepath.Join(dir, name)) }
	var got []string
	for r, err := range logs.Records(open, "0.log") {
		if err != nil {
			t.Fatal(err)
		}
		if got = append(got, string(r.Message)); len(got) == 10 {
			write(1000, 1500) // is in the file that is open
			if err := os.Rename(name, name+".20261123-155041"); err != nil {
				t.Fatal(err)
			}
			write(1500, 2000) // is in the next one
		}
	}
	if len(got) != 1500 {
		t.Errorf("read %d lines of the file that was open, want 1500", len(got))
	}
	got = nil
	for _, sequence := range logs.Sequences([]string{"0.log", "0.log.20261123-155041"}) {
		for r, err := range logs.Records(open, sequence...) {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, string(r.Message))
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("lines of both files (-want +got):\n%s", diff)
	}
}

func TestSequences(t *testing.T) {
	t.Parallel()
	got := logs.Sequences([]string{
		"pods/a/web/1.log", "pods/a/web/10.log", "pods/a/web/0.log", "pods/a/web/0.log.20261123-155041.gz", "pods/a/web/0.log.20261123-154041",
		"containers/x-json.log", "containers/x-json.log.1", "containers/x-json.log.10.gz", "containers/x-json.log.2", "other",
	})
	want := [][]string{
		{"containers/x-json.log.10.gz", "containers/x-json.log.2", "containers/x-json.log.1", "containers/x-json.log"},
		{"other"},
		{"pods/a/web/0.log.20261123-154041", "pods/a/web/0.log.20261123-155041.gz", "pods/a/web/0.log"},
		{"pods/a/web/1.log"},
		{"pods/a/web/10.log"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("sequences (-want +got):\n%s", diff)
	}
}

// Two ways to take a line out of its envelope that cannot be wrong in the same
// way as the package: a library, and a regular expression.
