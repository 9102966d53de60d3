package suggest_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rehearse-dev/rehearse/internal/suggest"
)

func TestNear(t *testing.T) {
	t.Parallel()
	known := []string{"LOG-001", "LOG-002", "MET-001", "workers"}
	for name, row := range map[string]struct {
		word    string
		limit   int
		want    []string
		nearest string
	}{
		"itself":                      {"LOG-001", 1, []string{"LOG-001"}, "LOG-001"},
		"in another case":             {"log-001", 1, []string{"LOG-001"}, "LOG-001"},
		"a letter off":                {"LOG-003", 3, []string{"LOG-001", "LOG-002"}, "LOG-001"},
		"letters that changed places": {"workres", 3, []string{"workers"}, "workers"},
		"something else":              {"zzzzzzz", 3, nil, ""},
		"nothing":                     {"", 3, nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(row.want, suggest.Near(row.word, known, row.limit)); diff != "" {
				t.Errorf("Near(%q) (-want +got):\n%s", row.word, diff)
			}
			if got := suggest.Nearest(row.word, known); got != row.nearest {
				t.Errorf("Nearest(%q) = %q, want %q", row.word, got, row.nearest)
			}
		})
	}
}
