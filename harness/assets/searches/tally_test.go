package searches_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rehearse-dev/rehearse/harness/assets/searches"
)

// tallied counts lines that each come so many seconds after the first.
func tallied(t *testing.T, threshold string, lines []string, seconds []int) *searches.Tally {
	t.Helper()
	s := one(t, header+"  - {name: a, language: regex, expression: 'failed for (?P<who>\\w+)', threshold: "+threshold+"}\n")
	tally := searches.NewTally(s)
	for i, text := range lines {
		l := line(text)
		l.Time = l.Time.Add(time.Duration(seconds[i]) * time.Second)
		tally.See(l, "f", i+1, l.Text)
	}
	return tally
}

func TestTally(t *testing.T) {
	t.Parallel()
	lines := []string{"failed for ann", "all is well", "failed for bob", "failed for ann", "failed for ann", "failed for ann"}
	got := tallied(t, "{by: who}", lines, []int{9, 1, 2, 3, 4, 5})
	start := line("").Time
	if got.Hits != 5 || !got.First.Equal(start.Add(2*time.Second)) || !got.Last.Equal(start.Add(9*time.Second)) {
		t.Errorf("%d hits from %s to %s, want 5 from second 2 to second 9", got.Hits, got.First, got.Last)
	}
	if diff := cmp.Diff(map[string]int{"ann": 4, "bob": 1}, got.Groups); diff != "" {
		t.Errorf("groups (-want +got):\n%s", diff)
	}
	var places []int
	for _, sample := range got.Samples {
		places = append(places, sample.Line)
	}
	if diff := cmp.Diff([]int{1, 3, 4}, places); diff != "" {
		t.Errorf("samples (-want +got):\n%s", diff)
	}
	if got.Origins["shop/web/main"] != 5 {
		t.Errorf("origins = %v, want 5 of shop/web/main", got.Origins)
	}
}

func TestThresholds(t *testing.T) {
	t.Parallel()
	four := []string{"failed for ann", "failed for bob", "failed for ann", "failed for ann"}
	for name, row := range map[string]struct {
		threshold string
		seconds   []int
		peak      int
		alarms    bool
	}{
		"one is enough":                {"{}", []int{0, 0, 0, 0}, 4, true},
		"enough over all":              {"{count: 4}", []int{0, 100, 200, 300}, 4, true},
		"not enough over all":          {"{count: 5}", []int{0, 100, 200, 300}, 4, false},
		"enough of one":                {"{count: 3, by: who}", []int{0, 100, 200, 300}, 3, true},
		"not enough of one":            {"{count: 4, by: who}", []int{0, 100, 200, 300}, 3, false},
		"enough within the window":     {"{count: 3, within: 10s}", []int{0, 1, 9, 30}, 3, true},
		"a second too late":            {"{count: 3, within: 10s}", []int{0, 1, 10, 30}, 2, false},
		"in any order":                 {"{count: 3, within: 10s}", []int{30, 9, 0, 1}, 3, true},
		"enough of one within":         {"{count: 3, within: 10s, by: who}", []int{0, 1, 2, 3}, 3, true},
		"not enough of one within":     {"{count: 3, within: 10s, by: who}", []int{0, 1, 2, 30}, 2, false},
		"by a field of the line":       {"{count: 4, by: namespace}", []int{0, 1, 2, 3}, 4, true},
		"by two fields":                {"{count: 3, by: 'namespace, who'}", []int{0, 1, 2, 3}, 3, true},
		"by a field that is not there": {"{count: 4, by: nothing}", []int{0, 1, 2, 3}, 4, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := tallied(t, row.threshold, four, row.seconds)
			if got.Peak() != row.peak || got.Alarms() != row.alarms {
				t.Errorf("peak %d, alarms %t, want %d, %t", got.Peak(), got.Alarms(), row.peak, row.alarms)
			}
		})
	}
}

// Every ID that a request has is a value of its own.
func TestTallyBoundsGroups(t *testing.T) {
	t.Parallel()
	const requests = 20_000
	var lines []string
	for i := range requests {
		lines = append(lines, fmt.Sprintf("failed for r%d", i))
	}
	got := tallied(t, "{by: who}", lines, make([]int, requests))
	if len(got.Groups) > 10_001 || got.Hits != requests || got.Groups["(others)"] == 0 {
		t.Errorf("%d groups of %d hits, %d of others", len(got.Groups), got.Hits, got.Groups["(others)"])
	}
}
