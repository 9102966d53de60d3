package main

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"
)

func TestSingWritesEachOddityAndTheSequence(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var stdout, stderr strings.Builder
		started := time.Now()
		if err := sing(t.Context(), &stdout, &stderr); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(started); took < steady*pace || took > 2*steady*pace {
			t.Errorf("the sequence took %s, want about %s", took, steady*pace)
		}
		if !strings.HasPrefix(stderr.String(), "stderr canary at=") {
			t.Errorf("standard error has %q", stderr.String())
		}
		lines := strings.Split(strings.TrimSuffix(stdout.String(), "\n"), "\n")
		if want := len(oddities(started)) + burst + steady; len(lines) != want {
			t.Errorf("%d lines, want %d", len(lines), want)
		}
		if last := lines[len(lines)-1]; !strings.HasPrefix(last, "sequence canary seq=3000 at=") {
			t.Errorf("the last line is %q", last)
		}
	})
}

// A line that lost its oddity would be shipped by everybody.
func TestOdditiesAreOdd(t *testing.T) {
	t.Parallel()
	odd := map[string]bool{}
	for _, line := range oddities(time.Unix(0, 0)) {
		odd["ends as on Windows"] = odd["ends as on Windows"] || strings.HasSuffix(line, "\r\n")
		odd["is not UTF-8"] = odd["is not UTF-8"] || !utf8.ValidString(line)
		odd["is longer than two pieces"] = odd["is longer than two pieces"] || len(line) > 2*16<<10
		odd["is JSON"] = odd["is JSON"] || strings.HasPrefix(line, "{")
		odd["holds markup"] = odd["holds markup"] || strings.Contains(line, "<")
	}
	for what, there := range odd {
		if !there {
			t.Errorf("no line %s", what)
		}
	}
}

// Every piece of the long line has to be found by the same word.
func TestEveryPieceOfTheLongLineHasItsWord(t *testing.T) {
	t.Parallel()
	lines := oddities(time.Unix(0, 0))
	long := lines[len(lines)-1]
	for start := 0; start < longLine; start += 16 << 10 {
		if piece := long[start:min(start+16<<10, longLine)]; !strings.Contains(piece, " long-canary ") {
			t.Errorf("the piece from %d has no word of the line", start)
		}
	}
}
