package record_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/rehearse-dev/rehearse/harness/record"
)

const token = "eyJhbGciOiJSUzI1NiIsImtpZCI6IjEifQ.eyJpc3MiOiJrdWJlcm5ldGVzIn0.c2lnbmF0dXJl-_x"

func TestRedact(t *testing.T) {
	t.Parallel()
	const password = `hunter2"<hunter2>`
	long := strings.Repeat("0123456789abcde\n", 2_000)
	tests := map[string]struct {
		file, text, want string
	}{
		"as it is":                     {"a.log", "pw=" + password + ".", "pw=<redacted>."},
		"twice without a gap":          {"a.log", "swordfishswordfish", "<redacted><redacted>"},
		"the longer of two":            {"a.log", "swordfish-and-more", "<redacted>"},
		"without surrounding space":    {"a.log", "[padded-value]", "[<redacted>]"},
		"inside a JSON string":         {"a.jsonl", `{"a":"pw=hunter2\"<hunter2>"}`, `{"a":"pw=<redacted>"}`},
		"with HTML escaped":            {"a.log", `{"log":"hunter2\"\u003chunter2\u003e\n"}`, `{"log":"<redacted>\n"}`},
		"in base64":                    {"a.log", base64.StdEncoding.EncodeToString([]byte(password)), "<redacted>="},
		"longer than is looked ahead":  {"a.log", "<" + long + ">", "<<redacted><redacted><redacted>>"},
		"at the very end":              {"a.log", "x swordfish", "x <redacted>"},
		"all but the last byte":        {"a.log", "x swordfis", "x swordfis"},
		"too short to be looked for":   {"a.log", "tiny", "tiny"},
		"a number in text":             {"a.log", "pin 12345678", "pin <redacted>"},
		"a number in JSON":             {"a.json", `{"pin":12345678,"text":"12345678"}`, `{"pin":12345678,"text":"<redacted>"}`},
		"a number in metrics":          {"a.prom", "m{pin=\"12345678\"} 12345678\n", "m{pin=\"<redacted>\"} 12345678\n"},
		"behind a stray quote":         {"a.prom", "# HELP m 6\" disks\nm{pin=\"12345678\"} 12345678\n", "# HELP m 6\" disks\nm{pin=\"<redacted>\"} 12345678\n"},
		"across an escape sequence":    {"a.json", `{"a":"\nsecrets \u0041abcd"}`, `{"a":"\nsecrets \u0041abcd"}`},
		"behind an escaped quote":      {"a.json", `{"a":"\"swordfish","b":12345678}`, `{"a":"\"<redacted>","b":12345678}`},
		"a token":                      {"a.log", "Bearer " + token + " x", "Bearer <redacted> x"},
		"a token in JSON":              {"a.json", `{"t":"` + token + `"}`, `{"t":"<redacted>"}`},
		"a token of unusual length":    {"a.log", token + strings.Repeat("A", 100_000) + "!", "<redacted>!"},
		"what only starts as a token":  {"a.log", "eyJust.looks alike", "eyJust.looks alike"},
		"a token without second part":  {"a.log", "eyJhbGciOiJSUzI1NiJ9.plain", "eyJhbGciOiJSUzI1NiJ9.plain"},
		"nothing to redact":            {"a.log", "plain\x00\xff text\r\n", "plain\x00\xff text\r\n"},
		"an empty file":                {"a.log", "", ""},
		"a container file named .json": {"logs/pods/a-json.log.1", "swordfish", "<redacted>"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, dir := create(t)
			w.Redact([]string{password, "swordfish", "swordfish-and-more", " padded-value\n", "tiny", "12345678", "nsecrets", "0041abcd", long})
			if err := write(w, tt.file, tt.text); err != nil {
				t.Fatal(err)
			}
			if got := read(t, dir, tt.file); got != tt.want {
				t.Errorf("%s holds %.200q, want %.200q", tt.file, got, tt.want)
			}
		})
	}
}

func TestTokensNeedNotBeKnown(t *testing.T) {
	t.Parallel()
	w, dir := create(t)
	if err := w.JSON("a.json", map[string]string{"auth": "Bearer " + token}); err != nil {
		t.Fatal(err)
	}
	if got := read(t, dir, "a.json"); strings.Contains(got, "eyJ") {
		t.Errorf("a.json holds %s, want no token", got)
	}
}

// FuzzRedactor looks for a way to cut a stream into writes, or for JSON, that
// makes a difference.
func FuzzRedactor(f *testing.F) {
	f.Add("swordfish", []byte(`{"a":"swordfish \u0041swordfish"}`), uint(1))
	f.Add("12345678", []byte(`[12345678,"12345678"]`), uint(3))
	f.Add("with\"quote\\", []byte(`"with\"quote\\ x"`), uint(2))
	f.Add("anything", []byte("\""+token+"\""), uint(7))
	f.Fuzz(func(t *testing.T, secret string, text []byte, size uint) {
		for _, ext := range []string{".log", ".json"} {
			whole, pieces := redact(t, ext, secret, text, len(text)+1), redact(t, ext, secret, text, int(size%64)+1)
			if whole != pieces {
				t.Fatalf("redacting %q in %q at once gives %q, in pieces of %d %q", secret, text, whole, size%64+1, pieces)
			}
			if ext == ".log" && len(secret) >= record.MinSecret && !strings.Contains(record.Redacted, secret) && strings.Contains(kept(secret, whole), secret) {
				t.Fatalf("redacting %q in %q leaves it: %q", secret, text, whole)
			}
			if ext == ".json" && json.Valid(text) && !json.Valid([]byte(whole)) {
				t.Fatalf("redacting %q in %q breaks the JSON: %q", secret, text, whole)
			}
		}
	})
}

// kept returns a part of a redacted text that holds the secret and was not put
// together by what stands between two redactions, or nothing.
func kept(secret, redacted string) string {
	for part := range strings.SplitSeq(redacted, record.Redacted) {
		if strings.Contains(part, secret) {
			return part
		}
	}
	return ""
}

func redact(t *testing.T, ext, secret string, text []byte, size int) string {
	t.Helper()
	var got bytes.Buffer
	w, _ := create(t)
	w.SetCreate(func(string) (io.WriteCloser, error) { return discard{&got}, nil })
	w.Redact([]string{secret})
	f, err := w.File("a" + ext)
	if err != nil {
		t.Fatal(err)
	}
	_, err = io.CopyBuffer(struct{ io.Writer }{f}, struct{ io.Reader }{bytes.NewReader(text)}, make([]byte, size))
	if err := errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
	return got.String()
}

func BenchmarkRedactor(b *testing.B) {
	w, err := record.Create(b.TempDir(), record.Meta{})
	if err != nil {
		b.Fatal(err)
	}
	w.Redact([]string{"swordfish", "another secret", "12345678"})
	w.SetCreate(func(string) (io.WriteCloser, error) { return discard{io.Discard}, nil })
	chunk := []byte(strings.Repeat(`{"log":"GET /catalog 200 12ms id=abcdef\n","stream":"stdout","time":"2026-11-23T04:31:19.195673608Z"}`+"\n", 300))
	f, err := w.File("a.log")
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(chunk)))
	for b.Loop() {
		if _, err := f.Write(chunk); err != nil {
			b.Fatal(err)
		}
	}
}

// discard is a file that need not be closed.
type discard struct{ io.Writer }

func (discard) Close() error { return nil }
