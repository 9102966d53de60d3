package structure_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/rehearse-dev/rehearse/harness/logs/structure"
)

// said writes a line out: form, level, caller, message, fields.
func said(l structure.Line) string {
	var out strings.Builder
	fmt.Fprintf(&out, "%s|%s|%s|%s|", l.Form, l.Level, l.Caller, l.Message)
	for _, f := range l.Fields {
		fmt.Fprintf(&out, "%s=%s;", f.Key, f.Value)
	}
	return out.String()
}

func TestParse(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct{ in, want string }{
		"nothing":                    {"", "text||||"},
		"free text":                  {"listening on :8080\r", "text|||listening on :8080|"},
		"level in brackets":          {`[WARNING] plugin/ready: not ready`, `text|warning||[WARNING] plugin/ready: not ready|`},
		"level in capitals":          {"2026-11-24 08:00:00,123 ERROR it broke", "text|error||2026-11-24 08:00:00,123 ERROR it broke|"},
		"level before a colon":       {"error: it broke", "text|error||error: it broke|"},
		"a word is no level":         {"error of mine", "text|||error of mine|"},
		"klog":                       {"I1124 08:00:00.000000       1 server.go:12] Listening on :8080", "klog|info|server.go:12|Listening on :8080|"},
		"klog without a message":     {"E1124 08:00:00.000000       1 a.go:1] ", "klog|error|a.go:1||"},
		"klog, structured":           {`W1124 08:00:00.000000 724 kubelet.go:7] "Pod \"x\" failed" err="no such file" pod="shop/web" cmd=["a b","c"] n=3`, `klog|warning|kubelet.go:7|Pod "x" failed|err=no such file;pod=shop/web;cmd=["a b","c"];n=3;`},
		"klog, quotes in the text":   {`I1124 08:00:00.000000 1 a.go:1] "a", then b`, `klog|info|a.go:1|"a", then b|`},
		"klog, field cut short":      {`I1124 08:00:00.000000 1 a.go:1] "a" err=<`, `klog|info|a.go:1|a|err=<;`},
		"klog, no pair":              {`I1124 08:00:00.000000 1 a.go:1] "a" b c`, `klog|info|a.go:1|a|=b c;`},
		"almost klog":                {"I1124 08:00:00.00000 1 server.go:12] x", "text|||I1124 08:00:00.00000 1 server.go:12] x|"},
		"klog's time alone":          {"I1124 08:00:00.000000 ", "text|||I1124 08:00:00.000000 |"},
		"JSON":                       {`{"time":"2026-11-24T08:00:00Z","level":"INFO","msg":"went \"away\"","item":"tea","n":3,"ok":true}`, `json|info||went "away"|item=tea;n=3;ok=true;`},
		"JSON of zap":                {`{"level":"warn","ts":1732435200.1,"caller":"embed/etcd.go:12","msg":"slow","took":"1s"}`, `json|warning|embed/etcd.go:12|slow|took=1s;`},
		"JSON with a number of pino": {`{"level":50,"msg":"broke"}`, `json|error||broke|`},
		"JSON, nested":               {`{"msg":"a","o":{"b":[1,"}"]},"l":[]}`, `json|||a|o={"b":[1,"}"]};l=[];`},
		"JSON with spaces":           {` {"msg":"a"}`, `text||| {"msg":"a"}|`},
		"JSON, spaces within":        {`{ "msg" : "a" , "n" : 1 } `, `json|||a|n=1;`},
		"JSON, empty":                {`{}`, `json||||`},
		"JSON without a message":     {`{"a":"b"}`, `json||||a=b;`},
		"JSON, two messages":         {`{"msg":"a","message":"b"}`, `json|||a|message=b;`},
		"JSON, empty message":        {`{"msg":"","message":"b"}`, `json||||message=b;`},
		"JSON cut short":             {`{"msg":"a`, `text|||{"msg":"a|`},
		"JSON and more":              {`{"msg":"a"} b`, `text|||{"msg":"a"} b|`},
		"logfmt":                     {`time="2026-11-24T08:00:00Z" level=info msg="Starting up" a.b=c n=`, `logfmt|info||Starting up|a.b=c;n=;`},
		"logfmt with a caller":       {`ts=2026-11-24T08:00:00Z caller=main.go:12 level=error msg=broke`, `logfmt|error|main.go:12|broke|`},
		"logfmt, a source of data":   {`level=info msg=read source=/dev/null`, `logfmt|info||read|source=/dev/null;`},
		"pairs alone":                {`uid=0 euid=0 tty=ssh`, `text|||uid=0 euid=0 tty=ssh|`},
		"pairs and words":            {`level=info starting up`, `text|||level=info starting up|`},
		"pairs with commas":          {`ready=true,policy=3`, `text|||ready=true,policy=3|`},
		"quotes inside a word":       {`msg="a"b level=info`, `text|||msg="a"b level=info|`},
		"invalid UTF-8 and NUL":      {"a\xff\x00b", "text|||a\xff\x00b|"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var p structure.Parser
			if got := said(p.Parse([]byte(row.in))); got != row.want {
				t.Errorf("Parse(%q)\n got %s\nwant %s", row.in, got, row.want)
			}
		})
	}
}

