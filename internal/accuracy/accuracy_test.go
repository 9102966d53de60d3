package accuracy_test

import (
	"math"
	"strings"
	"testing"

	"github.com/rehearse-dev/rehearse/internal/accuracy"
)

func TestOf(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		groups, truth string
		want          accuracy.Score
	}{
		"the same under other names":     {"a a b c", "x x y z", accuracy.Score{GA: 1, FGA: 1}},
		"one group split":                {"a a b c d d", "x x x x y y", accuracy.Score{GA: 2. / 6, FGA: 2 * (1. / 4 * 1. / 2) / (1./4 + 1./2)}},
		"two groups in one":              {"a a a b", "x x y z", accuracy.Score{GA: 1. / 4, FGA: 2 * (1. / 2 * 1. / 3) / (1./2 + 1./3)}},
		"all messages apart":             {"a b c", "x x x", accuracy.Score{}},
		"same size, one message differs": {"a a b b", "x y x y", accuracy.Score{}},
		"nothing":                        {"", "", accuracy.Score{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := accuracy.Of(strings.Fields(row.groups), strings.Fields(row.truth))
			if math.Abs(got.GA-row.want.GA) > 1e-9 || math.Abs(got.FGA-row.want.FGA) > 1e-9 {
				t.Errorf("Of = %v, want %v", got, row.want)
			}
		})
	}
}
