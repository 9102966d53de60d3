package scrape_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rehearse-dev/rehearse/harness/record"
	"github.com/rehearse-dev/rehearse/harness/scrape"
)

// BenchmarkRecording records 100,000 series ten times, as a big node has them, and
// says what a million samples cost.
func BenchmarkRecording(b *testing.B) {
	if os.Getenv("REHEARSE_BENCH") == "" {
		b.Skip("needs half a minute: set REHEARSE_BENCH=1, or use make bench")
	}
	const series, scrapes = 100_000, 10
	var text strings.Builder
	for i := range series {
		fmt.Fprintf(&text, "container_memory_working_set_bytes{container=\"web\",id=\"/kubepods.slice/cri-containerd-%064x.scope\",namespace=\"shop\",pod=\"web-%d\"} %d\n", i, i, i*4096)
	}
	for b.Loop() {
		c := newCluster(b)
		c.targets[kubelet] = says(text.String())
		before, start := cpu(b), time.Time{}
		r := c.record(scrape.Recorder{Interval: 2 * time.Second}, func(*record.Writer) {
			c.wait(kubelet, scrapes)
			start = time.Now()
		})
		b.ReportMetric(time.Since(start).Seconds(), "s-to-stop")
		b.ReportMetric((cpu(b)-before).Seconds()/(series*scrapes/1e6), "cpu-s/Msample")
		b.ReportMetric(size(b, r.dir)/(series*scrapes), "B/sample")
	}
}

func cpu(b *testing.B) time.Duration {
	b.Helper()
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

func size(b *testing.B, dir string) float64 {
	b.Helper()
	total := int64(0)
	err := filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err == nil {
			total += info.Size()
		}
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	return float64(total)
}
