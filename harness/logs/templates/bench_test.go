package templates_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jaeyo/go-drain3/pkg/drain3"

	"github.com/rehearse-dev/rehearse/harness/logs"
	"github.com/rehearse-dev/rehearse/harness/logs/masks"
	"github.com/rehearse-dev/rehearse/harness/logs/structure"
	"github.com/rehearse-dev/rehearse/harness/logs/templates"
	"github.com/rehearse-dev/rehearse/harness/record"
)

const mebibyte = 1 << 20

func needsMinutes(b *testing.B) {
	b.Helper()
	if os.Getenv("REHEARSE_BENCH") == "" {
		b.Skip("needs 2 GiB of disk and minutes: set REHEARSE_BENCH=1, or use make bench")
	}
}

// recorded are messages of real containers and of Kubernetes' own components.
func recorded(b *testing.B) []string {
	b.Helper()
	files, err := filepath.Glob("../../compare/testdata/quickstart-mini/*/1/logs/pods/*/*/*.log")
	if err != nil || len(files) == 0 {
		b.Fatalf("no recorded logs: %v", err)
	}
	messages := klogLines(b)
	open := func(name string) (fs.File, error) { return os.Open(name) }
	for _, file := range files {
		for record, err := range logs.Records(open, file) {
			if err != nil {
				b.Fatal(err)
			}
			messages = append(messages, string(record.Message))
		}
	}
	return messages
}

// vary gives every digit of a message another value: the vocabulary stays, the
// values change. Escapes of JSON stay what they are.
func vary(message string, random *rand.Rand) []byte {
	out := []byte(message)
	for i := 0; i < len(out); i++ {
		switch {
		case out[i] == '\\' && i+1 < len(out) && out[i+1] == 'u':
			i += 5
		case '0' <= out[i] && out[i] <= '9':
			out[i] = '0' + byte(random.Uint32N(10))
		}
	}
	return out
}

// generate writes a log file of that many bytes, as a runtime writes it: long
// lines in parts of 16 KiB.
func generate(b *testing.B, name string, messages []string, docker bool, size int) {
	b.Helper()
	f, err := os.Create(name)
	if err != nil {
		b.Fatal(err)
	}
	out := bufio.NewWriterSize(f, mebibyte)
	random := rand.New(rand.NewPCG(1, 2))
	for written := 0; written < size; {
		message := vary(messages[random.IntN(len(messages))], random)
		for len(message) > 16<<10 {
			written += envelope(out, message[:16<<10], docker, true)
			message = message[16<<10:]
		}
		written += envelope(out, message, docker, false)
	}
	if err := out.Flush(); err != nil {
		b.Fatal(err)
	}
	if err := f.Close(); err != nil {
		b.Fatal(err)
	}
}

func envelope(out *bufio.Writer, message []byte, docker, partial bool) int {
	const moment = "2026-11-23T15:50:41.479697638Z"
	flag, end := "F", "\n"
	if partial {
		flag, end = "P", ""
	}
	n := 0
	if docker {
		text, _ := json.Marshal(string(message) + end) // a string always encodes
		n, _ = fmt.Fprintf(out, "{\"log\":%s,\"stream\":\"stdout\",\"time\":\"%s\"}\n", text, moment)
	} else {
		n, _ = fmt.Fprintf(out, "%s stdout %s %s\n", moment, flag, message)
	}
	return n
}

// ran is a command that has ended: how long it took, and the most memory it held.
type ran struct {
	elapsed time.Duration
	peak    int64 // bytes
	output  string
}

func execute(b *testing.B, name string, args ...string) ran {
	b.Helper()
	cmd := exec.CommandContext(b.Context(), name, args...)
	started := time.Now()
	output, err := cmd.Output()
	if err != nil {
		b.Fatalf("%s: %v", cmd, err)
	}
	usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	if !ok {
		b.Fatal("this system does not say how much memory a process held")
	}
	return ran{time.Since(started), usage.Maxrss << 10, string(output)}
}