func TestParserIsUsedAgain(t *testing.T) {
	t.Parallel()
	var p structure.Parser
	p.Parse([]byte(`{"level":"error","msg":"a","caller":"a.go:1","b":"c"}`))
	if got, want := said(p.Parse([]byte("plain"))), "text|||plain|"; got != want {
		t.Errorf("after another line: got %s, want %s", got, want)
	}
}

func TestSyslog(t *testing.T) {
	t.Parallel()
	for priority, want := range map[string]string{"0": "fatal", "3": "error", "4": "warning", "5": "notice", "6": "info", "7": "debug", "8": "", "": ""} {
		if got := structure.Syslog(priority).String(); got != want {
			t.Errorf("Syslog(%q) = %q, want %q", priority, got, want)
		}
	}
}

// FuzzParse holds JSON against encoding/json: an object that is valid is read as
// such, with every key and text. Nothing makes the parser panic.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"", "{", `{"a":{"b":"}"},"c":[1,"]"]}`, `{"msg":"a","msg":"b"}`, `{"\u0061":"\ud83d"}`, "{\"a\":\"\xff\"}",
		`I1124 08:00:00.000000 1 a.go:1] "a" b=["]"] c=<`, `I1124 08:00:00.000000 1 a.go:1]`, `level=info msg="a\"b" c`, "[INFO] x", "a=b",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, message []byte) {
		var p structure.Parser
		line := p.Parse(message)
		if line.Form == structure.Text {
			if want := strings.TrimRight(string(message), "\r\n"); string(line.Message) != want {
				t.Errorf("free text %q became %q", want, line.Message)
			}
		}
		var object map[string]any
		if len(message) == 0 || message[0] != '{' || json.Unmarshal(message, &object) != nil {
			return
		}
		if line.Form != structure.JSON {
			t.Fatalf("%q is JSON, and was read as %s", message, line.Form)
		}
		last := map[string]string{}
		for _, field := range line.Fields {
			last[string(field.Key)] = string(field.Value)
		}
		for key, value := range last {
			if text, ok := object[key].(string); ok && text != value && utf8.ValidString(value) {
				t.Errorf("%q: field %q is %q, want %q", message, key, value, text)
			}
			if _, ok := object[key]; !ok {
				t.Errorf("%q: there is no field %q", message, key)
			}
		}
	})
}

func BenchmarkParse(b *testing.B) {
	for name, line := range map[string]string{
		"klog":   `W1124 08:00:00.000000     724 kubelet.go:7] "Pod failed" err="no such file" pod="shop/web" n=3`,
		"json":   `{"time":"2026-11-24T08:00:00Z","level":"INFO","msg":"page served","part":"web","item":"cups <small>","n":3}`,
		"logfmt": `time="2026-11-24T08:00:00Z" level=info msg="loading plugin" id=io.containerd.content.v1.content type=io.containerd.content.v1`,
		"text":   `[INFO] plugin/reload: Running configuration SHA512 = 1b226df79860026c6a52e67daa10d7f0d57ec5b023288ec00c5e`,
	} {
		b.Run(name, func(b *testing.B) {
			var p structure.Parser
			b.SetBytes(int64(len(line)))
			b.ReportAllocs()
			for b.Loop() {
				p.Parse([]byte(line))
			}
		})
	}
}
