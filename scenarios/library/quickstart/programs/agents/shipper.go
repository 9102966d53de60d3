package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// shopLogs are the logs of every container in the namespace shop. On a Docker
// node each is a link that ends below /var/lib/docker/containers.
const shopLogs = "/var/log/containers/*_shop_*.log"

// shipper follows log files and counts the records that it would ship. It reads
// the lines that Docker writes; what it cannot read it counts and drops, and
// says nothing.
type shipper struct {
	log     *slog.Logger
	pattern string
	offsets map[string]int64 // how far each file has been read

	mu                            sync.Mutex
	shipped, unparsed, unreadable int
}

func runShipper(ctx context.Context, log *slog.Logger) error {
	s := &shipper{log: log, pattern: shopLogs}
	log.Info("following " + s.pattern)
	return live(ctx, s)
}

// look ships what is new in every file, and says how much that was unless it was
// nothing.
func (s *shipper) look(context.Context) {
	files, err := filepath.Glob(s.pattern)
	if err != nil {
		s.log.Error("listing log files", "error", err.Error())
		return
	}
	records := 0
	offsets := make(map[string]int64, len(files))
	for _, name := range files {
		n := 0
		n, offsets[name] = s.follow(name, s.offsets[name])
		records += n
	}
	s.offsets = offsets
	if records > 0 {
		s.log.Info(fmt.Sprintf("shipped %d records from shop", records))
	}
}

// follow reads the whole lines of a file from offset on. It returns how many
// were records, and where to go on.
func (s *shipper) follow(name string, offset int64) (records int, end int64) {
	lines, end, err := readLines(name, offset)
	unparsed := 0
	for _, line := range lines {
		if readable(line) {
			records++
		} else {
			unparsed++
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.shipped += records
	s.unparsed += unparsed
	if err != nil {
		s.unreadable++
	}
	return records, end
}

// readLines returns the lines of a file that are complete, from offset on.
func readLines(name string, offset int64) (lines [][]byte, end int64, err error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, offset, fmt.Errorf("following log: %w", err)
	}
	defer f.Close()
	if _, err := f.Seek(offset, io.SeekStart); err != nil {
		return nil, offset, fmt.Errorf("following log: %w", err)
	}
	in := bufio.NewReader(f)
	for {
		line, err := in.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return lines, offset, nil // the rest of a line comes with the next look
		}
		if err != nil {
			return lines, offset, fmt.Errorf("following log: %w", err)
		}
		offset += int64(len(line))
		lines = append(lines, line)
	}
}

// entry is one line of a log file as Docker writes it.
type entry struct {
	Log    string    `json:"log"`
	Stream string    `json:"stream"`
	Time   time.Time `json:"time"`
}

// readable says whether a line is in Docker's format: this shipper knows no other.
func readable(line []byte) bool {
	var e entry
	return json.Unmarshal(line, &e) == nil && e.Stream != "" && !e.Time.IsZero()
}

// String is the exposition. As with any counter that has labels, the one of the
// records appears with the first record.
func (s *shipper) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	text := fmt.Sprintf("# TYPE shipper_unparsed_total counter\nshipper_unparsed_total %d\n"+
		"# TYPE shipper_unreadable_total counter\nshipper_unreadable_total %d\n", s.unparsed, s.unreadable)
	if s.shipped > 0 {
		text += fmt.Sprintf("# TYPE shipper_records_total counter\nshipper_records_total{namespace=\"shop\"} %d\n", s.shipped)
	}
	return text
}
