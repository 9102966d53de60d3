package logs_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/cri-client/pkg/logs"

	ours "github.com/rehearse-dev/rehearse/harness/logs"
)

// streams are what a container wrote to its standard output and error.
type streams struct{ Stdout, Stderr string }

// kubelet reads a log file as `kubectl logs` has it read.
func kubelet(t *testing.T, file string) streams {
	t.Helper()
	var stdout, stderr bytes.Buffer
	if err := logs.ReadLogs(t.Context(), file, "", &logs.LogOptions{}, nil, &stdout, &stderr); err != nil {
		t.Fatal(err)
	}
	return streams{stdout.String(), stderr.String()}
}

// read puts our records together again. What is no log line kubelet leaves out.
func read(t *testing.T, file string) streams {
	t.Helper()
	var stdout, stderr strings.Builder
	open := func(name string) (fs.File, error) { return os.Open(name) }
	for r, err := range ours.Records(open, file) {
		if err != nil {
			t.Fatal(err)
		}
		out := &stdout
		if r.Stream == ours.Stderr {
			out = &stderr
		}
		if r.Format == ours.Plain {
			continue
		}
		out.Write(r.Message)
		if !r.Partial {
			out.WriteByte('\n')
		}
	}
	return streams{stdout.String(), stderr.String()}
}

// TestAsKubeletReads holds the reader against kubelet's own on the logs of a real
// pair.
func TestAsKubeletReads(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../compare/testdata/quickstart-mini/*/1/logs/pods/*/*/*.log")
	if err != nil || len(files) < 20 {
		t.Fatalf("only %d recorded logs: %v", len(files), err)
	}
	for _, file := range files {
		if info, err := os.Stat(file); err != nil || info.Size() == 0 {
			continue // kubelet knows no format of an empty file
		}
		if diff := cmp.Diff(kubelet(t, file), read(t, file)); diff != "" {
			t.Errorf("%s (-kubelet +ours):\n%s", file, diff)
		}
	}
}

// written writes a log file as a runtime does, of parts that text makes up: its
// bytes give stream, flag and length of each.
func written(text []byte, cri bool) []byte {
	var file bytes.Buffer
	for len(text) >= 3 {
		stream := []string{ours.Stdout, ours.Stderr}[text[0]&1]
		partial := text[0]&2 != 0
		length := int(binary.LittleEndian.Uint16(text[1:])) % (len(text) - 2)
		message := bytes.ReplaceAll(text[3:3+length], []byte("\n"), nil)
		text = text[3+length:]
		switch {
		case !cri && partial:
			fmt.Fprintln(&file, docker(string(message), stream))
		case !cri:
			fmt.Fprintln(&file, docker(string(message)+"\n", stream))
		case partial:
			fmt.Fprintf(&file, "%s %s P %s\n", moment, stream, message)
		default:
			fmt.Fprintf(&file, "%s %s F %s\n", moment, stream, message)
		}
	}
	return file.Bytes()
}

// FuzzAsKubeletReads holds the reader against kubelet's on files that a runtime
// may write.
func FuzzAsKubeletReads(f *testing.F) {
	f.Add([]byte("\x00\x02\x00ab\x03\x01\x00c\x02\x00\x00\x00\x04\x00d\r\xffe"), true)
	f.Add([]byte("\x02\x02\x00ab\x03\x01\x00c\x02\x00\x00\x00\x04\x00d\r\xffe"), false)
	f.Fuzz(func(t *testing.T, text []byte, cri bool) {
		content := written(text, cri)
		if len(content) == 0 {
			return
		}
		file := filepath.Join(t.TempDir(), "0.log")
		if err := os.WriteFile(file, content, 0o600); err != nil {
			t.Fatal(err)
		}
		want, got := kubelet(t, file), read(t, file)
		if got != want {
			t.Errorf("of %q:\nkubelet %q\nours    %q", content, want, got)
		}
	})
}
