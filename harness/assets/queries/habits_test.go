package queries

import (
	"regexp"
	"strings"
	"testing"

	"github.com/rehearse-dev/rehearse/harness/catalogue"
)

// TestHabits reads the table of rewrites as evaluating does.
func TestHabits(t *testing.T) {
	t.Parallel()
	all, err := habits()
	if err != nil {
		t.Fatal(err)
	}
	known, err := catalogue.Load()
	if err != nil {
		t.Fatal(err)
	}
	for i, h := range all {
		if _, ok := known.Entry(h.Cause); !ok {
			t.Errorf("entry %d: %q is in no catalogue", i, h.Cause)
		}
		for _, expression := range []string{h.Metric, deref(h.Value)} {
			if _, err := regexp.Compile("^(?:" + expression + ")$"); err != nil {
				t.Errorf("entry %d: %v", i, err)
			}
		}
		if (h.Rename == "") == (len(h.Instead) == 0) || (h.Rename == "") == (h.Label == "") {
			t.Errorf("entry %d: want a label and what to write instead, or a metric's new name", i)
		}
		for _, text := range h.Instead {
			if text != "" && len(matchersOf(strings.ReplaceAll(text, "$value", "x"))) == 0 {
				t.Errorf("entry %d: %q are no matchers", i, text)
			}
		}
	}
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
