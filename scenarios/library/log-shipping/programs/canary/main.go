// Program canary writes log lines that are hard to ship, each once, and then a
// numbered sequence, and stays. Every line can be found by a word of its own, and
// has the time at which it was written.
//
// It is built outside any module, from the files of this folder alone: nothing
// but the standard library may be imported.
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

const (
	// longLine is what no runtime writes in one piece.
	longLine = 40_000
	// burst is how many numbered lines are written as fast as they go; steady is
	// how many follow one by one, while agents are at work.
	burst, steady = 2000, 1000
	pace          = 20 * time.Millisecond
)

func main() {
	// As process 1 of a container the program dies of SIGTERM only if it asks to.
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt) //nolint:forbidigo // main has no caller
	defer stop()
	if err := sing(ctx, os.Stdout, os.Stderr); err != nil {
		log.Printf("stopping: %v", err)
		return
	}
	<-ctx.Done()
}

// sing writes everything, as long as ctx lives.
func sing(ctx context.Context, stdout, stderr io.Writer) error {
	for _, line := range oddities(time.Now()) {
		if _, err := io.WriteString(stdout, line); err != nil {
			return err
		}
	}
	if _, err := io.WriteString(stderr, stamped("stderr canary", time.Now())+"\n"); err != nil {
		return err
	}
	tick := time.NewTicker(pace)
	defer tick.Stop()
	for n := 1; n <= burst+steady; n++ {
		if _, err := io.WriteString(stdout, numbered(n, time.Now())); err != nil {
			return err
		}
		if n <= burst {
			continue
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
	return nil
}

// oddities are one line of each kind, each with its end.
func oddities(now time.Time) []string {
	at := now.UTC().Format(time.RFC3339Nano)
	return []string{
		stamped("plain canary", now) + "\n",
		fmt.Sprintf(`{"time":%q,"level":"info","msg":"json canary","order":17}`, at) + "\n",
		now.UTC().Format("I0102 15:04:05.000000") + `       1 canary.go:42] "klog canary" order=17 at="` + at + "\"\n",
		stamped("crlf canary", now) + "\r\n",
		stamped("invalid canary \xff\xfe", now) + "\n",
		stamped("markup canary <a href=\"x\">&</a>", now) + "\n",
		strings.Repeat("long-canary ", longLine)[:longLine] + "\n",
	}
}

// numbered is one line of the sequence.
func numbered(n int, now time.Time) string {
	return stamped(fmt.Sprintf("sequence canary seq=%d", n), now) + "\n"
}

func stamped(text string, now time.Time) string {
	return text + " at=" + now.UTC().Format(time.RFC3339Nano)
}