// BenchmarkGiB reads, parses and mines 1 GiB of container logs in both envelopes
// with the program itself, beside wc and grep, which do nothing but read.
func BenchmarkGiB(b *testing.B) {
	needsMinutes(b)
	dir, messages := b.TempDir(), recorded(b)
	program := filepath.Join(dir, "rehearse")
	execute(b, "go", "build", "-o", program, "../../../cmd/rehearse")
	for _, size := range []int{100 * mebibyte, 1024 * mebibyte} {
		files := []string{filepath.Join(dir, "docker.log"), filepath.Join(dir, "cri.log")}
		generate(b, files[0], messages, true, size/2)
		generate(b, files[1], messages, false, size/2)
		lines := 0
		for _, command := range [][]string{{"wc", "-l"}, {"grep", "-c", "error"}, {program, "logs", "templates"}} {
			name := fmt.Sprintf("%dMiB/%s", size/mebibyte, strings.Join(command, "_"))
			b.Run(strings.ReplaceAll(name, dir+"/", ""), func(b *testing.B) {
				var last ran
				for b.Loop() {
					last = execute(b, command[0], append(command[1:], files...)...)
				}
				if command[0] == "wc" {
					fields := strings.Fields(last.output) // of each file, then "N total"
					if _, err := fmt.Sscan(fields[len(fields)-2], &lines); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(0, "ns/op")
				b.ReportMetric(float64(size)/1e6/last.elapsed.Seconds(), "MB/s")
				b.ReportMetric(float64(lines)/last.elapsed.Seconds(), "lines/s")
				b.ReportMetric(float64(last.peak)/mebibyte, "MiB-peak")
			})
		}
	}
}

// generic are the masks that Drain is usually given.
var generic = []*regexp.Regexp{
	regexp.MustCompile(`[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}`),
	regexp.MustCompile(`(?:\d{1,3}\.){3}\d{1,3}(?::\d+)?`),
	regexp.MustCompile(`\b0[xX][0-9a-fA-F]+\b`),
	regexp.MustCompile(`\b[0-9a-fA-F]{8,}\b`),
	regexp.MustCompile(`[-+]?\b\d+(?:\.\d+)?\b`),
}

// BenchmarkDrain mines the same messages with ours and with Drain, on one core:
// with masks by regular expressions as it is usually given, and with our masks.
func BenchmarkDrain(b *testing.B) {
	needsMinutes(b)
	random := rand.New(rand.NewPCG(1, 2))
	vocabulary := recorded(b)
	messages := make([]string, 200_000)
	for i := range messages {
		messages[i] = string(vary(vocabulary[random.IntN(len(vocabulary))], random))
	}
	byExpressions := func(message string) string {
		for _, mask := range generic {
			message = mask.ReplaceAllString(message, "<*>")
		}
		return message
	}
	ours := func(message string) string { return string(masks.Append(nil, []byte(message))) }
	b.Run("ours", func(b *testing.B) { rate(b, messages, mineAll) })
	b.Run("drain,expressions", func(b *testing.B) { rate(b, messages, drainAll(byExpressions)) })
	b.Run("drain,our_masks", func(b *testing.B) { rate(b, messages, drainAll(ours)) })
}

func rate(b *testing.B, messages []string, mine func(*testing.B, []string)) {
	b.Helper()
	for b.Loop() {
		mine(b, messages)
	}
	b.ReportMetric(float64(len(messages)*b.N)/b.Elapsed().Seconds(), "lines/s")
}

func mineAll(_ *testing.B, messages []string) {
	miner := templates.New(nil)
	for i, message := range messages {
		miner.Add(0, []byte(message), templates.At{Line: i})
	}
	miner.Mine()
}

func drainAll(mask func(string) string) func(*testing.B, []string) {
	return func(b *testing.B, messages []string) {
		b.Helper()
		d, err := drain3.NewDrain(drain3.WithDepth(4), drain3.WithSimTh(0.4), drain3.WithMaxCluster(1<<20))
		if err != nil {
			b.Fatal(err)
		}
		for _, message := range messages {
			if _, _, err := d.AddLogMessage(mask(message)); err != nil {
				b.Fatal(err)
			}
		}
	}
}

// BenchmarkKlog says how well templates agree with the places in the source that
// klog names: on the lines kept here, or on all of a run folder's that
// REHEARSE_RUN names.
func BenchmarkKlog(b *testing.B) {
	needsMinutes(b)
	lines := klogLines(b)
	if run := os.Getenv("REHEARSE_RUN"); run != "" {
		lines = klogOf(b, run)
	}
	lines = telling(lines)
	for b.Loop() {
		for part, of := range parts {
			got := scored(lines, of)
			b.ReportMetric(got.GA, "GA,"+strings.ReplaceAll(part, " ", "_"))
			b.ReportMetric(got.FGA, "FGA,"+strings.ReplaceAll(part, " ", "_"))
		}
	}
	b.ReportMetric(float64(len(lines)), "lines")
}

// klogOf are the lines of klog in a run folder: those of containers and journals
// of both sides.
func klogOf(b *testing.B, run string) []string {
	b.Helper()
	var lines []string
	var parser structure.Parser
	add := func(message []byte) {
		if parser.Parse(message).Form == structure.Klog {
			lines = append(lines, string(message))
		}
	}
	files, _ := filepath.Glob(run + "/*/1/logs/pods/*/*/*.log") // the pattern is well-formed
	open := func(name string) (fs.File, error) { return os.Open(name) }
	for _, file := range files {
		for record, err := range logs.Records(open, file) {
			if err != nil {
				b.Fatal(err)
			}
			add(record.Message)
		}
	}
	for _, side := range []string{"baseline/1", "candidate/1"} {
		r, err := record.Open(os.DirFS(run), side)
		if err != nil {
			b.Fatal(err)
		}
		journals, err := r.Journals()
		if err != nil {
			b.Fatal(err)
		}
		for _, journal := range journals {
			for entry, err := range record.Entries[record.JournalEntry](r, journal) {
				if err != nil {
					b.Fatal(err)
				}
				add([]byte(entry.Entry.Message))
			}
		}
	}
	return lines
}
