package logs_test

import (
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"github.com/rehearse-dev/rehearse/harness/logs"
)

const (
	moment = "2026-11-23T15:50:41.5Z"
	criOut = moment + " stdout F "
)

func docker(message, stream string) string {
	return fmt.Sprintf(`{"log":%s,"stream":%q,"time":%q}`, quote(message), stream, moment)
}

func quote(s string) string {
	raw, _ := json.Marshal(s) // a string always encodes
	return string(raw)
}

func TestEnvelopes(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct{ in, want string }{
		"plain":                        {"listening", "plain|||listening|false"},
		"Docker":                       {docker("a\n", "stdout"), "docker|" + moment + "|stdout|a|false"},
		"Docker, goes on":              {docker("a", "stderr"), "docker|" + moment + "|stderr|a|true"},
		"Docker, empty":                {docker("\n", "stdout"), "docker|" + moment + "|stdout||false"},
		"Docker, markup":               {docker("<&>\n", "stdout"), "docker|" + moment + "|stdout|<&>|false"},
		"Docker, carriage return":      {docker("a\r\n", "stdout"), "docker|" + moment + "|stdout|a\r|false"},
		"Docker, NUL":                  {`{"log":"a\u0000b\n","stream":"stdout","time":"x"}`, "docker|x|stdout|a\x00b|false"},
		"Docker with attributes":       {`{"log":"a\n","stream":"stdout","attrs":{"x":"y"},"time":"x"}`, "docker|x|stdout|a|false"},
		"Docker, other order":          {`{"log":"a\n","time":"x","stream":"stdout"}`, "docker|x|stdout|a|false"},
		"Docker, other stream":         {`{"log":"a\n","stream":"std\u006fut","time":"x"}`, "docker|x|stdout|a|false"},
		"Docker without a stream":      {`{"log":"a\n","time":"x"}`, `plain|||{"log":"a\n","time":"x"}|false`},
		"Docker, cut short":            {`{"log":"a\n","stream":"stdo`, `plain|||{"log":"a\n","stream":"stdo|false`},
		"Docker, no text":              {`{"log":1,"stream":"stdout","time":"x"}`, `plain|||{"log":1,"stream":"stdout","time":"x"}|false`},
		"some JSON":                    {`{"msg":"a"}`, `plain|||{"msg":"a"}|false`},
		"CRI":                          {criOut + "a b", "cri|" + moment + "|stdout|a b|false"},
		"CRI, goes on":                 {moment + " stderr P a", "cri|" + moment + "|stderr|a|true"},
		"CRI, empty":                   {criOut, "cri|" + moment + "|stdout||false"},
		"CRI, empty without its space": {moment + " stdout F", "cri|" + moment + "|stdout||false"},
		"CRI, two spaces":              {criOut + " a", "cri|" + moment + "|stdout| a|false"},
		"CRI, more flags":              {moment + " stdout P:x:y a", "cri|" + moment + "|stdout|a|true"},
		"CRI, other zone":              {"2026-11-23T16:50:41.5+01:00 stdout F a", "cri|2026-11-23T16:50:41.5+01:00|stdout|a|false"},
		"CRI, invalid UTF-8 and CR":    {criOut + "a\xff\r", "cri|" + moment + "|stdout|a\xff\r|false"},
		"no flag of the CRI":           {moment + " stdout X a", "plain|||" + moment + " stdout X a|false"},
		"flag that goes on":            {moment + " stdout Fa", "plain|||" + moment + " stdout Fa|false"},
		"no stream":                    {moment + " stdin  F a", "plain|||" + moment + " stdin  F a|false"},
		"a time alone":                 {moment, "plain|||" + moment + "|false"},
		"a time and a word":            {moment + " starting", "plain|||" + moment + " starting|false"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for line, err := range logs.Lines(strings.NewReader(row.in)) {
				if err != nil {
					t.Fatal(err)
				}
				got := fmt.Sprintf("%s|%s|%s|%s|%t", line.Format, line.Time, line.Stream, line.Message, line.Partial)
				if got != row.want {
					t.Errorf("got  %q\nwant %q", got, row.want)
				}
			}
		})
	}
}

