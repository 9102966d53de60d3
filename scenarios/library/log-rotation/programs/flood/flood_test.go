package main

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestFloodWritesMoreThanKubeletKeeps(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var out strings.Builder
		started := time.Now()
		if err := flood(t.Context(), &out); err != nil {
			t.Fatal(err)
		}
		const kept = 5 * 10 << 20 // containerLogMaxFiles times containerLogMaxSize, by default
		if out.Len() <= kept {
			t.Errorf("%d bytes were written, want more than %d", out.Len(), kept)
		}
		if took := time.Since(started); took != bursts*between {
			t.Errorf("the flood took %s, want %s", took, bursts*between)
		}
		lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
		for i, want := range map[int]string{0: "flood seq=1 ", 10239: "flood seq=10240 ", 10240: "flood seq=10241 ", len(lines) - 1: "flood seq=61440 "} {
			if !strings.HasPrefix(lines[i], want) {
				t.Errorf("line %d begins with %.20q, want %q", i, lines[i], want)
			}
		}
	})
}
