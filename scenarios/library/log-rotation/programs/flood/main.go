// Program flood writes more than a node keeps of one container: bursts of
// numbered lines, with time between them for whoever rotates, and stays.
//
// It is built outside any module, from the files of this folder alone: nothing
// but the standard library may be imported.
package main

import (
	"bufio"
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
	bursts     = 6
	burstBytes = 10 << 20
	lineBytes  = 1 << 10
	// between two bursts kubelet has looked for large logs once: it does so every
	// ten seconds.
	between = 12 * time.Second
)

func main() {
	// As process 1 of a container the program dies of SIGTERM only if it asks to.
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt) //nolint:forbidigo // main has no caller
	defer stop()
	if err := flood(ctx, os.Stdout); err != nil {
		log.Printf("stopping: %v", err)
		return
	}
	<-ctx.Done()
}

// flood writes all bursts, as long as ctx lives.
func flood(ctx context.Context, out io.Writer) error {
	tick := time.NewTicker(between)
	defer tick.Stop()
	for n := range bursts {
		if err := burst(out, n); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
	return nil
}

// burst writes its lines as fast as they go.
func burst(out io.Writer, n int) error {
	const lines = burstBytes / lineBytes
	w := bufio.NewWriter(out)
	for i := range lines {
		text := fmt.Sprintf("flood seq=%d ", n*lines+i+1)
		if _, err := w.WriteString(text + strings.Repeat(".", lineBytes-len(text)-1) + "\n"); err != nil {
			return err
		}
	}
	return w.Flush()
}