func TestWhen(t *testing.T) {
	t.Parallel()
	for line, err := range logs.Lines(strings.NewReader(criOut + "a\nplain\n")) {
		if err != nil {
			t.Fatal(err)
		}
		when, err := line.When()
		if got := err == nil && when.Unix() == 1795449041; got != (line.Format == logs.CRI) {
			t.Errorf("line %d: When = %v, %v", line.Number, when, err)
		}
	}
}

// places writes lines out: number, offset, text, and whether it was cut.
func places(t *testing.T, in io.Reader) []string {
	t.Helper()
	var all []string
	for line, err := range logs.Lines(in) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, fmt.Sprintf("%d %d %q %t %d", line.Number, line.Offset, line.Raw, line.Cut, line.Dropped))
	}
	return all
}

func TestLines(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 300<<10)
	for name, row := range map[string]struct {
		in   string
		want []string
	}{
		"empty file":               {"", nil},
		"line break alone":         {"\n", []string{`1 0 "" false 0`}},
		"two lines":                {"a\nb\n", []string{`1 0 "a" false 0`, `2 2 "b" false 0`}},
		"last line cut short":      {"a\nb", []string{`1 0 "a" false 0`, `2 2 "b" true 0`}},
		"CRLF":                     {"a\r\nb\r\n", []string{`1 0 "a\r" false 0`, `2 3 "b\r" false 0`}},
		"NUL":                      {"a\x00b\n\x00\x00", []string{`1 0 "a\x00b" false 0`, `2 4 "\x00\x00" true 0`}},
		"invalid UTF-8":            {"\xff\n", []string{`1 0 "\xff" false 0`}},
		"longer than the buffer":   {long + "\na\n", []string{`1 0 "` + long + `" false 0`, `2 307201 "a" false 0`}},
		"long, and last, and open": {"a\n" + long, []string{`1 0 "a" false 0`, `2 2 "` + long + `" true 0`}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for way, in := range map[string]io.Reader{
				"at once": strings.NewReader(row.in), "with the end": iotest.DataErrReader(strings.NewReader(row.in)),
				"by halves": iotest.HalfReader(strings.NewReader(row.in)), "by bytes": iotest.OneByteReader(strings.NewReader(row.in)),
			} {
				if diff := cmp.Diff(row.want, places(t, in)); diff != "" {
					t.Errorf("%s (-want +got):\n%s", way, diff)
				}
			}
		})
	}
}

func TestALineWithoutAnEnd(t *testing.T) {
	t.Parallel()
	const extra = 3<<20 + 7
	in := io.MultiReader(io.LimitReader(zeros{}, logs.MaxLine+extra), strings.NewReader("\nb\n"))
	var seen []string
	for line, err := range logs.Lines(in) {
		if err != nil {
			t.Fatal(err)
		}
		seen = append(seen, fmt.Sprint(line.Number, line.Offset, len(line.Raw), line.Dropped, line.Cut))
	}
	want := []string{
		fmt.Sprint(1, 0, logs.MaxLine, extra, false),
		fmt.Sprint(2, logs.MaxLine+extra+1, 1, 0, false),
	}
	if diff := cmp.Diff(want, seen); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestErrorsOfReading(t *testing.T) {
	t.Parallel()
	broken := io.MultiReader(strings.NewReader("a\nb"), iotest.ErrReader(fs.ErrClosed))
	var got []string
	for line, err := range logs.Lines(broken) {
		if err != nil {
			got = append(got, err.Error())
			break
		}
		got = append(got, string(line.Raw))
	}
	if diff := cmp.Diff([]string{"a", fs.ErrClosed.Error()}, got); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
	open := fstest.MapFS{"a": {Data: []byte("a\n")}}.Open
	for _, err := range logs.Records(open, "a", "b") {
		if err != nil && !strings.Contains(err.Error(), "reading log: open b") {
			t.Errorf("error %q does not name the file", err)
		}
	}
}

func openDocker(raw []byte) (message, stream, moment string, ok bool) {
	var d struct{ Log, Stream, Time string }
	ok = strings.HasPrefix(string(raw), `{"log":`) && json.Unmarshal(raw, &d) == nil && d.Stream != "" && d.Time != ""
	return d.Log, d.Stream, d.Time, ok
}

var criLine = regexp.MustCompile(`^(\d{4}-\d\d-\d\dT[^ ]*) (stdout|stderr) ([FP])(?::[^ ]*)?(?: ((?s:.*)))?$`)

func FuzzEnvelope(f *testing.F) {
	for _, seed := range []string{
		docker("a\n", "stdout"), docker("<é\xff\u2028>", "stderr"), `{"log":"\ud800\n","stream":"s","time":"t"}`, `{"log":"a","stream":"b","time":"c"} `,
		`{"log":"a","log":"b","stream":"b","time":"c"}`, `{"log":null,"stream":"b","time":"c"}`, criOut + "a", moment + " stdout P:a b", moment + " stderr F", "a",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		if strings.Contains(string(raw), "\n") {
			return
		}
		for line, err := range logs.Lines(strings.NewReader(string(raw) + "\n")) {
			if err != nil {
				t.Fatal(err)
			}
			got := fmt.Sprintf("%s %s %s %q %t", line.Format, line.Stream, line.Time, line.Message, line.Partial)
			want := fmt.Sprintf("plain   %q false", raw)
			if message, stream, moment, ok := openDocker(raw); ok {
				text, ended := strings.CutSuffix(message, "\n")
				want = fmt.Sprintf("docker %s %s %q %t", stream, moment, text, !ended)
			} else if m := criLine.FindSubmatch(raw); m != nil {
				want = fmt.Sprintf("cri %s %s %q %t", m[2], m[1], m[4], m[3][0] == 'P')
			}
			if got != want {
				t.Errorf("%q\ngot  %s\nwant %s", raw, got, want)
			}
		}
	})
}

// FuzzLines: whatever a file holds, its lines put together again are the file.
func FuzzLines(f *testing.F) {
	f.Add([]byte("a\nb\r\n\x00"))
	f.Fuzz(func(t *testing.T, content []byte) {
		var again []byte
		for line, err := range logs.Lines(iotest.HalfReader(strings.NewReader(string(content)))) {
			if err != nil {
				t.Fatal(err)
			}
			if line.Offset != int64(len(again)) {
				t.Errorf("line %d begins at %d, want %d", line.Number, line.Offset, len(again))
			}
			again = append(again, line.Raw...)
			if !line.Cut {
				again = append(again, '\n')
			}
		}
		if string(again) != string(content) {
			t.Errorf("read %q, want %q", again, content)
		}
	})
}

func BenchmarkLines(b *testing.B) {
	for name, line := range map[string]string{
		"docker": docker(`{"time":"2026-11-23T15:50:41.479697638Z","level":"INFO","msg":"page served","item":"cups <small>"}`+"\n", "stdout"),
		"cri":    criOut + `{"time":"2026-11-23T15:50:41.479697638Z","level":"INFO","msg":"page served","item":"cups <small>"}`,
		"plain":  "2026-11-23T15:50:41.479697638Z INFO page served, and a few words more to make it as long as the others are",
	} {
		b.Run(name, func(b *testing.B) {
			file := strings.Repeat(line+"\n", 10_000)
			b.SetBytes(int64(len(file)))
			b.ReportAllocs()
			for b.Loop() {
				for _, err := range logs.Lines(strings.NewReader(file)) {
					if err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
}

// TestTwoGiB reads more than 2 GiB, so that no place in it may be counted in 32
// bits.
func TestTwoGiB(t *testing.T) {
	t.Parallel()
	block := strings.Repeat(criOut+strings.Repeat("x", 1000)+"\n", 1000)
	const size = 2<<30 + 1<<20
	want := size / (len(block) / 1000)
	lines, bytes, last := 0, int64(0), int64(0)
	for line, err := range logs.Lines(io.LimitReader(&repeated{text: block}, size)) {
		if err != nil {
			t.Fatal(err)
		}
		if line.Cut {
			continue
		}
		lines, last = line.Number, line.Offset
		bytes += int64(len(line.Raw)) + 1
	}
	if lines != want || bytes != int64(want*len(block)/1000) || last != bytes-int64(len(block)/1000) {
		t.Errorf("read %d lines of %d bytes, the last at %d; want %d lines", lines, bytes, last, want)
	}
}

// repeated is one text again and again.
type repeated struct {
	text string
	at   int
}

func (r *repeated) Read(p []byte) (int, error) {
	n := copy(p, r.text[r.at:])
	r.at = (r.at + n) % len(r.text)
	return n, nil
}
